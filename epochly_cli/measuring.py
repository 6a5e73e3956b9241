"""Measuring the chosen workloads one after another, writing each as it is finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from epochly_cli.output import Destination, ReportWriter
from epochly_cli.render.progress import progress_bar
from epochly_cli.stderr import tell

if TYPE_CHECKING:
    from epochly.errors import EpochlyError
    from epochly.measure.session import Options
    from epochly.model import Report
    from epochly.workload import Workload
    from epochly_cli.saving import Measured

DIFFERENT = 4
# Of several exit codes the first here wins; the rest of the order is the gate's.
_WORST_FIRST = (70, DIFFERENT, 2, 3)


def measure_all(
    workloads: Sequence[Workload],
    options: Options,
    destination: Destination,
    *,
    single: bool,
    detail: bool = False,
    strict: bool = False,
    reading: bool = False,
    save: Callable[[Measured], None] | None = None,
    history: str | None = None,
) -> int:
    """Measure workloads and write their reports.

    Parameters
    ----------
    single : bool
        There is one target; its error ends the command. Otherwise an error is shown and the
        other workloads are measured all the same.
    strict : bool
        Exit with 4 where a level returned something different.
    reading : bool
        A target without arguments to run with is read, not refused.
    save : callable, optional
        Called at the end with each workload that was measured and its report.
    history : str or None
        A file that the finished run is appended to.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    EpochlyError
        For a single target, or when interrupted; what was measured is written by then.
    """
    from epochly.errors import EpochlyError, NothingMeasuredError
    from epochly.measure.session import InterruptedRunError, analyze, measure

    if history is not None:
        from epochly.gate.history import check_place

        check_place(Path(history))
    writer = ReportWriter(destination, single=single, detail=detail)
    measured: list[tuple[Workload, Report]] = []
    codes: set[int] = set()
    try:
        for position, workload in enumerate(workloads, 1):
            label = workload.name or workload.target
            if len(workloads) > 1:
                label = f"{label} ({position} of {len(workloads)})"
            try:
                with progress_bar(label) as show:
                    report = (analyze if reading else measure)(workload, options, show)
            except InterruptedRunError as error:
                _add(writer, error)
                raise
            except NothingMeasuredError as error:
                _add(writer, error)
                if single:
                    raise
                tell(_named(error, workload))
            except EpochlyError as error:
                if single:
                    raise
                tell(_named(error, workload))
                codes.add(error.exit_code)
            else:
                measured.append((workload, report))
                writer.add(report)
    finally:
        writer.close()
    if history is not None and writer.reports:
        from epochly.gate.entries import entry_of_reports
        from epochly_cli.history_output import head_here, keep

        keep(entry_of_reports(writer.reports, head_here()), history)
    if save is not None:
        save(measured)
    if not any(report.static or _anything_measured(report) for report in writer.reports):
        codes.add(NothingMeasuredError.exit_code)
    if strict and any(_differs(report) for report in writer.reports):
        codes.add(DIFFERENT)
    return next((code for code in _WORST_FIRST if code in codes), 0)


def _add(writer: ReportWriter, error: Exception) -> None:
    report: Report | None = getattr(error, "report", None)
    if report is not None:
        writer.add(report)


def _named(error: EpochlyError, workload: Workload) -> EpochlyError:
    """The same error, saying which of several workloads it is about."""
    from epochly.errors import EpochlyError

    what = f"{workload.name or workload.target}: {error.what}"
    return EpochlyError(what, where=error.where, remedy=error.remedy, detail=error.detail)


def _anything_measured(report: Report) -> bool:
    return any(row.status == "measured" for row in report.levels)


def _differs(report: Report) -> bool:
    return any(
        row.status == "different" or row.equality.verdict == "different" for row in report.levels
    )
