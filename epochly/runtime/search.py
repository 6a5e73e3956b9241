"""Looking for the level that pays: in another process first, then on a real call, then on disk."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments, Refused
from epochly.cores import usable_cores
from epochly.errors import EpochlyError
from epochly.interrupted import let_through
from epochly.levels import SPREADING, Level
from epochly.memory import has_room_for, held_by
from epochly.runtime.decisions import decision_file, decision_path
from epochly.runtime.due import WORTH_LOOKING_S, horizon_s
from epochly.runtime.elsewhere import COPIES, Elsewhere
from epochly.runtime.keeping import Keeping
from epochly.runtime.offers import Offers
from epochly.runtime.standing import Candidate
from epochly.runtime.way import SideBySide, is_ending

if TYPE_CHECKING:
    from epochly.runtime.original import Original
    from epochly.runtime.tier import Tier

logger = logging.getLogger("epochly")

# Needs nothing compiled, nothing sent and no process started.
AT_HAND = "threads"
# Worker processes take 0.4 s to start, and two calls to be found slower, where that is not found
# out in another process.
WORTH_WORKERS_HERE_S = 16.0
LARGE, LARGE_PIECE = 1 << 20, 1 << 12
# So many bytes take 0.05 s to pack.
MUCH = 1 << 24
# So many may be items of a loop.
SEVERAL = 10
# A byte of them takes 2 ns to pack for another process: 20 times that must be worth it.
WORTH_S_PER_BYTE = 50e-9


class Search:
    """Finds candidates for the tiers of one function, and keeps what came of them.

    Parameters
    ----------
    original : Original
    arrived : callable
        Told of each tier that has reached a level.

    Attributes
    ----------
    prepared_s : dict of float
        Seconds that preparing took in this process, by backend.
    """

    def __init__(self, original: Original, arrived: Callable[[Tier], None]) -> None:
        self.prepared_s: defaultdict[str, float] = defaultdict(float)
        self._original = original
        self._keeping = Keeping(original, arrived)
        self._elsewhere = Elsewhere(original, self._keeping)

    def remember(self, tier: Tier, example: Arguments) -> None:
        """Take up what an earlier process decided."""
        file = decision_file(decision_path())
        if not file.known:
            return
        found = file.find(self._original.key, tier.kind, self._original.code)
        if found is None:
            return
        if found.level == Level.MONITOR:
            if not found.unfinished:
                tier.settle(found.why_it_stays)
            else:
                tier.reason = found.why_it_stays
                tier.wait(found.rest_after_s)
            return
        candidate = self._prepared(found.backend, example, found.level)
        if isinstance(candidate, Candidate):
            tier.reason = f"decided earlier, {found.speedup:.3g}x"
            tier.commit(candidate._replace(speedup=found.speedup))
            tier.decided = self._keeping.keep
            self._keeping.arrived(tier)
            if found.unfinished:
                self._go_on(tier, example)
        else:
            logger.warning(
                "%s: the decision for %s cannot be applied: %s", file.path, tier.name, candidate
            )

    def launch(self, tier: Tier, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Begin to look for what pays for calls like this one."""
        held = held_by((args, kwargs))
        seconds, fastest_s = tier.spent
        worth_s = WORTH_LOOKING_S + WORTH_S_PER_BYTE * held.size
        # A first call fills memory for the others, and tells little of what they take.
        is_first = held.size >= MUCH and seconds < 1.5 * fastest_s
        pays = horizon_s(seconds, fastest_s) >= worth_s
        if held.size >= MUCH and (not pays or (is_first and held.pieces < SEVERAL)):
            # To understand the function takes 0.04 s alone.
            tier.wait(0.0 if pays else worth_s)
            return
        from epochly.runtime.given import Given

        replay, example = self._original.replay(), Arguments(args, kwargs)
        tier.reason = tier.doubt = ""
        hazard = self._original.hazard(Given([*args, *kwargs.values()]))
        if replay.allowed == "never" or hazard is not None:
            tier.settle(f"it may not be run another way: {hazard or replay.reason}")
            return
        tier.decided = self._keeping.keep
        if replay.allowed == "proven":
            tier.reason = f"{replay.reason}, so only what is proven is used"
            then = partial(self._workers_once_worth, tier)
            tier.prove(self._proven(example, Level.THREADS), then=then)
            return
        if not has_room_for(COPIES * held.size):
            tier.doubt = (
                f"its arguments take {held.size / 2**30:.2g} GiB, and {COPIES} copies, for trying"
                " other levels, would leave too little memory"
            )
            tier.settle(tier.doubt)
            return
        # Data in few pieces is copied and compared fast, and work on it mostly lets go of the GIL.
        in_pieces = held.size >= max(LARGE, LARGE_PIECE * held.pieces)
        is_at_hand = in_pieces and self._maps_loops()
        worth_s += WORTH_LOOKING_S if is_at_hand else 0.0
        if held.size >= LARGE and horizon_s(seconds, fastest_s) < worth_s:
            tier.wait(worth_s)
            return
        so_far, keep = self._keeping.so_far, self._keeping.keep
        offers = Offers(tier, self._prepared, so_far=so_far, keep=keep)
        at_hand = self._prepared(AT_HAND, example) if is_at_hand else None
        if isinstance(at_hand, Candidate):
            offers.at_hand(at_hand, then=partial(self._elsewhere.look, offers))
        elif is_first:
            tier.wait()
        else:
            self._elsewhere.start(offers, args, kwargs)

    def _go_on(self, tier: Tier, example: Arguments) -> None:
        """Try what an earlier process did not come to try, where this one runs for long.

        Programs that always end early would otherwise begin it each time.
        """
        if self._original.replay().allowed == "twice" and self._elsewhere.may_have(example):
            tier.after_check(partial(self._try_the_rest, tier))

    def _try_the_rest(self, tier: Tier, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        so_far, keep = self._keeping.replacing, self._keeping.keep
        offers = Offers(tier, self._prepared, so_far=so_far, keep=keep)
        offers.in_use()
        self._elsewhere.look(offers, args, kwargs)

    def _maps_loops(self) -> bool:
        """Whether a real call can be tried in threads, before another process takes a core."""
        from epochly.code.mapping import map_loops

        return (
            usable_cores() > 1
            and not is_ending()
            and not isinstance(map_loops(self._original.function), Refused)
        )

    def _proven(self, example: Arguments, level: Level) -> list[Candidate]:
        from epochly.registry import usable_backends

        made = [self._prepared(backend.name, example) for backend in usable_backends((level,))]
        return [item for item in made if isinstance(item, Candidate)]

    def _workers_once_worth(
        self, tier: Tier, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Threads are used, or worker processes are tried, as soon as they may pay."""
        if tier.prepared is not None:
            tier.offer([])
        elif horizon_s(*tier.spent) >= WORTH_WORKERS_HERE_S:
            tier.prove(self._proven(Arguments(args, kwargs), Level.CORES))
        else:
            tier.wait(WORTH_WORKERS_HERE_S, partial(self._workers_once_worth, tier))
            if not is_ending():
                self._keeping.put_off(tier, WORTH_WORKERS_HERE_S)

    def _prepared(self, name: str, example: Arguments, level: int | None = None) -> Candidate | str:
        from epochly.backend import Unavailable
        from epochly.registry import get_backend

        try:
            backend = get_backend(name)
        except EpochlyError as error:
            return error.what
        if level not in (None, backend.level):
            return f"{name} is of level {backend.level:d}, not {level}"
        state = backend.availability()
        if isinstance(state, Unavailable):
            return state.reason
        started = perf_counter()
        try:
            answer = backend.prepare(self._original.function, example)
        except Exception as error:  # noqa: BLE001 - a backend's defect must not stop the program
            let_through(error)
            return f"{name}: preparing failed: {type(error).__name__}: {error}"
        self.prepared_s[name] += perf_counter() - started
        if isinstance(answer, Refused):
            return answer.reason
        parallel = backend.level in SPREADING
        return Candidate(name, SideBySide(answer) if parallel else answer)
