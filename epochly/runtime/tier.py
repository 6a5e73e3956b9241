"""One function and one kind of arguments, on its way from the original to the level that pays."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.call import Realized
from epochly.levels import Level
from epochly.runtime.beside import Beside
from epochly.runtime.calls import Calls
from epochly.runtime.defects import defect_of
from epochly.runtime.due import NO_CALLS, Due
from epochly.runtime.evidence import Conclusion, Evidence, Timed
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
        self.original = original
        self.lineup = Lineup()
        self.timed = Timed(original.call, clock)
        self.due = Due(self.timed, after_s, earlier)
        self.watch = Watch(watch, self.timed, after_s)
        self.beside = Beside(kind, original, self.timed, self.watch, clock)
        self._launch = launch
        self._instead: Action | None = None
        self._searching = self._proof = False
        self._action: Action | None = None
        self._then: Action | None = None
        self._lock = threading.Lock()
        self._calls = Calls(self, self._lock)
        self.run: Call = self._calls.observe

    @property
    def backend(self) -> str:
        """The backend in use."""
        current = self.lineup.current
        return current.candidate.backend if current is not None else "monitor"

    @property
    def prepared(self) -> Prepared | None:
        """What calls are sent to; None for the original."""
        current = self.lineup.current
        return current.candidate.prepared if current and self.state == "committed" else None

    @property
    def gain(self) -> float:
        """How many times faster than the original calls are run now."""
        current = self.lineup.current
        return current.gain if current is not None and self.state == "committed" else 1.0

    @property
    def spent(self) -> tuple[float, float]:
        """Seconds of the original's calls so far, earlier ones included, and of the fastest."""
        return self.due.spent

    def standing(self) -> Standing:
        """Where it stands now."""
        current, prepared = self.lineup.current, self.prepared
        realized = prepared.realized if prepared else Realized(Level.MONITOR, "monitor")
        speedup = current.speedup if current is not None else None
        reason = self.reason
        if self.state == "trying":
            reason = told(reason, self.beside.obstacle)
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
        self.lineup.offer(candidates, in_use=self.state == "committed")
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
            self._action, self.run = action, self._calls.act

    def expect(self, affordable: float) -> None:
        """Candidates will come: one that does while a call of the original runs is tried on that.

        Parameters
        ----------
        affordable : float
            Share of such a call that copies of its arguments may take.
        """
        if self.state == "preparing":
            self._calls.affordable = affordable
            self._go_on(self._calls.expect)

    def after_check(self, action: Action) -> None:
        """Do something at the call after the next check of the candidate in use."""
        self._then = action

    def wait(self, at_least_s: float = 0.0, then: Action | None = None) -> None:
        """Look again when as much time has been spent once more, and so many seconds in all.

        Parameters
        ----------
        at_least_s : float
        then : callable, optional
            Looks for what is left then, and where there is to be waited again; all is looked at
            again without.
        """
        self._instead = then or self._instead
        self.due.again(at_least_s)
        self.lineup.leave()
        self.state, self.run = "observing", self._calls.observe

    def commit(self, candidate: Candidate) -> None:
        """Use a candidate from now on."""
        self.lineup.use(candidate)
        self._use()

    def settle(self, reason: str) -> None:
        """Stay with the original."""
        self.reason = reason
        self.lineup.leave()
        self.state, self.run = "settled", self._calls.plain
        self._decide()

    def close(self) -> None:
        """Give back what the candidates hold."""
        self.lineup.close()

    def meanwhile(self, step: Callable[[], None]) -> None:
        """Take one of these steps in a thread that makes no calls, while no call takes one."""
        with self._lock:
            step()

    # What follows; the lock is held.

    def begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Look for candidates, with the arguments of a call."""
        if self.state == "observing":
            self.state, self.run = "preparing", self._calls.timed
            look = self._instead or partial(self._launch, self)
            self._look(lambda: look(args, kwargs))

    def act(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Evidence | None:
        """Do what is to be done, with the arguments of a call; which candidate is tried then.

        Nothing is to be done where another thread was first.
        """
        action, self._action = self._action, None
        if action is None and self.run != self._calls.act:
            return None
        self.run = self._calls.committed if self.state == "committed" else self._calls.timed
        if action is not None:
            self._look(lambda: action(args, kwargs))
        return self.lineup.current if self.state == "trying" else None

    def judge(
        self, current: Evidence, trial: Trial, judge: Callable[[Evidence, Trial], Conclusion]
    ) -> None:
        """A candidate was run beside the original."""
        if trial.equality.where == OUT_OF_MEMORY or trial.changed:
            self.doubt = trial.equality.where or ""
        self.conclude(current, judge(current, trial))

    def not_judged(self) -> None:
        """A call could not be run both ways, because of its arguments."""
        if self.state == "committed":
            self._use()

    def not_copied(self, error: NotCopiedError) -> None:
        """The arguments of a call could not be copied: this time, or ever."""
        passes = isinstance(error, NoRoomError)
        if self.state == "committed" and passes:
            self._use()
            return
        if passes:
            self.doubt = error.what
        self.lineup.dismiss()
        self._note(error.what)
        self._next()

    def checked(self, current: Evidence, trial: Trial) -> Conclusion:
        """The candidate in use was run beside the original again."""
        self.checks += 1
        self._begin_next(self._calls.committed)
        self.watch.plan(reviewed=self._proof)
        return current.checked(trial)

    def watched(self, current: Evidence) -> Conclusion:
        """It has run unwatched for long enough."""
        twice = self.original.replay().allowed == "twice"
        if not self.watch.is_due_still(current, comparable=twice):
            return "go on"
        if not twice:
            return current.reviewed(self.timed.mean_s)
        self._go_on(self._calls.check)
        return "go on"

    def conclude(self, current: Evidence, conclusion: Conclusion) -> None:
        """Do what follows from a call of a candidate."""
        if conclusion == "drop it":
            self._note(current.reason)
            self._next()
        elif conclusion == "use it":
            self.lineup.win()
            self._use()
            self._decide()

    def _next(self) -> None:
        if self.lineup.advance():
            self.state = "trying"
            self._go_on(self._calls.prove if self._proof else self._calls.beside)
        elif self.lineup.come_back():
            self._use()
            self._decide()
        elif self._searching:
            was_used = self.state == "committed"
            self.state = "preparing"
            self._begin_next(self.timed)
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
        self.run = run if self._action is None else self._calls.act

    def _use(self) -> None:
        self.state = "committed"
        self._begin_next(self._calls.committed)
        self.watch.plan(reviewed=self._proof)

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
