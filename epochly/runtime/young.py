"""Functions that have hardly run: their wrappers count by themselves, and nothing is imported.

A dispatcher costs more at the first call than many a function takes in all.
"""

from __future__ import annotations

from _weakref import ref

from epochly.runtime.due import AFTER_S, due_s
from epochly.runtime.load import load
from epochly.runtime.places import are_decisions_kept, may_be_decided
from epochly.runtime.wrapper import counts_by_itself

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from epochly.runtime.decorated import Decorated

# All of them are kept for percentiles, of which a tally keeps a few more.
MOST_CALLS = 500


class Youth:
    """The first calls of a function that was given no level.

    It ends when so much time was spent that choosing one may pay, after `MOST_CALLS`, and when
    anybody asks; where a decision for another level may be kept on disk it does not begin.

    Parameters
    ----------
    original : callable

    Attributes
    ----------
    kept : list of float
        Seconds of the calls, which its wrapper adds.
    """

    __slots__ = ("_name", "kept")

    def __init__(self, original: Callable[..., Any]) -> None:
        self.kept: list[float] = []
        self._name = getattr(original, "__qualname__", "")
        # The system takes 20 us to look into a folder for the first time, as long as 50 calls.
        are_decisions_kept()

    def lasts(self) -> int:
        """How many calls may pass before it is asked again; 0 when it is over."""
        calls, seconds = len(self.kept), sum(self.kept)
        if not calls:
            return 0 if may_be_decided(self._name.rpartition(".")[2]) else 1
        if calls == 1:
            # Later calls tell better what a program does than its first.
            load.begin()
        # Calls that began before its end may bring it beyond: a recursion, or other threads.
        left = max(0, MOST_CALLS - calls)
        # This much is seen without a look at the details, which at a second call costs 5 us.
        if MOST_CALLS * seconds < AFTER_S:
            return left
        return min(left, calls_left(calls, seconds, min(self.kept)))


def calls_left(calls: int, seconds: float, fastest_s: float) -> int:
    """How many more calls like these fit into the time after which choosing a level may pay."""
    left_s = due_s(seconds, fastest_s, AFTER_S) - seconds
    return max(0, int(left_s * calls / max(seconds, 1e-9)))


class Nursery:
    """All functions that are young.

    ``open`` tells whether there may be any: not while a context is open or somebody listens, nor
    without a GIL, where a wrapper cannot count by itself.
    """

    def __init__(self) -> None:
        self._possible = counts_by_itself()
        self.open = self._possible
        # Not held, since they lead to their functions, as dispatchers do.
        self._living: dict[int, ref[Decorated]] = {}
        self._orphans: list[Decorated] = []

    def add(self, decorated: Decorated) -> None:
        """Remember one until its youth ends; one that nobody holds is counted at the next."""
        self._end_orphans()
        self._living.setdefault(id(decorated), ref(decorated))

    def orphan(self, decorated: Decorated) -> None:
        """Take over from one that nobody holds, which lives on until it was counted."""
        # Nothing but atomic steps is safe where the garbage collector calls.
        if id(decorated) in self._living:
            self._orphans.append(decorated)

    def remove(self, decorated: Decorated) -> None:
        """Forget one whose youth has ended."""
        self._living.pop(id(decorated), None)

    def end(self) -> None:
        """End every youth, so that all calls so far are counted, and all later ones looked at."""
        for known in tuple(self._living.values()):
            decorated = known()
            if decorated is not None:
                decorated.dispatch()
        self._end_orphans()

    def attend(self, attentive: bool) -> None:
        """Stay closed for as long as every call must be looked at."""
        self.open = self._possible and not attentive
        if attentive:
            self.end()

    def _end_orphans(self) -> None:
        while self._orphans:
            self._orphans.pop().dispatch()


nursery = Nursery()
