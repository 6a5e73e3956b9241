"""The way through the level selection guide's flowchart, with the fact at every fork."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from epochly.levels import Level
from epochly.model import LevelRow, Profile
from epochly.recommend.facts import LARGE_ELEMENTS, Facts, LoopFact
from epochly.recommend.worth import MOSTLY, has_python_loops, waits
from epochly.units import count, percent, seconds, size


def decision_path(
    facts: Facts, profile: Profile | None, rows: Sequence[LevelRow] = ()
) -> tuple[str, ...]:
    """The forks as taken, where the flowchart ends, and what the levels measured.

    Parameters
    ----------
    facts : Facts
    profile : Profile or None
        None where nothing was run.
    rows : sequence of LevelRow

    Returns
    -------
    tuple of str
    """
    steps, level = _forks(facts, profile)
    measured = any(row.status == "measured" and row.level for row in rows)
    then = "; measuring decides" if measured else ""
    return (
        *steps,
        f"the flowchart ends at level {level:d}, {level.name.lower()}{then}",
        *(_measured(row) for row in rows if row.level is not Level.MONITOR),
    )


def _forks(facts: Facts, profile: Profile | None) -> tuple[list[str], Level]:
    bound, fact = _io_bound(facts, profile)
    steps = [f"I/O bound? {fact}"]
    if bound:
        return steps, Level.THREADS
    steps.append(f"loops? {_loops(facts, profile)}")
    if has_python_loops(facts, profile):
        return steps, Level.COMPILE
    steps.append(f"parallel? {_parallel(facts)}")
    if facts.mappable:
        return steps, Level.CORES
    steps.append(f"large arrays? {_arrays(facts)}")
    largest = facts.largest
    large = largest is not None and largest.elements >= LARGE_ELEMENTS
    return steps, Level.GPU if large else Level.MONITOR


def _io_bound(facts: Facts, profile: Profile | None) -> tuple[bool, str]:
    calls = ", ".join(dict.fromkeys(f"{call.what} (line {call.line})" for call in facts.io[:3]))
    if profile is None or profile.wait_fraction is None:
        if not calls:
            return False, "no: no call that waits was found, and nothing was measured"
        return True, f"perhaps: {calls} may wait, and nothing was measured"
    share = f"a plain call of {seconds(profile.wall_s)} waits {percent(profile.wait_fraction)}"
    share += " of its time"
    if waits(facts, profile):
        return True, f"yes: {share}{f', at {calls}' if calls else ''}"
    if profile.wait_fraction >= MOSTLY:
        return False, f"no: {share}, but for the CPU, since nothing in it reaches outside"
    return False, f"no: {share}{f', for all of {calls}' if calls else ''}"


def _loops(facts: Facts, profile: Profile | None) -> str:
    loops = [loop for loop in facts.loops if loop.kind != "comprehension"]
    if not loops:
        return "no: " + ("only comprehensions" if facts.loops else "none was found")
    held = ""
    if profile is not None:
        unknown = "how long the GIL is held was not measured"
        share = f"a call holds the GIL {percent(profile.gil_fraction)} of its time"
        held = "; " + (unknown if profile.gil_fraction is None else share)
    shown = max(loops, key=lambda loop: (loop.innermost, loop.total or 0))
    said = f"{_named(shown)} {_turns(shown)}"
    turn_s = facts.turn_s(profile.wall_s) if profile is not None else float("nan")
    if turn_s < float("inf"):
        said += f", {seconds(turn_s)} each at most"
    if has_python_loops(facts, profile):
        return f"yes: {said}{held}"
    return f"no: {said}, which is not Python's own steps{held}"


def _parallel(facts: Facts) -> str:
    if facts.mappable:
        loop = max(facts.mappable, key=lambda one: one.total or 0)
        return f"yes: the items of {_named(loop)} are independent; it {_turns(loop)}"
    for loop in facts.loops:
        if loop.why_not:
            return f"no: {_named(loop)}: {loop.why_not}"
    return "no: there is no loop or comprehension whose items could be shared out"


def _arrays(facts: Facts) -> str:
    largest = facts.largest
    if largest is None:
        return "no: no array was seen among the arguments and what the function reads"
    held = "" if largest.nbytes is None else f", {size(largest.nbytes)}"
    fact = f"{largest.name}, {largest.text}{held}"
    if largest.elements >= LARGE_ELEMENTS:
        return f"yes: {fact}"
    return f"no: the largest is {fact}; under {count(LARGE_ELEMENTS)} elements"


def _named(loop: LoopFact) -> str:
    what = "comprehension" if loop.kind == "comprehension" else f"`{loop.kind}` loop"
    return f"the {what} in line {loop.line}"


def _turns(loop: LoopFact) -> str:
    if loop.total is None:
        return "turns an unknown number of times"
    return f"turns {count(loop.total)} times"


def _measured(row: LevelRow) -> str:
    return "; ".join(_said(row))


def _said(row: LevelRow) -> Iterator[str]:
    name = f"level {row.level:d} ({row.backend})"
    if row.status == "measured" and row.speedup is not None:
        yield f"{name}: {row.speedup:.3g}x, result {row.equality.verdict}"
    else:
        yield f"{name}: {row.status}" + (f", {row.reason}" if row.reason else "")
    if row.doubt is not None and row.status != "skipped":
        yield f"it was doubted, since {row.doubt}"
