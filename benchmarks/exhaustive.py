"""Every level of a workload measured, and what leaving some out would have cost."""

from __future__ import annotations

from dataclasses import dataclass

from epochly.levels import Level
from epochly.measure.session import NoLevelMeasuredError, Options, measure
from epochly.model import LevelRow, Report
from epochly.workload import Workload


@dataclass(frozen=True, slots=True)
class Judged:
    """One workload with everything measured.

    Parameters
    ----------
    name : str
    best : str
        The fastest level whose result is level 0's.
    chosen : str
        The level that was recommended; where it was too noisy to say, a call stays at level 0.
    regret : float
        Time of the recommended level over that of the best, less 1.
    sure_regret : float
        The least that it can be within both intervals.
    kept_regret : float
        The same of the fastest level that the findings would have left in the run.
    skipped : tuple of str
        What they would have left out.
    skipped_winner : str or None
        The best level, when it would have been left out and is better beyond noise.
    """

    name: str
    best: str
    chosen: str
    regret: float
    sure_regret: float
    kept_regret: float
    skipped: tuple[str, ...]
    skipped_winner: str | None


def judged(workload: Workload, budget_s: float) -> Judged | None:
    """Measure all levels; None where level 0 could not be measured, or only once."""
    try:
        report = measure(workload, Options(levels=tuple(Level), budget_s=budget_s))
    except NoLevelMeasuredError:
        return None
    return judge(report, workload.name or workload.target)


def judge(report: Report, name: str) -> Judged | None:
    """Compare what was recommended, and what would have been left out, with what was best."""
    base = next(row for row in report.levels if row.level is Level.MONITOR)
    if base.median_s is None:
        return None
    usable = [base, *(row for row in report.levels if _usable(row, report.nondeterministic))]
    best = max(usable, key=_speedup)
    advice = report.recommendation
    chosen = next(
        (row for row in usable if (row.level, row.backend) == (advice.level, advice.backend)), base
    )
    kept = max((row for row in usable if row.doubt is None), key=_speedup)
    beyond_noise = best.doubt is not None and _low(best) > _high(kept)
    return Judged(
        name=name,
        best=_named(best),
        chosen="too noisy to say" if advice.level is None else _named(chosen),
        regret=_speedup(best) / _speedup(chosen) - 1.0,
        sure_regret=max(0.0, _low(best) / _high(chosen) - 1.0),
        kept_regret=_speedup(best) / _speedup(kept) - 1.0,
        skipped=tuple(_named(row) for row in report.levels if row.doubt is not None),
        skipped_winner=_named(best) if beyond_noise else None,
    )


def table(found: list[Judged]) -> str:
    """The workloads, one a line."""
    lines = [f"{'workload':22} {'best':20} {'recommended':20} regret    sure left in  left out"]
    for one in found:
        lines.append(
            f"{one.name:22} {one.best:20} {one.chosen:20} {one.regret:6.1%} {one.sure_regret:7.1%} "
            f"{one.kept_regret:7.1%}  {', '.join(one.skipped) or '-'}"
        )
    return "\n".join(lines)


def _usable(row: LevelRow, nondeterministic: bool) -> bool:
    verdicts = {"identical", "close", *(["unchecked"] if nondeterministic else [])}
    return (
        row.level is not Level.MONITOR
        and row.status == "measured"
        and row.speedup is not None
        and row.equality.verdict in verdicts
        and row.realized is not None
        and row.realized.level is not Level.MONITOR
    )


def _speedup(row: LevelRow) -> float:
    return 1.0 if row.level is Level.MONITOR else row.speedup or 0.0


def _high(row: LevelRow) -> float:
    return 1.0 if row.level is Level.MONITOR else row.speedup_high or 0.0


def _low(row: LevelRow) -> float:
    return 1.0 if row.level is Level.MONITOR else row.speedup_low or 0.0


def _named(row: LevelRow) -> str:
    speed = "" if row.level is Level.MONITOR or row.speedup is None else f" {row.speedup:.3g}x"
    return f"{row.level:d} {row.backend}{speed}"
