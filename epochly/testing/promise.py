"""What a test promises of a level, and whether a measurement keeps it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from epochly.errors import UsageError
from epochly.gate.promise import gain_in_words, kept

if TYPE_CHECKING:
    from epochly.model import LevelRow, Report

State = Literal["kept", "broken", "undecided"]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a level is held to.

    Parameters
    ----------
    level : int
        From 1 to 4.
    min_speedup : float or None
        How many times faster than level 0 it has to be; None asks only that the level runs and
        returns the same.
    backend : str or None
        The backend that has to do it; None is content with any.
    budget : float or None
        Seconds of sampling; None leaves it to the ini option ``epochly_budget``.
    exact : bool
        Demand the same bits, without a tolerance.
    allow_effects : bool
        As for `epochly.bench`.

    Raises
    ------
    UsageError
        When a value is none of these.
    """

    level: int
    min_speedup: float | None = None
    backend: str | None = None
    budget: float | None = None
    exact: bool = False
    allow_effects: bool = False

    def __post_init__(self) -> None:
        if type(self.level) is not int or not 1 <= self.level <= 4:
            raise _unfit("level", self.level, "a level from 1 to 4, as in level=2")
        for name in ("min_speedup", "budget"):
            value = getattr(self, name)
            if value is not None and not _is_positive(value):
                raise _unfit(name, value, f"a positive number, as in {name}=5")
        if self.backend is not None and not isinstance(self.backend, str):
            raise _unfit("backend", self.backend, "a name that `epochly backends` lists")
        for name in ("exact", "allow_effects"):
            if not isinstance(getattr(self, name), bool):
                raise _unfit(name, getattr(self, name), "True or False")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a promise was kept.

    Parameters
    ----------
    state : str
        ``undecided`` where the measurement could not tell.
    message : str
        What was measured, and what to do about it.
    row : LevelRow or None
        The row that was judged.
    """

    state: State
    message: str
    row: LevelRow | None = None


def promise_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Promise:
    """A promise from the arguments of a marker.

    Raises
    ------
    UsageError
        When an argument is unknown, missing, without its name or of the wrong kind.
    """
    accepted = [field.name for field in fields(Promise)]
    remedy = f"it takes {', '.join(accepted)}; level is required"
    if args:
        raise UsageError(f"{args[0]!r} has no name; write level={args[0]!r}", remedy=remedy)
    for name in kwargs:
        if name not in accepted:
            near = difflib.get_close_matches(name, accepted, 1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"there is no argument {name!r}{hint}", remedy=remedy)
    if "level" not in kwargs:
        raise UsageError("the level is missing", remedy=remedy)
    return Promise(**kwargs)


def judge(report: Report, promise: Promise) -> Answer:
    """Hold a report to a promise.

    A result that differs breaks it, whichever backend of the level returned it. A speedup breaks
    it when its whole 95 % interval lies below the promised one, and keeps it when none of it does.

    Parameters
    ----------
    report : Report
        With rows for the promised level.
    promise : Promise
    """
    rows = [row for row in report.levels if row.level == promise.level]
    named = [row for row in rows if promise.backend in (None, row.backend)]
    title = f"{report.target.qualname} at level {promise.level}"
    if not named:
        known = ", ".join(row.backend for row in rows) or "none"
        return Answer("broken", f"{title}: no backend {promise.backend!r}; there is {known}")
    for row in named:
        if row.status == "different":
            where = row.equality.where or row.reason or "an unknown place"
            return Answer("broken", f"{title} returned something different: {where}", row)
    run = [row for row in named if row.realized and row.realized.level == promise.level]
    sampled = [row for row in run if row.status == "measured"]
    if not sampled:
        row = min(run or named, key=lambda row: row.status == "unavailable")
        return _not_realized(title, row, report)
    row = max(sampled, key=lambda row: (row.best, row.speedup or 0.0))
    return _measured(title, row, report, promise)


def _measured(title: str, row: LevelRow, report: Report, promise: Promise) -> Answer:
    if row.equality.verdict == "unchecked" or report.nondeterministic:
        why = row.equality.where or "the function returns something else in every call"
        return Answer("undecided", f"{title}: the result could not be compared: {why}", row)
    wanted, low, high = promise.min_speedup, row.speedup_low, row.speedup_high
    if wanted is None:
        return Answer("kept", f"{title} runs with {row.backend}", row)
    if low is None or high is None:
        few = f"{title}: too few samples to tell whether it is {wanted:g} times faster"
        return Answer("undecided", f"{few}\n  remedy: give it a larger budget", row)
    shown = f"{speedup(row)}, promised at least {wanted:g}x"
    ran = f"  ran: level {promise.level} with {row.backend}; {_medians(row, report)}"
    state = kept(low, high, wanted)
    if state == "passed":
        return Answer("kept", f"{title} is faster {shown}\n{ran}", row)
    if state == "failed":
        return Answer("broken", f"{title} is not fast enough: {shown}\n{ran}", row)
    remedy = "  remedy: give it a larger budget, or promise less"
    return Answer(
        "undecided", f"{title} may or may not be fast enough: {shown}\n{ran}\n{remedy}", row
    )


def _not_realized(title: str, row: LevelRow, report: Report) -> Answer:
    if row.status == "measured" and row.realized is not None:
        said = f"level {int(row.realized.level)} with {row.realized.backend} ran instead"
    else:
        said = f"{row.status}: {row.reason}" if row.reason else row.status
    lines = [f"{title} was not realized", f"  {row.backend}: {said}"]
    # What a function raised says by itself where it did.
    if row.line is not None and row.status != "failed":
        file = report.target.file
        lines.append(f"  where: {file}:{row.line}" if file else f"  where: line {row.line}")
    if row.remedy:
        lines.append(f"  remedy: {row.remedy}")
    return Answer("broken", "\n".join(lines), row)


def entry(report: Report, promise: Promise, answer: Answer) -> dict[str, Any]:
    """A promise and what became of it, as JSON values; ``shown`` is for people."""
    row = answer.row
    realized = row.realized if row is not None else None
    ran = f"level {int(realized.level)} {realized.backend}" if realized else "-"
    if row is not None and row.status != "measured":
        ran = row.status
    wanted = promise.min_speedup
    return {
        "function": report.target.qualname,
        "level": promise.level,
        "realized": int(realized.level) if realized else None,
        "backend": realized.backend if realized else None,
        "speedup": row.speedup if row is not None else None,
        "speedup_low": row.speedup_low if row is not None else None,
        "speedup_high": row.speedup_high if row is not None else None,
        "min_speedup": wanted,
        "state": answer.state,
        "shown": [
            f"level {promise.level}",
            ran,
            speedup(row) if row is not None else "-",
            "-" if wanted is None else f"{wanted:g}x",
            answer.state,
        ],
    }


def speedup(row: LevelRow) -> str:
    """A row's speedup with its interval."""
    return gain_in_words(row.speedup, row.speedup_low, row.speedup_high)


def _medians(row: LevelRow, report: Report) -> str:
    from epochly.units import seconds

    plain = next((one.median_s for one in report.levels if one.level == 0), None)
    return f"{seconds(row.median_s)} a call, {seconds(plain)} at level 0"


def _is_positive(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value > 0 and math.isfinite(value)


def _unfit(name: str, value: Any, wanted: str) -> UsageError:
    return UsageError(f"{name} cannot be {value!r}", remedy=f"give {wanted}")
