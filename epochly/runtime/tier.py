"""One function and one kind of arguments, on its way from the original to the level that pays."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.call import Realized
from epochly.interrupted import let_through
from epochly.levels import Level
from epochly.runtime.beside import Beside
from epochly.runtime.defects import defect_of
from epochly.runtime.due import NO_CALLS, Due
from epochly.runtime.evidence import Conclusion, Evidence, Timed
from epochly.runtime.inside import is_inside
from epochly.runtime.lineup import Lineup
from epochly.runtime.standing import Candidate, Standing, State, told
from epochly.runtime.trial import OUT_OF_MEMORY, NoRoomError, NotCopiedError, Trial
from epochly.runtime.watch import Watch

if TYPE_CHECKING:
    from epochly.backend import Prepared
    from epochly.runtime.original import Original

Call = Callable[[tuple[Any, ...], dict[str, Any]], Any]
Action = Callable[[tuple[Any, ...], dict[str, Any]], None]
Clock = Callable[[], float]


class Tier:
    """Decides how the calls of one kind are run; every call goes through `run`.

    Parameters
    ----------
    kind : str
        The kind of arguments, in words.
    original : Original
    launch : callable
        Told once, with the arguments of a call, when the time spent makes looking for candidates
        worth it; it calls `offer`, `prove`, `wait` or `settle` in the end, from any thread.
    after_s : float
        Seconds spent in the original before looking for candidates is worth it; more where calls
        are short (`Due`).
    watch : float
        Share of the time that may go into checks of a committed candidate; 0 for none.
    earlier : tuple of float
        Seconds of earlier calls that count towards it, and of the fastest.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        kind: str,
        original: Original,
        launch: Callable[[Tier, tuple[Any, ...], dict[str, Any]], None],
        *,
        after_s: float,
        watch: float,
        earlier: tuple[float, float] = NO_CALLS,
        clock: Clock = time.perf_counter,
    ) -> None:
        self.name = original.name
        self.kind = kind
        self.state: State = "observing"
        self.reason = ""
        self.doubt = ""
        self.checks = 0
        self.decided: Callable[[Tier], None] = lambda tier: None
        self._original = original
        self._launch = launch
        self._lineup = Lineup()
        self._searching = False
        self._timed = Timed(original.call, clock)
        self._due = Due(self._timed, after_s, earlier)
        self._watch = Watch(watch, self._timed, after_s)
        self._beside = Beside(kind, original, self._timed, self._watch, clock)
        self._proof = False
        self._lock = threading.Lock()
        self._action: Action | None = None
        self._then: Action | None = None
        self.run: Call = self._observe

    @property
    def backend(self) -> str:
        """The backend in use."""
        current = self._lineup.current
        return current.candidate.backend if current is not None else "monitor"

    @property
    def prepared(self) -> Prepared | None:
        """What calls are sent to; None for the original."""
        current = self._lineup.current
        return current.candidate.prepared if current and self.state == "committed" else None

    @property
    def gain(self) -> float:
        """How many times faster than the original calls are run now."""
        current = self._lineup.current
        return current.gain if current is not None and self.state == "committed" else 1.0

    @property
    def spent(self) -> tuple[float, float]:
        """Seconds of the original's calls so far, earlier ones included, and of the fastest."""
        return self._due.spent

    def standing(self) -> Standing:
        """Where it stands now."""
        current, prepared = self._lineup.current, self.prepared
        realized = prepared.realized if prepared else Realized(Level.MONITOR, "monitor")
        speedup = current.speedup if current is not None else None
        reason = self.reason
        if self.state == "trying":
            reason = told(reason, self._beside.obstacle)
        return Standing(self.kind, self.state, realized, speedup, reason, self.checks)

    # What is found out about candidates, and told from outside.

    def offer(
        self, candidates: Sequence[Candidate], *, more: bool = False, then: Action | None = None
    ) -> None:
        """Candidates to try on real calls, the most promising first.

        Parameters
        ----------
        more : bool
            Whether further ones are still looked for.
        then : callable, optional
            Looks for further ones; done at the call after these are tried.
        """
        self._searching, self._then = more or then is not None, then
        self._lineup.offer(candidates, in_use=self.state == "committed")
        self._next()

    def prove(self, candidates: Sequence[Candidate], *, then: Action | None = None) -> None:
        """Candidates that need no comparison, since a proof stands for it; only time decides."""
        self._proof = True
        self.offer(candidates, then=then)

    def when_called(self, action: Action) -> None:
        """Do something at the next call, in its thread, with its arguments.

        What imports and prepares would otherwise fight the calls for the GIL, and lose: a thread
        that reads a file waits 5 ms to get the GIL back from one that computes.
        """
        with self._lock:
            self._action, self.run = action, self._act

    def after_check(self, action: Action) -> None:
        """Do something at the call after the next check of the candidate in use."""
        self._then = action

    def wait(self, at_least_s: float = 0.0) -> None:
        """Look again when as much time has been spent once more, and so many seconds in all."""
        self._due.again(at_least_s)
        self._lineup.leave()
        self.state, self.run = "observing", self._observe

    def commit(self, candidate: Candidate) -> None:
        """Use a candidate from now on."""
        self._lineup.use(candidate)
        self._use()

    def settle(self, reason: str) -> None:
        """Stay with the original."""
        self.reason = reason
        self._lineup.leave()
        self.state, self.run = "settled", self._plain
        self._decide()

    def close(self) -> None:
        """Give back what the candidates hold."""
        self._lineup.close()

    # How a call is run: one method for each state.

    def _observe(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._due.is_now() and self._is_my_turn():
            try:
                if self.state == "observing":
                    self.state, self.run = "preparing", self._timed
                    self._look(lambda: self._launch(self, args, kwargs))
            finally:
                self._lock.release()
            if self.run != self._observe:
                return self.run(args, kwargs)
        return self._timed(args, kwargs)

    def _act(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self._is_my_turn():
            return self._timed(args, kwargs)
        try:
            self.run = self._committed if self.state == "committed" else self._timed
            action, self._action = self._action, None
            if action is not None:
                self._look(lambda: action(args, kwargs))
        finally:
            self._lock.release()
        return self.run(args, kwargs)

    def _try(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._both(args, kwargs, Evidence.tried)

    def _prove_one(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of a candidate that is proven equal; a few of them tell whether it pays."""
        current = self._lineup.current
        if current is None or not self._timed.calls:
            return self._timed(args, kwargs)
        value, spent, why = self._beside.alone(current, args, kwargs)
        if why is not None:
            self._unless_busy(current, partial(current.refused, why))
            return self._timed(args, kwargs)
        if self.state == "trying":
            self._unless_busy(current, lambda: current.proven(spent, self._timed.mean_s))
        return value

    def _committed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        current = self._lineup.current
        if current is None:
            return self._original.call(*args, **kwargs)
        value, spent, why = self._beside.alone(current, args, kwargs)
        if why is not None:
            self._unless_busy(current, partial(current.gave_up, why))
            return self._original.call(*args, **kwargs)
        current.took(spent)
        if current.unwatched_s >= self._watch.due_s:
            self._unless_busy(current, lambda: self._watched(current))
        return value

    def _check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._both(args, kwargs, self._checked)

    def _plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._original.call(*args, **kwargs)

    def _both(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        judge: Callable[[Evidence, Trial], Conclusion],
    ) -> Any:
        """Run the original and the candidate, if no other thread is at it."""
        current = self._lineup.current
        if current is None or not self._beside.is_possible() or not self._is_my_turn():
            run = self._committed if self.state == "committed" else self._timed
            return run(args, kwargs)
        try:
            if self._lineup.current is not current:
                return self._timed(args, kwargs)
            trial = self._beside.both(current, args, kwargs)
            if trial is not None:
                if trial.equality.where == OUT_OF_MEMORY or trial.changed:
                    self.doubt = trial.equality.where or ""
                self._conclude(current, judge(current, trial))
                return trial.value
            if self.state == "committed":
                self._use()
        except NotCopiedError as error:
            let_through(error)
            passes = isinstance(error, NoRoomError)
            if self.state == "committed" and passes:
                self._use()
            else:
                if passes:
                    self.doubt = error.what
                self._lineup.dismiss()
                self._note(error.what)
                self._next()
        finally:
            self._lock.release()
        return self._timed(args, kwargs)

    # What follows; the lock is held.

    def _checked(self, current: Evidence, trial: Trial) -> Conclusion:
        self.checks += 1
        self._begin_next(self._committed)
        self._watch.plan(reviewed=self._proof)
        return current.checked(trial)

    def _watched(self, current: Evidence) -> Conclusion:
        """It has run unwatched for long enough."""
        twice = self._original.replay().allowed == "twice"
        if not self._watch.is_due_still(current, comparable=twice):
            return "go on"
        if not twice:
            return current.reviewed(self._timed.mean_s)
        self._go_on(self._check)
        return "go on"

    def _unless_busy(self, current: Evidence, judge: Callable[[], Conclusion]) -> None:
        """Draw a conclusion, unless another thread is at it; a later call will then."""
        if self._is_my_turn():
            try:
                if self._lineup.current is current:
                    self._conclude(current, judge())
            finally:
                self._lock.release()

    def _is_my_turn(self) -> bool:
        """Take the lock, unless another thread has it, or this one is preparing something."""
        return not is_inside() and self._lock.acquire(blocking=False)

    def _conclude(self, current: Evidence, conclusion: Conclusion) -> None:
        if conclusion == "drop it":
            self._note(current.reason)
            self._next()
        elif conclusion == "use it":
            self._lineup.win()
            self._use()
            self._decide()

    def _next(self) -> None:
        if self._lineup.advance():
            self.state = "trying"
            self._go_on(self._prove_one if self._proof else self._try)
        elif self._lineup.come_back():
            self._use()
            self._decide()
        elif self._searching:
            was_used = self.state == "committed"
            self.state = "preparing"
            self._begin_next(self._timed)
            if was_used:
                self._decide()
        else:
            self.settle(self.reason or "no other level can run it with the same result")

    def _begin_next(self, run: Call) -> None:
        """None is tried any more; others are looked for at the next call, if that was put off."""
        if self._then is not None:
            self._action, self._then = self._then, None
        self._go_on(run)

    def _go_on(self, run: Call) -> None:
        """Run calls this way, unless something is to be done at the next."""
        self.run = run if self._action is None else self._act

    def _use(self) -> None:
        self.state = "committed"
        self._begin_next(self._committed)
        self._watch.plan(reviewed=self._proof)

    def _decide(self) -> None:
        defect_of(lambda: self.decided(self), f"{self.name}: a decision could not be noted")

    def _look(self, step: Callable[[], None]) -> None:
        """Take a step in looking for candidates; after a defect in it the original stays."""
        ended = False
        try:
            defect = defect_of(step, f"{self.name} stays at level 0: looking for another failed")
            ended = True
        finally:
            if not ended:
                self.wait()
        if defect is not None:
            self.doubt = f"looking for another level failed: {type(defect).__name__}: {defect}"
            self.settle(self.doubt)

    def _note(self, reason: str) -> None:
        self.reason = told(self.reason, reason)
