"""Where results go: standard output in one format, and a file in that of its ending."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from epochly.errors import EpochlyError, NothingMeasuredError, UsageError
from epochly.files import replace_file
from epochly_cli.options import Format

if TYPE_CHECKING:
    from epochly.model import ProfileReport, Report
    from epochly.profile.recording import Kind
    from epochly_cli.render.table import Table

ENDINGS = (".json", ".md", ".xml")
TABLE_ENDINGS = (".json", ".md")
_RECORDINGS: dict[str, Kind] = {
    ".svg": "flamegraph",
    ".speedscope.json": "speedscope",
    ".collapsed": "collapsed",
}
PROFILE_ENDINGS = (".json", ".md", *_RECORDINGS)


class ReaderGoneError(EpochlyError):
    """Whoever read standard output does not any more, as in ``epochly bench | head``."""

    exit_code = 0


@dataclass(frozen=True, slots=True)
class Destination:
    """Where and how to write.

    Parameters
    ----------
    format : Format
        Of standard output.
    file : str or None
        A file that is written too.
    """

    format: Format
    file: str | None

    def write_table(self, table: Table, document: Mapping[str, Any]) -> None:
        """Write a table, or as JSON the document it was made from."""
        from epochly_cli.render.json import json_text
        from epochly_cli.render.markdown import table_markdown

        texts: dict[str, Callable[[], str]] = {
            ".json": lambda: json_text(document),
            ".md": lambda: f"{table_markdown(table)}\n",
        }
        with self.and_file(lambda ending: texts[ending]()):
            if self.format is Format.RICH:
                from epochly_cli.render.layout import make_console, print_table

                with self.standard_output():
                    print_table(table, make_console(sys.stdout))
            else:
                self.write(texts[".json" if self.format is Format.JSON else ".md"]())

    def write_line(self, line: str, document: Mapping[str, Any]) -> None:
        """Write a line that says it all, or as JSON a document."""
        from epochly_cli.render.json import json_text

        def text(is_json: bool) -> str:
            return json_text(document) if is_json else f"{line}\n"

        with self.and_file(lambda ending: text(ending == ".json")):
            self.write(text(self.format is Format.JSON))

    def recording(self) -> Kind | None:
        """The kind of recording that the file is to hold, if any."""
        return _RECORDINGS.get(ending_of(self.file, PROFILE_ENDINGS)) if self.file else None

    def write_profile(self, report: ProfileReport) -> None:
        """Write a profile; its recording goes to the file alone.

        Raises
        ------
        NothingMeasuredError
            When there is no recording of the kind that the file is to hold.
        """
        from epochly.report import profile_document
        from epochly_cli.render.json import json_text
        from epochly_cli.render.profile import print_profile, profile_markdown

        texts: dict[str, Callable[[], str | None]] = {
            ".json": lambda: json_text(profile_document(report)),
            ".md": lambda: profile_markdown(report),
        }
        kind = self.recording()
        if kind is not None:
            texts |= {ending_of(self.file or "", PROFILE_ENDINGS): lambda: report.recording}
        with self.and_file(lambda ending: texts[ending](), PROFILE_ENDINGS):
            if self.format is Format.RICH:
                from epochly_cli.render.layout import make_console

                with self.standard_output():
                    print_profile(report, make_console(sys.stdout))
            else:
                self.write(texts[".json" if self.format is Format.JSON else ".md"]() or "")
        if kind is not None and report.recording is None:
            raise NothingMeasuredError(
                f"{self.file} was not written, since py-spy may not look into the process",
                where=report.profile.sampler_reason,
                remedy="`epochly doctor` says what lets it; an --output of .collapsed needs none",
            )

    @contextlib.contextmanager
    def and_file(
        self, text: Callable[[str], str | None], endings: Sequence[str] = ENDINGS
    ) -> Iterator[None]:
        """Write the file too, whatever becomes of standard output; what is None is not written.

        It comes last, since what was measured must not be lost with a file that cannot be written.
        """
        try:
            yield
        finally:
            content = None if self.file is None else text(ending_of(self.file, endings))
            if self.file is not None and content is not None:
                write_file(self.file, content)

    def write(self, text: str) -> None:
        """Write text to standard output."""
        with self.standard_output():
            sys.stdout.write(text)

    @contextlib.contextmanager
    def standard_output(self) -> Iterator[None]:
        """Flush at the end; a reader that went away ends the command, unless there is a file."""
        try:
            yield
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_output()
            if self.file is None:
                raise ReaderGoneError("nobody reads standard output any more") from None
        except OSError as error:
            _discard_output()
            raise UsageError(
                f"standard output cannot be written: {error.strerror}",
                remedy="send it elsewhere, or write a file with --output",
            ) from error


def _discard_output() -> None:
    """Let nothing that is still buffered fail once more when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class ReportWriter:
    """Writes reports as they are finished, so that an interruption keeps what was measured.

    Parameters
    ----------
    destination : Destination
        Where to.
    single : bool
        Write JSON as one report, not as a list of them.
    detail : bool
        Show findings and the way to the recommendation.
    """

    def __init__(self, destination: Destination, *, single: bool, detail: bool) -> None:
        self._destination = destination
        self._single = single
        self._detail = detail
        self.reports: list[Report] = []

    def add(self, report: Report) -> None:
        """Write one more report; JSON on standard output waits for `close`."""
        self.reports.append(report)
        with self._destination.and_file(self._text):
            self._show(report)

    def _show(self, report: Report) -> None:
        if self._destination.format is Format.RICH:
            from epochly_cli.render.console import print_report
            from epochly_cli.render.layout import make_console

            with self._destination.standard_output():
                print_report(report, make_console(sys.stdout), detail=self._detail)
        elif self._destination.format is Format.MARKDOWN:
            from epochly_cli.render.markdown import report_markdown

            separator = "\n" if len(self.reports) > 1 else ""
            self._destination.write(separator + report_markdown(report, detail=self._detail))

    def close(self) -> None:
        """Write what could not be written piece by piece."""
        if self._destination.format is Format.JSON and (self.reports or not self._single):
            self._destination.write(self._text(".json"))

    def _text(self, ending: str) -> str:
        if ending == ".xml":
            from epochly_cli.render.junit import junit_text

            return junit_text(self.reports)
        if ending == ".md":
            from epochly_cli.render.markdown import report_markdown

            texts = (report_markdown(report, detail=self._detail) for report in self.reports)
            return "\n".join(texts)
        from epochly.report import report_document, reports_document
        from epochly_cli.render.json import json_text

        if self._single:
            return json_text(report_document(self.reports[0]))
        return json_text(reports_document(self.reports))


