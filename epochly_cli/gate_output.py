"""Where a gate's report goes: standard output, a file, and what GitHub shows of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from epochly_cli.options import Format
from epochly_cli.output import Destination, ending_of, write_file
from epochly_cli.stderr import note

if TYPE_CHECKING:
    from epochly.gate.model import GateReport

# GitHub refuses a longer summary of one step.
LONGEST_SUMMARY_BYTES = 1024 * 1024


def write_gate(report: GateReport, destination: Destination) -> None:
    """Write a report to standard output, and to the file in the format of its ending.

    Raises
    ------
    UsageError
        When the file or standard output cannot be written.
    ReaderGoneError
        When nobody reads standard output any more.
    """
    from epochly.report import gate_document
    from epochly_cli.render.gate_junit import gate_junit
    from epochly_cli.render.gate_markdown import gate_markdown
    from epochly_cli.render.json import json_text

    texts: dict[str, Callable[[], str]] = {
        ".json": lambda: json_text(gate_document(report)),
        ".md": lambda: gate_markdown(report),
        ".xml": lambda: gate_junit(report),
    }
    if destination.file is not None:
        write_file(destination.file, texts[ending_of(destination.file)]())
    if destination.format is Format.RICH:
        from epochly_cli.render.gate_console import print_gate
        from epochly_cli.render.layout import make_console

        with destination.standard_output():
            print_gate(report, make_console(sys.stdout))
    else:
        destination.write(texts[".json" if destination.format is Format.JSON else ".md"]())


def publish(report: GateReport, environment: Mapping[str, str] = os.environ) -> None:
    """Show a report in a run of GitHub Actions; do nothing elsewhere.

    The summary of the step is added to, and annotations go to standard error, which the runner
    reads for commands as it does standard output. A summary that cannot be written is a note,
    since it says nothing about the code.

    Parameters
    ----------
    report : GateReport
    environment : Mapping of str to str
        ``GITHUB_STEP_SUMMARY`` names the file, ``GITHUB_ACTIONS`` is ``true`` where annotations
        are read, and ``GITHUB_WORKSPACE`` is the root of the repository.
    """
    from epochly_cli.render.annotations import gate_annotations

    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        try:
            with open(summary, "ab") as file:
                file.write(b"\n" + _summary(report))
        except OSError as error:
            note(f"the summary of the step was not written to {summary}: {error.strerror}")
    if environment.get("GITHUB_ACTIONS") == "true":
        root = environment.get("GITHUB_WORKSPACE") or os.getcwd()
        for line in gate_annotations(report, root):
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _summary(report: GateReport) -> bytes:
    from epochly_cli.render.gate_markdown import gate_markdown

    for detail in (True, False):
        text = gate_markdown(report, detail=detail).encode("utf-8", "backslashreplace")
        if len(text) <= LONGEST_SUMMARY_BYTES:
            break
    return text
