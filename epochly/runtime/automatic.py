"""The level chosen while the program runs: observe, prepare, try, commit, watch."""

from __future__ import annotations

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments, Realized, Refused
from epochly.errors import EpochlyError
from epochly.interrupted import let_through
from epochly.levels import SPREADING, Level
from epochly.runtime.decisions import Decision, decision_file, decision_path, hardware, software
from epochly.runtime.identity import code_of, name_of_function
from epochly.runtime.inside import Inside, is_inside
from epochly.runtime.kinds import Kind, describe_kind, kind_of
from epochly.runtime.policy import unsuited
from epochly.runtime.replay import Replay, replay_of
from epochly.runtime.settings import watched_share
from epochly.runtime.standing import Candidate, Standing
from epochly.runtime.tier import Tier
from epochly.runtime.undecided import OBSERVED
from epochly.runtime.way import Way, is_nested, is_traced, side_by_side
from epochly.runtime.young import AFTER_S

if TYPE_CHECKING:
    from epochly.backend import Prepared
    from epochly.code.function import Function
    from epochly.runtime.preparation import Tried

logger = logging.getLogger("epochly")

UNDECIDED_CALLS = 16
DECIDED_CALLS = 1024
MOST_KINDS = 64
_busy = threading.Semaphore(1)


