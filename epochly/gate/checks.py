"""Whether a report's levels return what level 0 does, and are realized as they were."""

from __future__ import annotations

from epochly.gate.baseline import BaselineEntry, BaselineRow
from epochly.gate.model import Check
from epochly.levels import Level
from epochly.model import LevelRow, Machine, Report

SAVE_ANEW = "`epochly bench --save-baseline FILE` if it is meant"


def equality_checks(report: Report) -> tuple[Check, ...]:
    """Whether each level beyond 0 returned what level 0 did.

    Returns
    -------
    tuple of Check
        None of a level whose result could not be compared.
    """
    checks = []
    for row in report.levels:
        verdict = row.equality.verdict
        if row.level is Level.MONITOR:
            continue
        if row.status == "different" or verdict == "different":
            where = row.equality.where or row.reason
            checks.append(different(row.level, row.backend, where, report.target.spec))
        elif row.status == "measured" and verdict != "unchecked":
            message = f"{place(row)} returned what level 0 did ({verdict})"
            checks.append(Check("equality", row.level, row.backend, "passed", message))
    return tuple(checks)


def different(level: Level, backend: str, where: str | None, target: str) -> Check:
    """The check that a level failed by what it returned; ``where`` says what differs."""
    message = f"level {level:d} ({backend}) returned something different: {where}"
    remedy = f"`epochly analyze {target} --levels {level:d}` shows it alone"
    return Check("equality", level, backend, "failed", message, remedy)


def realized_checks(
    entry: BaselineEntry, report: Report
) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Whether each level that was realized in a baseline still is.

    Returns
    -------
    checks : tuple of Check
        Undecided for a level that was not tried.
    notes : tuple of str
        Levels that were not asked for, or that this machine cannot offer.
    """
    found = {(row.level, row.backend): row for row in report.levels}
    checks: list[Check] = []
    notes: list[str] = []
    for then in entry.rows:
        if then.level is Level.MONITOR or not _was_realized(then):
            continue
        now = found.get((then.level, then.backend))
        if now is None:
            notes.append(f"{place(then)} was not run, so nothing can be said of it")
        elif now.status == "unavailable" and _lacks(report.machine, entry.machine, now):
            notes.append(f"{place(now)} cannot be had on this machine: {now.reason}")
        elif now.status != "different":
            checks.append(_kept(now))
    return tuple(checks), tuple(notes)


def place(row: BaselineRow | LevelRow) -> str:
    """A row in words."""
    return f"level {row.level:d} ({row.backend})"


def _kept(now: LevelRow) -> Check:
    if now.status == "skipped":
        message = f"{place(now)} was not tried: {now.reason}"
        return Check("realized", now.level, now.backend, "undecided", message, now.remedy)
    realized = now.realized
    if now.status == "measured" and realized is not None and realized.level is now.level:
        message = f"{place(now)} is realized, as in the baseline"
        return Check("realized", now.level, now.backend, "passed", message)
    if now.status == "measured":
        what = f"fell back to level {realized.level:d}" if realized else "fell back"
    else:
        line = f" in line {now.line}" if now.line else ""
        what = f"is {now.status} now{line}: {now.reason}"
    message = f"{place(now)} was realized in the baseline and {what}"
    return Check("realized", now.level, now.backend, "failed", message, now.remedy or SAVE_ANEW)


def _was_realized(row: BaselineRow) -> bool:
    realized = row.realized
    return row.status == "measured" and realized is not None and realized.level is row.level


def _lacks(here: Machine, there: Machine, row: LevelRow) -> bool:
    """Whether it is the machine, not the program, that does not offer a level any more."""
    if row.level is Level.GPU:
        return here.gpu is None
    pythons = {(one.implementation, *one.python.split(".")[:2]) for one in (here, there)}
    return len(pythons) > 1
