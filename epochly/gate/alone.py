"""What the gate holds the head to by itself: equal results, and the speedups it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from epochly.errors import NothingMeasuredError, UsageError
from epochly.gate.checks import equality_checks
from epochly.gate.outcome import Found
from epochly.gate.promise import promise_check, tried_of
from epochly.levels import Level
from epochly.measure.session import NoLevelMeasuredError, Options, Progress, measure
from epochly.model import Report
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
    levels = {Level.MONITOR, *levels}
    options = replace(options, levels=tuple(sorted(levels)), profiled=False)
    try:
        report = measure(replace(workload, levels=None), options, progress)
    except NoLevelMeasuredError as error:
        return Found(workload, "unmeasured", error.what, error.remedy), error.report
    except NothingMeasuredError as error:
        return Found(workload, "unmeasured", error.what, error.remedy), None
    except UsageError as error:
        return Found(workload, "unusable", error.what, error.remedy), None
    promised = [
        promise_check(
            workload, level, [tried_of(row) for row in report.levels if row.level is level]
        )
        for level in sorted(workload.limits.min_speedup)
    ]
    checks = (*equality_checks(report), *(check for check in promised if check is not None))
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