def destination(
    output_format: Format, file: str | None, *, endings: Sequence[str] = ENDINGS
) -> Destination:
    """Check where results are to go before anything runs.

    Parameters
    ----------
    endings : sequence of str
        Those that a file may have.

    Raises
    ------
    UsageError
        When the ending is unknown or nothing can be written there.
    """
    if file is not None:
        _check(file, endings)
    return Destination(output_format, file)


def write_file(path: str, text: str) -> None:
    """Replace a file in one step, so that a reader never sees half of it.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    try:
        replace_file(path, text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", remedy="give another file to --output"
        ) from error


def check_place(option: str, file: str) -> None:
    """Check before anything runs that a file can be written.

    Parameters
    ----------
    option : str
        The option that names it, for the message.

    Raises
    ------
    UsageError
        When it is a directory, or in one that is missing or not writable.
    """
    folder = os.path.dirname(os.path.realpath(file))
    problem, remedy = None, "give another file"
    if os.path.isdir(file):
        problem = "it is a directory"
    elif not os.path.isdir(folder):
        problem, remedy = f"there is no directory {folder}", "create it, or give another file"
    elif not os.access(folder, os.W_OK):
        problem = f"the directory {folder} is not writable"
    if problem is not None:
        raise UsageError(f"{option} {file} cannot be written: {problem}", remedy=remedy)


def _check(file: str, endings: Sequence[str]) -> None:
    ending = ending_of(file, endings)
    if ending not in endings:
        near = difflib.get_close_matches(ending, endings, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"--output {file}: the ending {ending!r} names no format",
            remedy=f"{hint}use one of {', '.join(endings)}",
        )
    check_place("--output", file)


def ending_of(file: str, known: Sequence[str] = ()) -> str:
    """The longest of the known endings that the file has, else what follows its last dot."""
    found = [ending for ending in known if file.lower().endswith(ending)]
    return max(found, key=len, default=os.path.splitext(file)[1].lower())
