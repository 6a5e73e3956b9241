"""The level chosen while the program runs: observe, prepare, try, commit, watch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments
from epochly.runtime.defects import defect_of
from epochly.runtime.due import AFTER_S, NO_CALLS
from epochly.runtime.inside import Inside, is_inside
from epochly.runtime.kinds import Kind, describe_kind, kind_of
from epochly.runtime.original import Original
from epochly.runtime.policy import unsuited
from epochly.runtime.search import Search
from epochly.runtime.settings import watched_share
from epochly.runtime.standing import Standing
from epochly.runtime.tier import Tier
from epochly.runtime.undecided import OBSERVED
from epochly.runtime.way import Way, is_nested, is_traced

if TYPE_CHECKING:
    from epochly.backend import Prepared

UNDECIDED_CALLS = 16
DECIDED_CALLS = 1024
MOST_KINDS = 64


class Automatic:
    """The policy of a function that was given no level: chooses one for each kind of arguments.

    Parameters
    ----------
    original : callable
    watch : float or None
        Share of the time that may go into checking a committed level against the original; None
        is the setting's.
    after_s : float
        Seconds spent in a kind of calls before other levels are looked at; more for short calls.
    earlier : tuple of float
        Seconds of the calls made already, and of the fastest; they count for the first kind.
    """

    requested = None

    def __init__(
        self,
        original: Callable[..., Any],
        *,
        watch: float | None = None,
        after_s: float = AFTER_S,
        earlier: tuple[float, float] = NO_CALLS,
    ) -> None:
        self.interval = UNDECIDED_CALLS
        self._original = original
        self._watch = watched_share() if watch is None else watch
        self._after_s = after_s
        self._earlier = earlier
        self._tiers: dict[Kind, Tier] = {}
        self._ways: dict[tuple[int, str, bool], Way] = {}
        self._understood = Original(original)
        self._search = Search(self._understood, self._note)
        self._lock = threading.Lock()
        self._unsuited = unsuited(original)
        self.way = self._way_of(None, OBSERVED)

    def __reduce__(self) -> Any:
        """Where cloudpickle takes a copy of its wrapper, the copy begins anew."""
        return partial(Automatic, watch=self._watch), (self._original,)

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """The way of the calls that were decided about last; each call decides for itself.

        What an earlier process decided is prepared here, outside of what is timed.
        """
        if self._unsuited is None:
            self._tier_of(args, kwargs)
        return self.way

    def ways(self) -> tuple[Way, ...]:
        """A way for each level and backend that calls have run at."""
        return tuple(self._ways.values()) or (self.way,)

    def forget(self) -> None:
        """Begin anew: in a forked child pools have lost their threads."""
        self._tiers, self._lock = {}, threading.Lock()
        self.way, self.interval = self._way_of(None, OBSERVED), UNDECIDED_CALLS

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Run one call at the level of its kind."""
        tier = self._tier_of(args, kwargs)
        if tier is None:
            return self._original(*args, **kwargs)
        return tier.run(args, kwargs)

    def standings(self) -> tuple[Standing, ...]:
        """Where each kind of arguments stands, in the order they were first seen."""
        return tuple(tier.standing() for tier in list(self._tiers.values()))

    def close(self) -> None:
        """Give back pools and device memory; the next call begins anew."""
        with self._lock:
            tiers, self._tiers = list(self._tiers.values()), {}
        for tier in tiers:
            tier.close()

    def _way_of(self, prepared: Prepared | None, reason: str) -> Way:
        """The way that stands for a level in the metrics; its calls decide for themselves."""
        made = Way(self._original, prepared)
        # Where every kind stays at level 0, one call in many is enough to see another kind.
        direct = self._unsuited is not None or self._all_stay()
        way = self._ways.setdefault((*made.realized, direct), made)
        way.call = self._original if direct else self.call
        way.reason = self._unsuited or reason or None
        way.seconds = self._search.prepared_s[way.realized[1]]
        return way

    def _tier_of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tier | None:
        """Where calls like this one stand; None where the original must run."""
        if is_traced() or is_nested():
            return None
        kind = kind_of(args, kwargs)
        return self._tiers.get(kind) or self._new(kind, args, kwargs)

    def _new(self, kind: Kind, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tier | None:
        if is_inside():
            return None
        with self._lock, Inside():
            if kind in self._tiers:
                return self._tiers[kind]
            if len(self._tiers) >= MOST_KINDS:
                return None
            tier = Tier(
                describe_kind(kind),
                self._understood,
                self._search.launch,
                after_s=self._after_s,
                watch=self._watch,
                earlier=NO_CALLS if self._tiers else self._earlier,
            )
            tier.decided = self._note
            defect_of(
                lambda: self._search.remember(tier, Arguments(args, kwargs)),
                f"{tier.name}: earlier decisions could not be looked at",
            )
            stayed = self._all_stay()
            self._tiers[kind] = tier
            if tier.state == "settled":
                self._note(tier)
            elif stayed:
                self.way = self._way_of(None, OBSERVED)
            return tier

    def _all_stay(self) -> bool:
        tiers = self._tiers.values()
        return bool(tiers) and all(tier.state == "settled" for tier in list(tiers))

    def _note(self, tier: Tier) -> None:
        """Show in the metrics where a tier has arrived."""
        self.way = self._way_of(tier.prepared, tier.reason if tier.prepared is None else "")
        self.interval = DECIDED_CALLS
