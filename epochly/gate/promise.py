"""Whether a level gains what was promised of it: one rule, for the gate and for pytest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from epochly.gate.model import Check
from epochly.levels import Level
from epochly.model import LevelRow
from epochly.units import digits, ratio
from epochly.workload import Workload

State = Literal["passed", "failed", "undecided"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one backend made of a promise.

    Parameters
    ----------
    backend : str
    speedup, low, high : float or None
        Over level 0, with the 95 % interval; None where it was not sampled.
    ran : bool
        Whether the level was really reached.
    available : bool
        Whether this machine offers the backend.
    reason, remedy : str or None
        Why it did not run.
    """

    backend: str
    speedup: float | None = None
    low: float | None = None
    high: float | None = None
    ran: bool = True
    available: bool = True
    reason: str | None = None
    remedy: str | None = None


def kept(low: float, high: float, promised: float) -> State:
    """A promise is kept, or broken, by an interval that lies wholly on one side of it."""
    if low >= promised:
        return "passed"
    return "failed" if high < promised else "undecided"


def gain_in_words(speedup: float | None, low: float | None, high: float | None) -> str:
    """A speedup with its 95 % interval, 2.73x (2.51 to 2.89), as far as they are known."""
    if low is None or high is None:
        return ratio(speedup)
    return f"{ratio(speedup)} ({digits(low)} to {digits(high)})"


def tried_of(row: LevelRow) -> Tried:
    """What a row of a report says of a promise."""
    realized = row.realized
    return Tried(
        row.backend,
        row.speedup,
        row.speedup_low,
        row.speedup_high,
        ran=row.status == "measured" and realized is not None and realized.level is row.level,
        available=row.status != "unavailable",
        reason=row.reason,
        remedy=row.remedy,
    )


def promise_check(workload: Workload, level: Level, tried: Sequence[Tried]) -> Check | None:
    """Whether a level keeps the speedup that its workload promises; None where it promises none.

    Any backend may keep it. One that this machine cannot offer leaves it undecided, since nothing
    was measured.

    Parameters
    ----------
    workload : Workload
    level : Level
    tried : sequence of Tried
        One for each backend of the level, at least one.
    """
    promised = workload.limits.min_speedup.get(level)
    if promised is None:
        return None
    lower = f"lower `min_speedup` of {workload.name} in epochly.yaml"
    best = max(tried, key=lambda one: (one.ran, one.speedup or 0.0, one.available))
    place = f"level {level:d} ({best.backend})"
    if not best.available:
        said = (
            f"{place} is not available here, so the promised {ratio(promised)} were not "
            f"measured: {best.reason}"
        )
        return Check("min_speedup", level, best.backend, "undecided", said, best.remedy)
    if not best.ran:
        said = f"{place} is not realized: {best.reason or 'another level ran'}"
        return Check("realized", level, best.backend, "failed", said, best.remedy)
    if best.low is None or best.high is None:
        said = f"{place} was sampled too few times to tell whether it gains {ratio(promised)}"
        remedy = "give it more time with --budget"
        return Check("min_speedup", level, best.backend, "undecided", said, remedy)
    said = (
        f"{place} is {gain_in_words(best.speedup, best.low, best.high)} over level 0, "
        f"promised are {ratio(promised)}"
    )
    state = kept(best.low, best.high, promised)
    remedies = {
        "passed": None,
        "failed": f"make it faster, or {lower}",
        "undecided": f"give it more time with --budget, or {lower}",
    }
    return Check("min_speedup", level, best.backend, state, said, remedies[state])
