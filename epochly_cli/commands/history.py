"""``epochly history``: how a workload's times went from run to run, and where they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from epochly_cli import options as opt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epochly.gate.entries import Entry


def history(
    workload: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORKLOAD]", help="Its name; without it, all are listed.", show_default=False
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="The history (.epochly/history.jsonl).",
            show_default=False,
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level", metavar="LEVELS", help="Only these, as 2 or 0,2.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="RUNS", help="Look at as many of the last runs.")
    ] = 100,
    output_format: opt.FormatOption = opt.Format.RICH,
    output: opt.TableOutputOption = None,
) -> int:
    """Show how times went from run to run, with the changes marked."""
    from pathlib import Path

    from epochly.errors import UsageError
    from epochly.gate.history import DEFAULT, read
    from epochly.gate.series import series_of
    from epochly.levels import parse_levels
    from epochly_cli.history_output import write_history
    from epochly_cli.output import TABLE_ENDINGS, destination
    from epochly_cli.stderr import note

    where = destination(output_format, output, endings=TABLE_ENDINGS)
    if limit < 1:
        raise UsageError(
            f"--limit must be at least 1, not {limit}", remedy="give more, as in --limit 100"
        )
    levels = None if level is None else parse_levels(level, "--level")
    path = Path(file or DEFAULT)
    found = read(path)
    for warning in found.warnings:
        note(warning)
    _check(workload, found.entries, str(path))
    series = series_of(found.entries, workload=workload, levels=levels, limit=limit)
    if not series:
        raise UsageError(
            f"the history {path} holds no time" + (" of these levels" if levels else ""),
            remedy="leave out --level" if levels else "run `epochly gate` once more",
        )
    write_history(series, where, listed=workload is None)
    return 0


def _check(workload: str | None, entries: Sequence[Entry], path: str) -> None:
    import difflib

    from epochly.errors import UsageError

    names = {name for entry in entries for name in entry.workloads}
    if workload is None or workload in names:
        return
    near = difflib.get_close_matches(workload, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(
        f"there is no workload {workload!r} in the history",
        where=path,
        remedy=f"{hint}`epochly history` lists them",
    )