class Automatic:
    """The policy of a function that was given no level: chooses one for each kind of arguments.

    Parameters
    ----------
    original : callable
    watch : float or None
        Share of the time that may go into checking a committed level against the original; None
        is the setting's.
    after_s : float
        Seconds spent in a kind of calls before other levels are looked at.
    spent_s : float
        Seconds spent already; they count for the first kind.
    """

    requested = None

    def __init__(
        self,
        original: Callable[..., Any],
        *,
        watch: float | None = None,
        after_s: float = AFTER_S,
        spent_s: float = 0.0,
    ) -> None:
        self.interval = UNDECIDED_CALLS
        self._original = original
        self._watch = watched_share() if watch is None else watch
        self._after_s = after_s
        self._first_after_s = max(0.0, after_s - spent_s)
        self._tiers: dict[Kind, Tier] = {}
        self._ways: dict[tuple[int, str], Way] = {}
        self._prepared_s: defaultdict[str, float] = defaultdict(float)
        self._understood: Function | None = None
        self._fingerprint: str | None = None
        self._allowed: Replay | None = None
        self._lock = threading.Lock()
        self._unsuited = unsuited(original)
        self.way = self._way_of(None, OBSERVED)

    def __reduce__(self) -> Any:
        """Where cloudpickle takes a copy of its wrapper, the copy begins anew."""
        return partial(Automatic, watch=self._watch), (self._original,)

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """The way of the calls that were decided about last; each call decides for itself."""
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
        if is_traced() or is_nested():
            return self._original(*args, **kwargs)
        kind = kind_of(args, kwargs)
        tier = self._tiers.get(kind)
        if tier is None:
            tier = self._new(kind, args, kwargs)
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
        way = self._ways.setdefault(made.realized, made)
        way.call = self.call if self._unsuited is None else self._original
        way.reason = self._unsuited or reason or None
        way.seconds = self._prepared_s[way.realized[1]]
        return way

    def _new(self, kind: Kind, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tier | None:
        if is_inside():
            return None
        with self._lock, Inside():
            if kind in self._tiers:
                return self._tiers[kind]
            if len(self._tiers) >= MOST_KINDS:
                return None
            tier = Tier(
                getattr(self._original, "__qualname__", repr(self._original)),
                describe_kind(kind),
                self._original,
                self._launch,
                replay=self._replay,
                after_s=self._after_s if self._tiers else self._first_after_s,
                watch=self._watch,
            )
            tier.decided = self._note
            try:
                self._remember(tier, Arguments(args, kwargs))
            except Exception as error:
                let_through(error)
                logger.exception("%s: earlier decisions could not be looked at", tier.name)
            self._tiers[kind] = tier
            return tier

    # Understanding a function takes longer than many a function does, so it waits until it pays.
    # `functools.cached_property` would hold a lock meanwhile, which a forked child finds closed.

    @property
    def _function(self) -> Function:
        if self._understood is None:
            from epochly.code.function import function_of

            self._understood = function_of(self._original)
        return self._understood

    @property
    def _code(self) -> str:
        if self._fingerprint is None:
            self._fingerprint = code_of(self._function)
        return self._fingerprint

    def _replay(self) -> Replay:
        if self._allowed is None:
            self._allowed = replay_of(self._function)
        return self._allowed

    def _remember(self, tier: Tier, example: Arguments) -> None:
        """Take up what an earlier process decided."""
        file = decision_file(decision_path())
        if not file.known:
            return
        found = file.find(name_of_function(self._function), tier.kind, self._code)
        if found is None:
            return
        if found.level == Level.MONITOR:
            tier.settle(f"decided earlier: {found.reason}")
            return
        candidate = self._prepared(found.backend, example, found.level)
        if isinstance(candidate, Candidate):
            tier.reason = f"decided earlier, {found.speedup:.3g}x"
            tier.commit(replace(candidate, speedup=found.speedup))
            self._note(tier)
        else:
            logger.warning(
                "%s: the decision for %s cannot be applied: %s", file.path, tier.name, candidate
            )

    def _launch(self, tier: Tier, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        replay, example = self._replay(), Arguments(args, kwargs)
        if replay.allowed == "never":
            tier.settle(f"it may not be run another way: {replay.reason}")
            return
        tier.decided = self._keep
        if replay.allowed == "proven":
            from epochly.registry import usable_backends

            made = [self._prepared(b.name, example) for b in usable_backends(SPREADING)]
            tier.reason = f"{replay.reason}, so only what is proven is used"
            tier.prove([item for item in made if isinstance(item, Candidate)])
            return
        from epochly.runtime.preparation import EXAMPLE_RAISED, Preparation, pack, words_of

        busy = _busy
        if not busy.acquire(blocking=False):
            tier.wait()
            return

        def report(tried: tuple[Tried, ...], failure: str) -> None:
            busy.release()
            if failure == EXAMPLE_RAISED:
                tier.wait()
                return
            tier.doubt = failure
            if not failure and not any(item.promising for item in tried):
                # The other process has written that down.
                tier.decided = self._note
                tier.settle(words_of(tried))
                return
            tier.when_called(lambda args, kwargs: self._offer(tier, tried, Arguments(args, kwargs)))

        try:
            payload = pack(self._function, example)
            identity = (name_of_function(self._function), tier.kind, self._code)
            Preparation(payload, identity, replay.draws, report)
        except EpochlyError as error:
            busy.release()
            let_through(error)
            tier.settle(error.what)
        except BaseException:
            busy.release()
            raise

    def _offer(self, tier: Tier, tried: Sequence[Tried], example: Arguments) -> None:
        """Make the backends that paid elsewhere ready here, the fastest first."""
        good = [item for item in tried if item.promising]
        words = [*(item.words for item in tried if item not in good), tier.doubt]
        candidates: list[Candidate] = []
        for item in sorted(good, key=lambda item: item.candidate_s / item.plain_s)[:2]:
            made = self._prepared(item.backend, example)
            if isinstance(made, Candidate):
                speedup = item.plain_s / item.candidate_s
                candidates.append(Candidate(made.backend, made.prepared, speedup))
            else:
                tier.doubt = f"{item.backend} paid in another process, and here: {made}"
                words.append(tier.doubt)
        tier.reason = "; ".join(filter(None, words))
        tier.offer(candidates)

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
            answer = backend.prepare(self._function, example)
        except Exception as error:  # noqa: BLE001 - a backend's defect must not stop the program
            let_through(error)
            return f"{name}: preparing failed: {type(error).__name__}: {error}"
        self._prepared_s[name] += perf_counter() - started
        if isinstance(answer, Refused):
            return answer.reason
        parallel = backend.level in SPREADING
        return Candidate(name, _SideBySide(answer) if parallel else answer)

    def _note(self, tier: Tier) -> None:
        """Show in the metrics where a tier has arrived."""
        self.way = self._way_of(tier.prepared, tier.reason if tier.prepared is None else "")
        self.interval = DECIDED_CALLS

    def _keep(self, tier: Tier) -> None:
        """Write down where a tier has arrived, unless it is there because something failed."""
        self._note(tier)
        if tier.prepared is None and tier.doubt:
            return
        standing = tier.standing()
        decision = Decision(
            name_of_function(self._function),
            tier.kind,
            int(standing.realized.level),
            tier.backend,
            standing.speedup or 1.0,
            self._code,
            software(),
            hardware(),
            standing.reason if standing.realized.level is Level.MONITOR else "",
        )
        decision_file(decision_path()).put(decision)


class _SideBySide:
    """A prepared function whose items know that they are run side by side."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._call = side_by_side(prepared)
        self.stats, self.close = prepared.stats, prepared.close

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)

    @property
    def realized(self) -> Realized:
        return self._prepared.realized


def _after_fork() -> None:
    """In a child the preparation, or the file, that a thread of the parent is at is nobody's."""
    global _busy
    _busy = threading.Semaphore(1)
    decision_file.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
