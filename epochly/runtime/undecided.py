"""The policy of a function that was given no level, for as long as it has hardly run."""

from __future__ import annotations

from _thread import RLock
from time import perf_counter

from epochly.runtime.due import AFTER_S, due_s
from epochly.runtime.inside import Inside, is_inside
from epochly.runtime.names import name_of
from epochly.runtime.places import may_be_decided
from epochly.runtime.way import Way
from epochly.runtime.young import calls_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from epochly.runtime.automatic import Automatic
    from epochly.runtime.standing import Standing

MOST_CALLS = 1024
OBSERVED = "observed until it is known what pays"


class Undecided:
    """Runs the original until so much time was spent in it that choosing a level may pay.

    Until then a call costs what one at level 0 does, and nothing else is imported. Where a decision
    for another level may be kept on disk, that is looked up before the first call.

    Parameters
    ----------
    original : callable
    watch : float or None
        Share of the time that may go into checking a chosen level; None is the setting's.
    """

    requested = None
    falls_back = False

    def __init__(self, original: Callable[..., Any], watch: float | None = None) -> None:
        self._original = original
        self._watch = watch
        self._plain = Way(original)
        self._plain.reason = OBSERVED
        self._automatic: Automatic | None = None
        self._interval = 0
        self._first_look: tuple[float, float] | None = None
        self._lock = RLock()

    @property
    def interval(self) -> int:
        """How many calls may pass before it wants to be asked again."""
        return self._interval if self._automatic is None else self._automatic.interval

    @property
    def way(self) -> Way:
        """The way that calls take."""
        return self._plain if self._automatic is None else self._automatic.way

    def ways(self) -> tuple[Way, ...]:
        """The original, and what was chosen after it."""
        later = () if self._automatic is None else self._automatic.ways()
        return (self._plain, *later)

    def standings(self) -> tuple[Standing, ...]:
        """Where each kind of arguments stands; until choosing has begun, what is kept on disk."""
        return self._kept() if self._automatic is None else self._automatic.standings()

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """The original, or what was chosen once that may pay."""
        if self._automatic is None and not is_inside() and self._may_pay():
            with self._lock, Inside():
                if self._automatic is None:
                    from epochly.runtime.automatic import Automatic

                    earlier = (self._spent_s(), self._plain.tally.low)
                    self._automatic = Automatic(self._original, watch=self._watch, earlier=earlier)
        return self._plain if self._automatic is None else self._automatic.choose(args, kwargs)

    def forget(self) -> None:
        """Begin anew: in a forked child pools have lost their threads."""
        self._lock = RLock()
        if self._automatic is not None:
            self._automatic.forget()

    def _may_pay(self) -> bool:
        tally = self._plain.tally
        if not tally.calls:
            return may_be_decided(name_of(self._original).rpartition(".")[2])
        seconds = self._spent_s()
        self._interval = min(MOST_CALLS, calls_left(tally.calls, seconds, tally.low))
        return seconds >= due_s(seconds, tally.low, AFTER_S)

    def _spent_s(self) -> float:
        """Seconds of all calls; of those since the first look no more than have passed.

        The calls of a recursion count within each other.
        """
        now, seconds = perf_counter(), self._plain.tally.seconds
        if self._first_look is None:
            self._first_look = now, seconds
        looked_at, before = self._first_look
        return before + min(seconds - before, now - looked_at)

    def _kept(self) -> tuple[Standing, ...]:
        """The kinds of arguments that were decided earlier to stay at level 0."""
        from epochly.call import Realized
        from epochly.code.function import function_of
        from epochly.levels import Level
        from epochly.runtime.decisions import decision_file, decision_path
        from epochly.runtime.identity import code_of, name_of_function
        from epochly.runtime.standing import Standing

        file = decision_file(decision_path())
        if not file.known:
            return ()
        function = function_of(self._original)
        found = file.to_stay(name_of_function(function), code_of(function))
        plainly = Realized(Level.MONITOR, "monitor")
        return tuple(
            Standing(kept.kind, "settled", plainly, None, kept.why_it_stays, 0) for kept in found
        )
