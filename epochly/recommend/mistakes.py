"""The guide's eight common mistakes, where the workload at hand shows them.

A mistake is shown by a level that was measured and lost for that very reason, or by a decorator in
the source that asks for it; a rule of thumb alone shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from epochly.levels import Level
from epochly.model import LevelRow, Mistake, Profile
from epochly.recommend.facts import LARGE_ELEMENTS, Facts
from epochly.recommend.worth import DISPATCH_S, MOSTLY, PYTHON_TURN_S, waits
from epochly.units import count, percent, seconds, size

SMALL_CALL_S = 0.05
NO_GAIN = 1.1
UNTOLD_ARRAY_S = 1e-3
SMALL_ARRAY_S = 1e-2
# What goes in, what comes out, and one temporary of the same size.
DEVICE_COPIES = 3


@dataclass(frozen=True, slots=True)
class Room:
    """What there is to hold copies of the data.

    Parameters
    ----------
    memory_bytes : int
        Most that the processes of one level may hold.
    cores : int
        Workers of level 3.
    card_bytes : int or None
        Free memory of the card; None without one.
    """

    memory_bytes: int
    cores: int
    card_bytes: int | None = None


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
    seen = _Seen(rows, facts, profile, room)
    return (
        *seen.small_data(),
        *seen.compiled_waiting(),
        *seen.no_card(),
        *seen.small_arrays(),
        *seen.cold_compiler(),
        *seen.nested_levels(),
        *seen.already_vectorized(),
        *seen.memory(),
    )


class _Seen:
    """What was measured, asked for each mistake in turn."""

    def __init__(
        self, rows: Sequence[LevelRow], facts: Facts, profile: Profile | None, room: Room
    ) -> None:
        self._rows = rows
        self._facts = facts
        self._profile = profile
        self._room = room
        base = next((row for row in rows if row.level is Level.MONITOR), None)
        self._base_s = None if base is None else base.median_s
        self._first_s = None if base is None else base.first_call_s
        self._waits = waits(facts, profile)

    def small_data(self) -> Iterator[Mistake]:
        """Level 3 on small data."""
        lost = self._lost(Level.CORES, 1.0)
        asked = self._asked(Level.CORES)
        if self._base_s is None or self._base_s >= SMALL_CALL_S or self._waits:
            return
        if lost is None and not (
            asked and self._base_s < DISPATCH_S and not self._won(Level.CORES)
        ):
            return
        loop = max(self._facts.mappable, key=lambda one: one.total or 0, default=None)
        items = "" if loop is None or loop.total is None else f" for {count(loop.total)} items"
        said = f"level 3 on small data: a plain call takes {seconds(self._base_s)}{items}"
        if lost is not None and lost.median_s is not None:
            said += f", and sharing them out makes that {seconds(lost.median_s)}"
        yield Mistake(
            "small-data",
            self._line(Level.CORES, None if loop is None else loop.line),
            said,
            "stay at level 0 or compile it with level 2 at this size; level 3 needs more work",
        )

    def compiled_waiting(self) -> Iterator[Mistake]:
        """Level 2 on waiting."""
        if not self._waits or not self._facts.io or self._profile is None:
            return
        lost = self._lost(Level.COMPILE, NO_GAIN)
        if lost is None and not (self._asked(Level.COMPILE) and not self._won(Level.COMPILE)):
            return
        call = self._slowest_wait()
        gained = "" if lost is None else f", and compiled it is {lost.speedup:.3g}x as fast"
        remedy = "use level 1, which overlaps the waiting"
        if not self._facts.mappable:
            why = next((loop.why_not for loop in self._facts.loops if loop.why_not), None)
            remedy += " once the calls are independent items of a comprehension"
            remedy += f" (now {why})" if why else ""
        yield Mistake(
            "compiled-waiting",
            call[0],
            f"level 2 on waiting: a plain call waits {percent(self._profile.wait_fraction)} of its time, "
            f"at {call[1]}{gained}",
            remedy,
        )

    def no_card(self) -> Iterator[Mistake]:
        """Level 4 without a card."""
        tried = [row for row in self._rows if row.level is Level.GPU]
        if not self._asked(Level.GPU) or not tried:
            return
        if all(row.status == "unavailable" for row in tried):
            yield Mistake(
                "no-card",
                self._line(Level.GPU, None),
                f"level 4 where it cannot run: {tried[0].reason}, so the original runs",
                f"{tried[0].remedy}; `epochly doctor` tells beforehand",
            )

    def small_arrays(self) -> Iterator[Mistake]:
        """Level 4 on small arrays."""
        largest = self._facts.largest
        small = largest is not None and largest.elements < LARGE_ELEMENTS
        lost = self._lost(Level.GPU, 1.0)
        if self._base_s is None or (largest is not None and not small):
            return
        if lost is None:
            asked = self._asked(Level.GPU) and not self._won(Level.GPU)
            if not (asked and small and self._base_s < SMALL_ARRAY_S):
                return
        elif largest is None and self._base_s >= UNTOLD_ARRAY_S:
            return
        if largest is None:
            said = f"a plain call takes only {seconds(self._base_s)}"
        else:
            said = f"the largest, {largest.name}, has {count(largest.elements)} elements"
            said += f", and a plain call takes {seconds(self._base_s)}"
        if lost is not None and lost.median_s is not None:
            said += f"; on the card it takes {seconds(lost.median_s)}"
        yield Mistake(
            "small-arrays",
            self._line(Level.GPU, None if largest is None else largest.line),
            f"level 4 on small arrays: {said}",
            "keep it on the CPU, or give the card many such arrays in one call",
        )

    def cold_compiler(self) -> Iterator[Mistake]:
        """A first call, which compiles, in a hand-written benchmark."""
        for cold in self._facts.cold:
            said = f"a cold compiler is timed: {cold.what}, and its first call falls between the "
            said += "two readings of the clock"
            if self._first_s and self._base_s and self._first_s > 2.0 * self._base_s:
                said += (
                    f"; here a first call takes {seconds(self._first_s)}, "
                    f"a later one {seconds(self._base_s)}"
                )
            yield Mistake(
                "cold-jit",
                cold.line,
                said,
                "call it two or three times with the same kinds of arguments before the clock "
                "is read first",
            )

    def nested_levels(self) -> Iterator[Mistake]:
        """Accelerated work inside accelerated work."""
        request = self._facts.request
        if request is not None and request.level != int(Level.MONITOR):
            inner, outer = self._facts.inner, request.text
        else:
            inner = self._facts.inner_in_loops
            spread = [self._won(level) for level in (Level.THREADS, Level.CORES)]
            found = next((row for row in spread if row is not None), None)
            if found is None:
                return
            outer = f"level {found.level:d}, {found.speedup:.3g}x here"
        for one in inner[:1]:
            yield Mistake(
                "nested-levels",
                one.line,
                f"nested levels: {one.what}, inside of {outer}",
                "use one level: take it off the inner function, or leave the outer one plain",
            )

    def already_vectorized(self) -> Iterator[Mistake]:
        """Level 2 on what NumPy or pandas does in one step."""
        lost = self._lost(Level.COMPILE, NO_GAIN)
        if lost is None and not (self._asked(Level.COMPILE) and not self._won(Level.COMPILE)):
            return
        parts = {part.line: part.text for part in reversed(self._facts.vectorized)}
        if not parts or self._base_s is None or self._waits:
            return
        turn_s = self._facts.turn_s(self._base_s)
        if not turn_s >= PYTHON_TURN_S:
            return
        lines = () if self._profile is None else self._profile.hot_lines
        share = sum(hot.share for hot in lines if hot.line in parts)
        if lines and share < MOSTLY:
            return
        line = max(parts, key=lambda at: sum(h.share for h in lines if h.line == at))
        where = f", {percent(share)} of the time in such lines" if lines else ""
        gained = "" if lost is None else f"; compiled it is {lost.speedup:.3g}x as fast"
        yield Mistake(
            "already-vectorized",
            line,
            f"compiling vectorized code: {parts[line]} runs in native code already{where}{gained}",
            "compile the loops that are Python's own; here fewer passes over the arrays help",
        )

    def memory(self) -> Iterator[Mistake]:
        """More copies than there is room for."""
        yield from self._copies_of_workers()
        yield from self._copies_on_card()

    def _copies_of_workers(self) -> Iterator[Mistake]:
        limit = self._room.memory_bytes
        tried = [row for row in self._rows if row.level is Level.CORES]
        held = max((row.peak_memory_bytes or 0 for row in tried), default=0)
        base = self._profile.peak_memory_bytes if self._profile is not None else None
        given = self._facts.data_bytes
        expected = (given or 0) * (1 + self._room.cores)
        if held > limit:
            said = f"its processes held {size(held)}"
        elif not tried and self._asked(Level.CORES) and expected > limit:
            said = f"{size(given)} of data, copied for {self._room.cores} workers"
        else:
            return
        plain = "" if base is None else f" (a plain call: {size(base)})"
        yield Mistake(
            "memory",
            self._line(Level.CORES, self._facts.mappable[0].line if self._facts.mappable else None),
            f"level 3 copies its data to every worker: {said}{plain}, where {size(limit)} is free",
            "give it smaller pieces or fewer workers (EPOCHLY_MAX_WORKERS), or use level 1",
        )

    def _copies_on_card(self) -> Iterator[Mistake]:
        tried = [row for row in self._rows if row.level is Level.GPU]
        full = [row for row in tried if "OutOfMemory" in (row.reason or "")]
        free, given = self._room.card_bytes, self._facts.data_bytes
        wanted = None if given is None else DEVICE_COPIES * given
        if full:
            said = f"the card ran out of memory{'' if free is None else f', {size(free)} free'}"
        elif free is not None and wanted is not None and wanted > free and self._asked(Level.GPU):
            said = f"about {size(wanted)} are needed on the card, and {size(free)} are free"
        else:
            return
        largest = self._facts.largest
        yield Mistake(
            "memory",
            self._line(Level.GPU, None if largest is None else largest.line),
            f"level 4 needs its data on the card: {said}",
            "give it the arrays in pieces, or in single precision where that is enough",
        )

    def _asked(self, level: Level) -> bool:
        return self._facts.request is not None and self._facts.request.level == int(level)

    def _line(self, level: Level, otherwise: int | None) -> int | None:
        request = self._facts.request
        return request.line if request is not None and self._asked(level) else otherwise

    def _lost(self, level: Level, bar: float) -> LevelRow | None:
        """The best row of a level when even the upper end of its interval stays below the bar."""
        rows = [
            row
            for row in self._rows
            if row.level is level and row.realized is not None and row.realized.level is level
        ]
        best = max(rows, key=lambda row: row.speedup or 0.0, default=None)
        if best is None or best.speedup_high is None or best.speedup_high >= bar:
            return None
        return best if best.status == "measured" else None

    def _won(self, level: Level) -> LevelRow | None:
        for row in self._rows:
            gained = row.status == "measured" and (row.speedup_low or 0.0) > 1.0
            if row.level is level and gained:
                return row
        return None

    def _slowest_wait(self) -> tuple[int, str]:
        """Line and text of the waiting call that takes the largest share."""
        lines = () if self._profile is None else self._profile.hot_lines
        shares = {hot.line: hot.share for hot in lines}
        call = max(self._facts.io, key=lambda one: shares.get(one.line, 0.0))
        return call.line, f"{call.what} (line {call.line})"
