"""The guide's eight common mistakes, where the workload at hand shows them.

A mistake is shown by a level that was measured and lost for that very reason, or by a decorator in
the source that asks for it; a rule of thumb alone shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from epochly.levels import Level
from epochly.model import LevelRow, Mistake, Profile
from epochly.recommend.evidence import Evidence, Room
from epochly.recommend.facts import LARGE_ELEMENTS, Facts
from epochly.recommend.worth import DISPATCH_S, MOSTLY, PYTHON_TURN_S
from epochly.units import count, percent, seconds, size

SMALL_CALL_S = 0.05
NO_GAIN = 1.1
UNTOLD_ARRAY_S = 1e-3
SMALL_ARRAY_S = 1e-2
# What goes in, what comes out, and one temporary of the same size.
DEVICE_COPIES = 3


def mistakes(
    rows: Sequence[LevelRow], facts: Facts, profile: Profile | None, room: Room
) -> tuple[Mistake, ...]:
    """Find the common mistakes on one workload.

    Parameters
    ----------
    rows : sequence of LevelRow
        As measured, level 0's among them.
    facts : Facts
    profile : Profile or None
        Of one plain call.
    room : Room

    Returns
    -------
    tuple of Mistake
        In the order in which the guide lists them.
    """
    evidence = Evidence(tuple(rows), facts, profile, room)
    return tuple(found for search in _SEARCHES for found in search(evidence))


def _small_data(seen: Evidence) -> Iterator[Mistake]:
    """Level 3 on small data."""
    call_s, lost = seen.call_s, seen.lost(Level.CORES, 1.0)
    if call_s is None or call_s >= SMALL_CALL_S or seen.waits:
        return
    if lost is None and not (seen.chosen_badly(Level.CORES, 1.0) and call_s < DISPATCH_S):
        return
    loop = max(seen.facts.mappable, key=lambda one: one.total or 0, default=None)
    items = "" if loop is None or loop.total is None else f" for {count(loop.total)} items"
    said = f"level 3 on small data: a plain call takes {seconds(call_s)}{items}"
    if lost is not None:
        said += f", and sharing them out makes that {seconds(lost.median_s)}"
    yield Mistake(
        "small-data",
        seen.line(Level.CORES, None if loop is None else loop.line),
        said,
        "stay at level 0 or compile it with level 2 at this size; level 3 needs more work",
    )


def _compiled_waiting(seen: Evidence) -> Iterator[Mistake]:
    """Level 2 on waiting."""
    if not seen.waits or not seen.facts.io or seen.profile is None:
        return
    if not seen.chosen_badly(Level.COMPILE, NO_GAIN):
        return
    call = max(seen.facts.io, key=lambda one: seen.share(one.line))
    lost = seen.lost(Level.COMPILE, NO_GAIN)
    gained = "" if lost is None else f"; compiled it is {lost.speedup:.3g}x as fast"
    remedy = "use level 1, which overlaps the waiting"
    if not seen.facts.mappable:
        why = next((loop.why_not for loop in seen.facts.loops if loop.why_not), None)
        remedy += " once the calls are independent items of a comprehension"
        remedy += f" (now {why})" if why else ""
    yield Mistake(
        "compiled-waiting",
        call.line,
        f"level 2 on waiting: {percent(seen.profile.wait_fraction)} of a plain call is waiting, "
        f"at {call.what}{gained}",
        remedy,
    )


def _no_card(seen: Evidence) -> Iterator[Mistake]:
    """Level 4 without a card."""
    tried = seen.of(Level.GPU)
    if not seen.asked(Level.GPU) or not tried:
        return
    if all(row.status == "unavailable" for row in tried):
        yield Mistake(
            "no-card",
            seen.line(Level.GPU, None),
            f"level 4 where it cannot run: {tried[0].reason}, so that the original runs",
            f"{tried[0].remedy}; `epochly doctor` tells beforehand",
        )


def _small_arrays(seen: Evidence) -> Iterator[Mistake]:
    """Level 4 on small arrays."""
    largest, call_s, lost = seen.facts.largest, seen.call_s, seen.lost(Level.GPU, 1.0)
    if call_s is None or not seen.chosen_badly(Level.GPU, 1.0):
        return
    if largest is None:
        if lost is None or call_s >= UNTOLD_ARRAY_S:
            return
        said = f"a plain call takes only {seconds(call_s)}"
    else:
        if largest.elements >= LARGE_ELEMENTS or (lost is None and call_s >= SMALL_ARRAY_S):
            return
        said = f"the largest, {largest.name}, has {count(largest.elements)} elements, "
        said += f"and a plain call takes {seconds(call_s)}"
    if lost is not None:
        said += f"; on the card it takes {seconds(lost.median_s)}"
    yield Mistake(
        "small-arrays",
        seen.line(Level.GPU, None if largest is None else largest.line),
        f"level 4 on small arrays: {said}",
        "keep it on the CPU, or give the card many such arrays in one call",
    )


def _cold_compiler(seen: Evidence) -> Iterator[Mistake]:
    """A first call, which compiles, in a hand-written benchmark."""
    first_s = None if seen.base is None else seen.base.first_call_s
    for cold in seen.facts.cold:
        said = (
            f"a cold compiler is timed: {cold.what}, and its first call falls between two "
            "readings of the clock"
        )
        if first_s and seen.call_s and first_s > 2.0 * seen.call_s:
            said += f"; here a first call takes {seconds(first_s)}, a later {seconds(seen.call_s)}"
        yield Mistake(
            "cold-jit",
            cold.line,
            said,
            "call it two or three times with the same kinds of arguments before the clock is read",
        )


def _nested_levels(seen: Evidence) -> Iterator[Mistake]:
    """Accelerated work inside accelerated work."""
    request = seen.facts.request
    if request is not None and request.level != int(Level.MONITOR):
        inner, outer = seen.facts.inner, request.text
    else:
        spread = seen.won(Level.THREADS) or seen.won(Level.CORES)
        if spread is None:
            return
        inner = seen.facts.inner_in_loops
        outer = f"level {spread.level:d}, which gains {spread.speedup:.3g}x here"
    for one in inner[:1]:
        yield Mistake(
            "nested-levels",
            one.line,
            f"nested levels: {one.what}, inside of {outer}",
            "use one level: take it off the inner function, or leave the outer one plain",
        )


def _already_vectorized(seen: Evidence) -> Iterator[Mistake]:
    """Level 2 on what NumPy or pandas does in one step."""
    if seen.call_s is None or seen.waits or not seen.chosen_badly(Level.COMPILE, NO_GAIN):
        return
    parts = {part.line: part.text for part in reversed(seen.facts.vectorized)}
    # An unknown number of turns is NaN, which is no evidence.
    if not parts or not seen.facts.turn_s(seen.call_s) >= PYTHON_TURN_S:
        return
    sampled = seen.profile is not None and bool(seen.profile.hot_lines)
    share = sum(seen.share(line) for line in parts)
    if sampled and share < MOSTLY:
        return
    line = max(parts, key=seen.share)
    where = f", {percent(share)} of the time in such lines" if sampled else ""
    lost = seen.lost(Level.COMPILE, NO_GAIN)
    gained = "" if lost is None else f"; compiled it is {lost.speedup:.3g}x as fast"
    yield Mistake(
        "already-vectorized",
        line,
        f"compiling vectorized code: {parts[line]} runs in native code already{where}{gained}",
        "compile the loops that are Python's own; here fewer passes over the arrays help",
    )


def _copies_of_workers(seen: Evidence) -> Iterator[Mistake]:
    """More copies at level 3 than there is memory for."""
    limit, given, tried = seen.room.memory_bytes, seen.facts.data_bytes, seen.of(Level.CORES)
    held = max((row.peak_memory_bytes or 0 for row in tried), default=0)
    expected = (given or 0) * (1 + seen.room.cores)
    if held > limit:
        said = f"its processes held {size(held)}"
    elif not tried and seen.asked(Level.CORES) and expected > limit:
        said = f"{size(given)} of data, copied for {count(seen.room.cores)} workers"
    else:
        return
    plain = None if seen.profile is None else seen.profile.peak_memory_bytes
    beside = "" if plain is None else f" (a plain call: {size(plain)})"
    loop = next(iter(seen.facts.mappable), None)
    yield Mistake(
        "memory",
        seen.line(Level.CORES, None if loop is None else loop.line),
        f"level 3 keeps copies in every worker: {said}{beside}, where {size(limit)} may be used",
        "give it smaller pieces or fewer workers (EPOCHLY_MAX_WORKERS), or use level 1",
    )


def _copies_on_card(seen: Evidence) -> Iterator[Mistake]:
    """More data at level 4 than the card has memory for."""
    free, given = seen.room.card_bytes, seen.facts.data_bytes
    wanted = None if given is None else DEVICE_COPIES * given
    if any("OutOfMemory" in (row.reason or "") for row in seen.of(Level.GPU)):
        said = f"it ran out of memory{'' if free is None else f', of which {size(free)} are free'}"
    elif (
        free is not None
        and wanted is not None
        and wanted > free
        and seen.asked(Level.GPU)
        and seen.won(Level.GPU) is None
    ):
        said = f"about {size(wanted)} are needed, and {size(free)} are free"
    else:
        return
    largest = seen.facts.largest
    yield Mistake(
        "memory",
        seen.line(Level.GPU, None if largest is None else largest.line),
        f"level 4 needs its data on the card: {said}",
        "give it the arrays in pieces, or in single precision where that is enough",
    )


_SEARCHES: tuple[Callable[[Evidence], Iterator[Mistake]], ...] = (
    _small_data,
    _compiled_waiting,
    _no_card,
    _small_arrays,
    _cold_compiler,
    _nested_levels,
    _already_vectorized,
    _copies_of_workers,
    _copies_on_card,
)
