"""What the gate holds the head to by itself: equal results, and the speedups it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from epochly.errors import NothingMeasuredError, UsageError
from epochly.gate.checks import equality_checks
from epochly.gate.model import Check
from epochly.gate.outcome import Found, promise
from epochly.levels import Level
from epochly.measure.session import NoLevelMeasuredError, Options, Progress, measure
from epochly.model import LevelRow, Report
from epochly.workload import Workload


def alone(
    workload: Workload, options: Options, progress: Callable[[Progress], None]
) -> tuple[Found, Report | None]:
    """Measure the head's version and check what can be checked of it.

    Returns
    -------
    (Found, Report or None)
        Without an outcome where checks and comparisons decide; no report where there is none.
    """
    levels = set(workload.levels or options.levels or ()) | set(workload.limits.min_speedup)
    options = replace(options, levels=tuple(sorted({Level.MONITOR, *levels})))
    try:
        report = measure(replace(workload, levels=None), options, progress)
    except NoLevelMeasuredError as error:
        return Found(workload, "unmeasured", error.what, error.remedy), error.report
    except NothingMeasuredError as error:
        return Found(workload, "unmeasured", error.what, error.remedy), None
    except UsageError as error:
        return Found(workload, "unusable", error.what, error.remedy), None
    promised = (check for row in report.levels for check in _promised(workload, row))
    checks = (*equality_checks(report), *promised)
    return (
        Found(
            workload,
            file=report.target.file,
            line=report.target.line,
            checks=checks,
            notes=report.notes,
        ),
        report,
    )


def _promised(workload: Workload, row: LevelRow) -> Iterator[Check]:
    if row.level is Level.MONITOR:
        return
    if row.speedup is not None and row.speedup_low is not None and row.speedup_high is not None:
        kept = promise(
            workload, row.level, row.backend, row.speedup, row.speedup_low, row.speedup_high
        )
        if kept is not None:
            yield kept
    elif row.level in workload.limits.min_speedup and row.status != "unavailable":
        said = f"level {row.level:d} ({row.backend}) is not realized: {row.reason}"
        yield Check("realized", row.level, row.backend, "failed", said, row.remedy)
