"""What is written down of where tiers have arrived, for the next process to begin there."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from weakref import ref

from epochly.levels import Level
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import decision_file, decision_path
from epochly.runtime.defects import defect_of
from epochly.runtime.way import is_ending

if TYPE_CHECKING:
    from epochly.runtime.original import Original
    from epochly.runtime.tier import Tier


class Keeping:
    """Shows where the tiers of one function have arrived, and keeps it.

    Parameters
    ----------
    original : Original
    arrived : callable
        Told of each tier that has reached a level.
    """

    def __init__(self, original: Original, arrived: Callable[[Tier], None]) -> None:
        self.arrived = arrived
        self._original = original
        self._unfinished: set[Tier] = set()
        self._put_off: dict[Tier, float] = {}
        _all.add(ref(self, _all.discard))

    def so_far(self, tier: Tier) -> None:
        """Show where a tier has arrived; it is kept should the program end before all is tried."""
        self.arrived(tier)
        self._put_off.pop(tier, None)
        if tier.prepared is None:
            self._unfinished.discard(tier)
        else:
            self._unfinished.add(tier)

    def put_off(self, tier: Tier, rest_after_s: float) -> None:
        """Keep, should the program end first, from when on what is left to try may pay."""
        self._put_off[tier] = rest_after_s

    def replacing(self, tier: Tier) -> None:
        """As `so_far`, where the level that an earlier process has left may have been dropped."""
        self.so_far(tier)
        if tier.prepared is None:
            self.write(tier, unfinished=True)

    def keep(self, tier: Tier) -> None:
        """Write down where a tier has arrived, unless something that will pass has led there."""
        self.arrived(tier)
        self._unfinished.discard(tier)
        self._put_off.pop(tier, None)
        if not ((tier.prepared is None and tier.doubt) or is_ending()):
            self.write(tier)

    def write(self, tier: Tier, *, unfinished: bool = False, rest_after_s: float = 0.0) -> None:
        """Write down where a tier is."""
        standing = tier.standing()
        decision = Decision(
            self._original.key,
            tier.kind,
            int(standing.realized.level),
            tier.backend,
            standing.speedup or 1.0,
            self._original.code,
            software(),
            hardware(),
            standing.reason if standing.realized.level is Level.MONITOR else "",
            unfinished,
            rest_after_s,
        )
        decision_file(decision_path()).put(decision, unless_finished=unfinished)

    def end(self) -> None:
        """Keep what is in use, or was tried in vain, though that was not all."""
        left = {tier: 0.0 for tier in list(self._unfinished) if tier.prepared is not None}
        in_vain = list(self._put_off.items())
        left |= {tier: rest_after_s for tier, rest_after_s in in_vain if tier.state == "observing"}
        for tier, rest_after_s in left.items():
            told = f"{tier.name}: a decision could not be noted"
            write = partial(self.write, tier, unfinished=True, rest_after_s=rest_after_s)
            defect_of(write, told)

    def forget(self) -> None:
        """In a forked child, what is in use is the parent's to keep."""
        self._unfinished.clear()
        self._put_off.clear()


# What a program no longer has is not kept as it ends.
_all: set[ref[Keeping]] = set()


def _there() -> list[Keeping]:
    # One step: other threads may add some meanwhile.
    return [keeping for one in list(_all) if (keeping := one()) is not None]


def _at_the_end() -> None:
    for keeping in _there():
        keeping.end()


def _after_fork() -> None:
    for keeping in _there():
        keeping.forget()
    # A file that the parent writes is nobody's here.
    decision_file.cache_clear()


atexit.register(_at_the_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
