"""What the head does at a level of a duel: the same result as level 0, and really at that level."""

from __future__ import annotations

from epochly.gate.checks import different
from epochly.gate.duel import Duel
from epochly.gate.model import Check
from epochly.levels import Level
from epochly.measure.contender import Contender


def duel_checks(duel: Duel) -> tuple[list[Check], list[str]]:
    """Check a level beyond 0 after its first calls.

    Parameters
    ----------
    duel : Duel
        After `Duel.explore`.

    Returns
    -------
    checks : list of Check
        None of a result that could not be compared, and none of a level that the reference does
        not reach either.
    notes : list of str
        What could not be checked.
    """
    if duel.level is Level.MONITOR:
        return [], []
    theirs, ours = duel.theirs, duel.ours
    where = (duel.level, duel.backend)
    checks: list[Check] = []
    notes: list[str] = []
    verdict = ours.equality
    if ours.status == "different":
        checks.append(different(*where, verdict.where or ours.reason, duel.target))
    elif ours.alive and verdict.verdict == "unchecked":
        notes.append(
            f"what level {duel.level:d} ({duel.backend}) returns was not compared with level 0: "
            f"{verdict.where}"
        )
    elif ours.alive:
        said = f"level {duel.level:d} returns what level 0 returns ({verdict.verdict})"
        checks.append(Check("equality", *where, "passed", said))
    if not is_realized(theirs):
        if "unavailable" in (ours.status, theirs.status):
            notes.append(f"{duel.backend} is not available here: {theirs.reason}")
        elif not is_realized(ours) and ours.status != "different":
            notes.append(f"level {duel.level:d} ({duel.backend}) runs in neither: {_why(ours)}")
    elif is_realized(ours):
        said = f"realized by {duel.backend} in both"
        checks.append(Check("realized", *where, "passed", said))
    elif ours.status != "different":
        checks.append(Check("realized", *where, "failed", lost(duel), ours.remedy))
    return checks, notes


def is_realized(contender: Contender) -> bool:
    """Whether a level was really reached, not only called."""
    realized = contender.realized
    return contender.status is None and realized is not None and realized.level == contender.level


def lost(duel: Duel) -> str:
    """Why the head does not reach a level that the reference does."""
    ours = duel.ours
    line = f" (line {ours.line})" if ours.line else ""
    return f"level {duel.level:d} ({duel.backend}) is not realized any more: {_why(ours)}{line}"


def _why(ours: Contender) -> str:
    if ours.status is None and ours.realized is not None:
        return f"it runs at level {ours.realized.level:d} ({ours.realized.backend})"
    return str(ours.reason)
