"""Where the history goes: standard output, and a file in the format of its ending."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochly_cli.options import Format
from epochly_cli.output import Destination, ending_of, write_file
from epochly_cli.stderr import note

if TYPE_CHECKING:
    from epochly.gate.entries import Entry
    from epochly.gate.model import Side
    from epochly.gate.series import Series


def keep(entry: Entry, file: str) -> None:
    """Append a run to a history; a torn line that was dropped there is a note.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    from epochly.gate.history import append

    warning = append(Path(file), entry)
    if warning is not None:
        note(warning)


def head_here() -> Side:
    """The version in the current directory, without a commit where git tells none, with a note."""
    from epochly.errors import UsageError
    from epochly.gate.model import Side
    from epochly.gate.repository import Repository

    try:
        return Repository(os.getcwd()).head()
    except UsageError as error:
        note(f"the history gets no commit for this run: {error.what}")
        return Side("head")


def series_document(found: Sequence[Series]) -> dict[str, Any]:
    """Series with their changes as plain JSON values."""
    from epochly.gate.series import SCHEMA

    return {"schema": SCHEMA, "series": [_plain(series) for series in found]}


def write_history(found: Sequence[Series], destination: Destination, *, listed: bool) -> None:
    """Write series to standard output, and to the file if there is one.

    Parameters
    ----------
    listed : bool
        One line for each, not a table and a plot; JSON is the same.

    Raises
    ------
    UsageError
        When the file or standard output cannot be written.
    """
    from epochly_cli.render.history import overview, print_series, series_markdown
    from epochly_cli.render.json import json_text

    if listed:
        destination.write_table(overview(found), series_document(found))
        return
    texts: dict[str, Callable[[], str]] = {
        ".json": lambda: json_text(series_document(found)),
        ".md": lambda: series_markdown(found),
    }
    if destination.file is not None:
        write_file(destination.file, texts[ending_of(destination.file)]())
    if destination.format is Format.RICH:
        from epochly_cli.render.layout import make_console

        with destination.standard_output():
            print_series(found, make_console(sys.stdout))
    else:
        destination.write(texts[".json" if destination.format is Format.JSON else ".md"]())


def _plain(series: Series) -> dict[str, Any]:
    changes = [
        {
            "index": change.index,
            "created": series.points[change.index].created,
            "commit": series.points[change.index].commit,
            "before_s": change.before,
            "after_s": change.after,
            "change": change.change,
            "p_value": change.p_value,
        }
        for change in series.change_points
    ]
    machine = {"fingerprint": series.machine.short, "words": series.machine.words}
    return {**asdict(series), "machine": machine, "change_points": changes}
