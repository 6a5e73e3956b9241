"""What is offered to a tier on the strength of what another process tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments
from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.standing import Candidate

if TYPE_CHECKING:
    from epochly.runtime.preparation import Tried
    from epochly.runtime.tier import Tier

# So much faster elsewhere, a backend is used while the others are still tried. For less it would
# not pay: what is tried meanwhile takes cores from it, and it from that.
AT_ONCE = 2.0
MOST = 2


class Offers:
    """Makes what paid elsewhere ready here, for one tier.

    Parameters
    ----------
    tier : Tier
    prepare : callable
        ``prepare(backend, example)`` returns a `Candidate`, or why there is none.
    arrived, keep : callable
        What the tier is to tell where it has arrived: until all is tried, and from then on.
    """

    def __init__(
        self,
        tier: Tier,
        prepare: Callable[[str, Arguments], Candidate | str],
        *,
        arrived: Callable[[Tier], None],
        keep: Callable[[Tier], None],
    ) -> None:
        self._tier = tier
        self._prepare = prepare
        self._arrived = arrived
        self._keep = keep
        self._early: str | None = None

    def so_far(self, tried: Sequence[Tried]) -> None:
        """Offer the newest at once where it gains much."""
        newest = tried[-1]
        gains = newest.verdict == "equal" and newest.speedup >= AT_ONCE
        # After one that is unbeaten, the end comes at once.
        if self._early is None and gains and not newest.unbeaten:
            self._tier.when_called(partial(self._at_once, newest))

    def at_the_end(self, tried: Sequence[Tried], failure: str) -> None:
        """Offer the rest, or settle the tier where nothing paid."""
        self._tier.doubt = failure
        if failure or any(item.promising for item in tried):
            self._tier.when_called(partial(self._rest, tried))
            return
        from epochly.runtime.preparation import words_of

        # The other process has written that down.
        self._tier.decided = self._arrived
        self._tier.settle(words_of(tried))

    def _at_once(self, item: Tried, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._early = item.backend
        self._tier.decided = self._arrived
        self._tier.reason = ""
        self._tier.offer(self._ready([item], Arguments(args, kwargs)), more=True)

    def _rest(self, tried: Sequence[Tried], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The fastest of the others; where one is used already, they have to beat it."""
        tier = self._tier
        early = [item for item in tried if item.backend == self._early]
        is_used = tier.prepared is not None
        beaten = CLEAR_GAIN * early[0].speedup if early and is_used else 0.0
        others = [item for item in tried if item not in early]
        good = [item for item in others if item.promising and item.speedup > beaten]
        words = ["" if is_used else tier.reason]
        words += [*(item.words for item in others if item not in good), tier.doubt]
        tier.reason = "; ".join(filter(None, words))
        tier.decided = self._keep
        good.sort(key=lambda item: item.speedup, reverse=True)
        tier.offer(self._ready(good[:MOST], Arguments(args, kwargs)))

    def _ready(self, tried: Sequence[Tried], example: Arguments) -> list[Candidate]:
        candidates = []
        for item in tried:
            made = self._prepare(item.backend, example)
            if isinstance(made, Candidate):
                candidates.append(replace(made, speedup=item.speedup))
            else:
                doubt = f"{item.backend} paid in another process, and here: {made}"
                self._tier.doubt = doubt
                reasons = (self._tier.reason, doubt)
                self._tier.reason = "; ".join(filter(None, reasons))
        return candidates
