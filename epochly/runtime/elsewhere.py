"""Having another process find what is worth trying: once that pays, and one at a time."""

from __future__ import annotations

import os
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments
from epochly.cores import usable_cores
from epochly.errors import EpochlyError
from epochly.interrupted import let_through
from epochly.levels import Level
from epochly.memory import has_room_for, held_by
from epochly.runtime.ahead import expect
from epochly.runtime.due import horizon_s
from epochly.runtime.offers import worth_workers_s
from epochly.runtime.turns import Turns
from epochly.runtime.way import is_ending

if TYPE_CHECKING:
    from epochly.runtime.keeping import Keeping
    from epochly.runtime.offers import Offers
    from epochly.runtime.original import Original
    from epochly.runtime.preparation import Known, Tried
    from epochly.runtime.tier import Tier

# Of the arguments: one here, one on its way, and those of the calls that another process compares.
COPIES = 5
# Others are tried beside threads that gain already, and take cores from them, 0.6 s in all: at once
# only where they might save five times that.
WORTH_MORE_S = 3.0

_turns = Turns()


class Elsewhere:
    """Starts the other process for the tiers of one function.

    Parameters
    ----------
    original : Original
    keeping : Keeping
    """

    def __init__(self, original: Original, keeping: Keeping) -> None:
        self._original = original
        self._keeping = keeping

    def may_have(self, example: Arguments) -> bool:
        """Whether a call may be made there, and there is room for copies of its arguments."""
        from epochly.runtime.given import Given

        values = [*example.args, *example.kwargs.values()]
        hazard = self._original.hazard(Given(values))
        return hazard is None and has_room_for(COPIES * held_by(values).size)

    def look(self, offers: Offers, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Start it, if something is left to try; later, where that does not pay yet."""
        tier, example = offers.tier, Arguments(args, kwargs)
        again = partial(self.look, offers)
        in_use = tier.prepared is not None
        refused = self._refused_early(offers.known, example) if in_use else None
        if refused is not None:
            offers.not_elsewhere(refused)
        elif in_use and self._waits_for_a_check(offers):
            tier.after_check(again)
        elif offers.waits_for_workers:
            self._put_off(offers)
            tier.wait(worth_workers_s(), again)
        elif self.may_have(example):
            self.start(offers, args, kwargs)
        elif in_use:
            tier.after_check(again)
        else:
            tier.wait(then=again)

    def start(self, offers: Offers, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Start it for a call that may be made there."""
        from epochly.runtime.preparation import NOT_STARTED, Preparation, pack

        turns, again = _turns, partial(self.look, offers)
        if not turns.take(partial(offers.tier.when_called, again)):
            return

        def report(tried: tuple[Tried, ...], failure: str | None) -> None:
            if failure is None:
                offers.so_far(tried)
                return
            turns.pass_on()
            offers.at_the_end(tried, failure, again)

        started = False
        try:
            packed = pack(self._original.function, Arguments(args, kwargs))
            identity = (self._original.key, offers.tier.kind, self._original.code)
            Preparation(packed, identity, self._original.replay().draws, offers.known, report)
            started = True
            if offers.tier.prepared is None:
                expect(offers.tier, self._original.function, Arguments(args, kwargs))
        except EpochlyError as error:
            let_through(error)
            offers.not_elsewhere(error.what)
        except OSError as error:
            offers.not_elsewhere("", doubt=f"{NOT_STARTED}: {error}")
        finally:
            if not started:
                # This thread holds a tier, and those who wait are told when theirs are free.
                Thread(target=turns.pass_on, name="epochly-turns", daemon=True).start()

    def _waits_for_a_check(self, offers: Offers) -> bool:
        """Whether the one in use is checked first, so that only long programs try the others."""
        tier = offers.tier
        if tier.checks or not tier.watch.is_on:
            return False
        return offers.waits_for_workers or _left_to_gain_s(tier) < WORTH_MORE_S

    def _put_off(self, offers: Offers) -> None:
        if not (offers.is_noted or offers.tier.doubt or is_ending()):
            self._keeping.put_off(offers.tier, worth_workers_s())

    def _refused_early(self, known: Known, example: Arguments) -> str | None:
        """Why nothing is left to try, where that shows without another process, or None."""
        from epochly.registry import usable_backends

        words = []
        try:
            for backend in usable_backends(tuple(Level)[1:]):
                if known.leaves(backend.name, uses_cores=backend.capabilities.uses_cores):
                    ask = getattr(backend, "refused_early", None)
                    refused = ask(self._original.function, example) if ask is not None else None
                    if refused is None:
                        return None
                    words.append(f"{backend.name}: refused, {refused.reason}")
        except Exception as error:  # noqa: BLE001 - the other process tells what is wrong with it
            let_through(error)
            return None
        return "; ".join(words)


def _left_to_gain_s(tier: Tier) -> float:
    """What all cores would save of the time that calls take now, were each put to full use."""
    return horizon_s(*tier.spent) * (1.0 / tier.gain - 1.0 / usable_cores())


def _after_fork() -> None:
    """In a child the preparation that a thread of the parent is at is nobody's."""
    global _turns
    _turns = Turns()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
