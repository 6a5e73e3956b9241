"""One function and one kind of arguments, on its way from the original to the level that pays."""

from __future__ import annotations

import logging
import math
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from epochly.errors import Deoptimize
from epochly.levels import Level
from epochly.model import Realized
from epochly.runtime.standing import Candidate, Standing, State
from epochly.runtime.trial import NotCopiedError, run_beside

if TYPE_CHECKING:
    from epochly.backend import Prepared
    from epochly.runtime.replay import Replay

logger = logging.getLogger("epochly")

Call = Callable[[tuple[Any, ...], dict[str, Any]], Any]
Action = Callable[[tuple[Any, ...], dict[str, Any]], None]
Clock = Callable[[], float]

CLEAR_GAIN = 1.1
PATIENCE = 2
PROVEN_CALLS = 3
REVIEWED_SHARE = 0.05


class Tier:
    """Decides how the calls of one kind are run; every call goes through `run`.

    Parameters
    ----------
    name : str
        The function, for the log.
    kind : str
        The kind of arguments, in words.
    original : callable
    launch : callable
        Told once, with the arguments of a call, when the time spent makes looking for candidates
        worth it; it calls `offer`, `prove`, `wait` or `settle` in the end, from any thread.
    replay : callable
        Answers whether the original may run beside a candidate; asked when it first matters.
    after_s : float
        Seconds spent in the original before looking for candidates is worth it.
    watch : float
        Share of the time that may go into checks of a committed candidate; 0 for none.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        original: Callable[..., Any],
        launch: Callable[[Tier, tuple[Any, ...], dict[str, Any]], None],
        *,
        replay: Callable[[], Replay],
        after_s: float,
        watch: float,
        clock: Clock = time.perf_counter,
    ) -> None:
        self.name = name
        self.kind = kind
        self.state: State = "observing"
        self.reason = ""
        self.checks = 0
        self.speedup: float | None = None
        self.decided: Callable[[Tier], None] = lambda tier: None
        self._original = original
        self._launch = launch
        self._replay = replay
        self._after_s = after_s
        self._watch = watch
        self._clock = clock
        self._candidates: list[Candidate] = []
        self._current: Candidate | None = None
        self._plain_s = 0.0
        self._plain_calls = 0
        self._fast_s, self._fast_calls = 0.0, 0
        self._due_s = math.inf
        self._slower = 0
        self._gave_up = 0
        self._proof = False
        self._proven: list[float] = []
        self._dropped: list[Candidate] = []
        self._lock = threading.Lock()
        self._action: Action | None = None
        self.run: Call = self._observe

    @property
    def plain_mean_s(self) -> float:
        """Mean seconds of a call of the original; NaN before the first."""
        return self._plain_s / self._plain_calls if self._plain_calls else math.nan

    @property
    def backend(self) -> str:
        """The backend in use."""
        return self._current.backend if self._current is not None else "monitor"

    @property
    def prepared(self) -> Prepared | None:
        """What calls are sent to; None for the original."""
        return self._current.prepared if self._current and self.state == "committed" else None

    def standing(self) -> Standing:
        """Where it stands now."""
        current = self._current
        realized = Realized(Level.MONITOR, "monitor")
        if current is not None and self.state == "committed":
            realized = current.prepared.realized
        return Standing(self.kind, self.state, realized, self.speedup, self.reason, self.checks)

    def offer(self, candidates: Sequence[Candidate]) -> None:
        """Candidates to try on real calls, the most promising first."""
        self._candidates = list(candidates)
        self._next()

    def prove(self, candidates: Sequence[Candidate]) -> None:
        """Candidates that need no comparison, since a proof stands for it; only time decides."""
        self._candidates, self._proof = list(candidates), True
        self._next()

    def when_called(self, action: Action) -> None:
        """Do something at the next call, in its thread, with its arguments.

        What imports and prepares would otherwise fight the calls for the GIL, and lose: a thread
        that reads a file waits 5 ms to get the GIL back from one that computes.
        """
        self._action, self.run = action, self._act

    def wait(self) -> None:
        """Look again when as much time has been spent once more."""
        self._after_s *= 2
        self.state, self.run = "observing", self._observe

    def commit(self, candidate: Candidate) -> None:
        """Use a candidate from now on."""
        self._current = candidate
        self.speedup = None if math.isnan(candidate.speedup) else candidate.speedup
        self._fast_s, self._fast_calls, self._slower, self._gave_up = 0.0, 0, 0, 0
        self.state, self.run = "committed", self._committed
        self._plan_check()

    def settle(self, reason: str) -> None:
        """Stay with the original."""
        self._current, self.speedup = None, None
        self.reason = reason
        self.state, self.run = "settled", self._plain
        self.decided(self)

    def close(self) -> None:
        """Give back what the candidates hold."""
        current = [self._current] if self._current is not None else []
        for candidate in (*self._candidates, *self._dropped, *current):
            candidate.prepared.close()

    def _plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._original(*args, **kwargs)

    def _observe(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._plain_s >= self._after_s and self._lock.acquire(blocking=False):
            try:
                if self.state == "observing":
                    self.state, self.run = "preparing", self._timed
                    self._launch(self, args, kwargs)
            finally:
                self._lock.release()
        return self._timed(args, kwargs)

    def _timed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        started = self._clock()
        try:
            return self._original(*args, **kwargs)
        finally:
            self._plain_s += self._clock() - started
            self._plain_calls += 1

    def _act(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self._lock.acquire(blocking=False):
            return self._timed(args, kwargs)
        try:
            action, self._action = self._action, None
            if action is not None:
                action(args, kwargs)
        finally:
            self._lock.release()
        return self.run(args, kwargs)

    def _next(self) -> None:
        if self._current is not None:
            # Other threads may be in the middle of it, so it is closed with the tier.
            self._dropped.append(self._current)
            self._current = None
        if not self._candidates:
            self.settle(self.reason or "no other level can run it with the same result")
            return
        self._current = self._candidates.pop(0)
        self._slower = 0
        self._proven.clear()
        self.state, self.run = "trying", self._prove_one if self._proof else self._try

    def _try(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._beside(args, kwargs, self._tried)

    def _check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._beside(args, kwargs, self._checked)

    def _beside(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        conclude: Callable[[Candidate, float, float, str, str], None],
    ) -> Any:
        """Run the original and the candidate, if no other thread is at it."""
        current = self._current
        draws = self._replay().draws
        alone = not draws or threading.active_count() == 1
        if current is None or not alone or not self._lock.acquire(blocking=False):
            return self._timed(args, kwargs)
        try:
            trial = run_beside(
                self._original,
                current.prepared,
                args,
                kwargs,
                draws=draws,
                clock=self._clock,
            )
            equality = trial.equality
            self._plain_s += trial.plain_s
            self._plain_calls += 1
            conclude(
                current, trial.plain_s, trial.candidate_s, equality.verdict, equality.where or ""
            )
            return trial.value
        except NotCopiedError as error:
            self._candidates.clear()
            self._note(error.what)
            self._next()
        finally:
            self._lock.release()
        return self._timed(args, kwargs)

    def _tried(
        self, candidate: Candidate, plain_s: float, candidate_s: float, verdict: str, where: str
    ) -> None:
        if verdict not in ("identical", "close"):
            self._drop(candidate, verdict, where)
        elif plain_s < CLEAR_GAIN * candidate_s:
            self._slower += 1
            if self._slower >= PATIENCE:
                self._note(f"{candidate.backend}: {plain_s / candidate_s:.3g}x on a real call")
                self._next()
        else:
            self._candidates.clear()
            self.commit(Candidate(candidate.backend, candidate.prepared, plain_s / candidate_s))
            self.decided(self)

    def _checked(
        self, candidate: Candidate, plain_s: float, candidate_s: float, verdict: str, where: str
    ) -> None:
        self.checks += 1
        self._fast_s = 0.0
        if verdict not in ("identical", "close"):
            self._drop(candidate, verdict, where)
            return
        self.speedup = plain_s / candidate_s
        self._slower = self._slower + 1 if candidate_s > plain_s else 0
        if self._slower >= PATIENCE:
            self._note(f"{candidate.backend} became slower than the original")
            self._next()
            return
        self.state, self.run = "committed", self._committed
        self._plan_check()

    def _drop(self, candidate: Candidate, verdict: str, where: str) -> None:
        if verdict == "different":
            logger.error(
                "%s: %s returned something different for %s (%s); it is not used any more",
                self.name, candidate.backend, self.kind, where,
            )  # fmt: skip
        self._note(f"{candidate.backend}: {verdict if verdict != 'unchecked' else where}")
        self._next()

    def _note(self, reason: str) -> None:
        self.reason = f"{self.reason}; {reason}" if self.reason else reason

    def _plan_check(self) -> None:
        """Check again when a plain call is no more than the allowed share of the time since."""
        plain_s = self._after_s if math.isnan(self.plain_mean_s) else self.plain_mean_s
        share = self._watch if not self._proof else max(self._watch, REVIEWED_SHARE)
        self._due_s = plain_s / share if share > 0 else math.inf

    def _committed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        current = self._current
        if current is None:
            return self._original(*args, **kwargs)
        started = self._clock()
        try:
            value = current.prepared(*args, **kwargs)
        except Deoptimize as gave_up:
            self._deoptimized(current, gave_up)
            return self._original(*args, **kwargs)
        self._fast_s += self._clock() - started
        self._fast_calls += 1
        if self._fast_s >= self._due_s:
            if self._replay().allowed == "twice":
                self.run = self._check
            else:
                self._review(current)
        return value

    def _review(self, candidate: Candidate) -> None:
        """Whether a candidate that is never checked beside the original still pays."""
        with self._lock:
            self.speedup = self.plain_mean_s * self._fast_calls / self._fast_s
            self._fast_s, self._fast_calls = 0.0, 0
            if self.speedup < 1.0 and self._current is candidate:
                self._note(f"{candidate.backend} became slower than the original")
                self._next()

    def _deoptimized(self, candidate: Candidate, gave_up: Deoptimize) -> None:
        with self._lock:
            self._gave_up += 1
            if self._gave_up >= PATIENCE and self._current is candidate:
                self._note(f"{candidate.backend}: {gave_up.what}")
                self._next()

    def _prove_one(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of a candidate that is proven equal; a few of them tell whether it pays."""
        current = self._current
        if current is None:
            return self._timed(args, kwargs)
        started = self._clock()
        try:
            value = current.prepared(*args, **kwargs)
        except Deoptimize as gave_up:
            with self._lock:
                if self._current is current:
                    self._note(f"{current.backend}: {gave_up.what}")
                    self._next()
            return self._timed(args, kwargs)
        self._proven.append(self._clock() - started)
        if len(self._proven) >= PROVEN_CALLS:
            with self._lock:
                if self._current is current and self.state == "trying":
                    self._judge_proven(current)
        return value

    def _judge_proven(self, candidate: Candidate) -> None:
        gain = self.plain_mean_s / statistics.median(self._proven)
        if gain < CLEAR_GAIN:
            self._note(f"{candidate.backend}: {gain:.3g}x on real calls")
            self._next()
            return
        self._candidates.clear()
        self.commit(Candidate(candidate.backend, candidate.prepared, gain))
        self.decided(self)
