"""What is offered to a tier: one that is at hand, then what paid in another process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments
from epochly.cores import usable_cores
from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.due import horizon_s
from epochly.runtime.standing import Candidate, told
from epochly.runtime.way import is_ending

if TYPE_CHECKING:
    from epochly.runtime.preparation import Known, Tried
    from epochly.runtime.tier import Action, Tier

# So much faster elsewhere, a backend is used while the others are still tried. For less it would
# not pay: what is tried meanwhile takes cores from it, and it from that.
AT_ONCE = 2.0
MOST = 2
# Of one core: to start worker processes and see what they gain takes a twentieth of that.
WORTH_WORKERS_CORE_S = 8.0


def worth_workers_s() -> float:
    """Seconds of calls from which on worker processes are tried in another process."""
    return WORTH_WORKERS_CORE_S / usable_cores()


class Offers:
    """Makes what paid elsewhere ready here, for one tier.

    Parameters
    ----------
    tier : Tier
    prepare : callable
        ``prepare(backend, example)`` returns a `Candidate`, or why there is none.
    so_far, keep : callable
        What the tier is to tell where it has arrived: until all is tried, and from then on.

    Attributes
    ----------
    is_noted : bool
        Whether the other process has written down that nothing paid there.
    """

    def __init__(
        self,
        tier: Tier,
        prepare: Callable[[str, Arguments], Candidate | str],
        *,
        so_far: Callable[[Tier], None],
        keep: Callable[[Tier], None],
    ) -> None:
        self.tier = tier
        self._prepare = prepare
        self._so_far = so_far
        self._keep = keep
        self._here: tuple[str, ...] = ()
        self._early: str | None = None
        self._workers_left = False
        self.is_noted = False

    @property
    def known(self) -> Known:
        """What real calls have shown so far."""
        from epochly.runtime.preparation import Known

        # At the end of the program threads are refused, which says nothing of what they gain.
        here = () if is_ending() else self._here
        tier, (seconds, fastest_s) = self.tier, self.tier.spent
        checked = tier.checks > 0 or not tier.watch.is_on
        workers = checked or horizon_s(seconds, fastest_s) >= worth_workers_s()
        return Known(here, tier.gain, tier.reason, fastest_s, workers, tier.doubt)

    @property
    def waits_for_workers(self) -> bool:
        """Whether worker processes alone are left to try, and cannot pay yet."""
        return self._workers_left and not self.known.workers

    def at_hand(self, candidate: Candidate, *, then: Action) -> None:
        """Try one that needs no preparing on real calls, and only then look for others."""
        self._here = (candidate.backend,)
        self.tier.decided = self._so_far
        self.tier.offer([candidate], then=then)

    def in_use(self) -> None:
        """Others are looked for than the one that an earlier process has left in use."""
        self._here = (self.tier.backend,)
        self.tier.decided = self._so_far

    def so_far(self, tried: Sequence[Tried]) -> None:
        """Offer the newest at once where it gains much."""
        newest = tried[-1]
        enough = max(AT_ONCE, self._to_beat(newest, tried))
        gains = newest.ran and newest.speedup >= enough
        if self._early is None and gains:
            self.tier.when_called(partial(self._at_once, newest))

    def at_the_end(self, tried: Sequence[Tried], failure: str, again: Action) -> None:
        """Offer the rest, or settle the tier where nothing paid.

        Parameters
        ----------
        tried : sequence of Tried
        failure : str
            Why it ended early; empty where it did not.
        again : callable
            Has worker processes tried, once they may pay.
        """
        from epochly.runtime.preparation import EXAMPLE_RAISED, is_final, words_of

        used = self.tier.prepared is not None
        if failure == EXAMPLE_RAISED and not used:
            self.tier.meanwhile(self.tier.wait)
            return
        pays = used or any(item.promising for item in tried)
        self.tier.doubt = failure or self.tier.doubt
        self.is_noted = not (pays or self.tier.doubt)
        self._workers_left = not is_final(tried)
        if pays or failure or self._workers_left:
            self.tier.when_called(partial(self._rest, tried, again))
            return
        self.tier.decided = self._so_far
        reason = told(self.tier.reason, words_of(tried))
        self.tier.meanwhile(partial(self.tier.settle, reason))

    def not_elsewhere(self, reason: str, *, doubt: str = "") -> None:
        """Nothing can be tried in another process, ever or for now; the tier's lock is held."""
        self.tier.doubt = doubt
        self.tier.decided = self._keep
        self.tier.reason = told(self.tier.reason, reason, doubt)
        if self.tier.prepared is None:
            self.tier.settle(self.tier.reason)
        else:
            self.tier.offer([])

    def _to_beat(self, item: Tried, tried: Sequence[Tried]) -> float:
        """What one must gain to be tried instead of the one in use, if there is one."""
        if self.tier.prepared is None:
            return 0.0
        elsewhere = [other.speedup for other in tried if other.backend == self.tier.backend]
        return CLEAR_GAIN * elsewhere[0] if elsewhere else item.asked * self.tier.gain

    def _at_once(self, item: Tried, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._early = item.backend
        self.tier.decided = self._so_far
        self.tier.offer(self._ready([item], Arguments(args, kwargs)), more=True)

    def _rest(
        self,
        tried: Sequence[Tried],
        again: Action,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """The fastest of the others; where one is used already, they have to beat it."""
        tier = self.tier
        others = [item for item in tried if item.backend != self._early]
        good = [
            item for item in others if item.promising and item.speedup > self._to_beat(item, tried)
        ]
        lost = [item for item in others if item not in good and not item.is_left]
        tier.reason = told(tier.reason, *(item.words for item in lost), tier.doubt)
        good.sort(key=lambda item: item.speedup, reverse=True)
        ready = self._ready(good[:MOST], Arguments(args, kwargs))
        if self._workers_left:
            self._here += tuple(item.backend for item in tried if not item.is_left)
            self._early = None
        tier.decided = self._so_far if self._workers_left else self._keep
        tier.offer(ready, then=again if self._workers_left else None)

    def _ready(self, tried: Sequence[Tried], example: Arguments) -> list[Candidate]:
        candidates = []
        for item in tried:
            made = self._prepare(item.backend, example)
            if isinstance(made, Candidate):
                candidates.append(made._replace(speedup=item.speedup))
            else:
                doubt = f"{item.backend} paid in another process, and here: {made}"
                self.tier.doubt = doubt
                self.tier.reason = told(self.tier.reason, doubt)
        return candidates
