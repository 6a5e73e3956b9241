"""How the calls of a tier are run: one method for each way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from epochly.interrupted import let_through
from epochly.runtime.evidence import Conclusion, Evidence
from epochly.runtime.inside import is_inside
from epochly.runtime.trial import NotCopiedError, Trial

if TYPE_CHECKING:
    from epochly.runtime.tier import Tier


class Calls:
    """Runs calls for a tier, in any thread, and tells it what came of them.

    Parameters
    ----------
    tier : Tier
    lock : Lock
        Whoever tells the tier something holds it.

    Attributes
    ----------
    affordable : float
        Share of a call that copies of its arguments may take while candidates are expected.
    timed : Timed
        A call of the original that counts.
    """

    def __init__(self, tier: Tier, lock: threading.Lock) -> None:
        self.affordable = 0.0
        self._tier, self._lock, self._waiting = tier, lock, threading.Lock()
        self._original, self._lineup = tier.original.call, tier.lineup
        self._beside, self._watch = tier.beside, tier.watch
        self.timed = tier.timed

    def observe(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of the original, unless it is time to look for candidates."""
        tier = self._tier
        if tier.due.is_now() and self._is_my_turn():
            try:
                tier.begin(args, kwargs)
            finally:
                self._lock.release()
            if tier.run != self.observe:
                return tier.run(args, kwargs)
        return self.timed(args, kwargs)

    def act(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call before which something is to be done."""
        if not self._is_my_turn():
            return self.timed(args, kwargs)
        try:
            self._tier.act(args, kwargs)
        finally:
            self._lock.release()
        return self._tier.run(args, kwargs)

    def expect(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of the original; a candidate that is offered meanwhile is tried beside it."""
        tier = self._tier
        if is_inside() or not self._beside.is_possible() or not self._waiting.acquire(False):
            return self.timed(args, kwargs)
        mine = False

        def offered(*copies: Any) -> Evidence | None:
            nonlocal mine
            if tier.run != self.act:
                return None
            mine = self._is_my_turn()
            return tier.act(*copies) if mine else None

        try:
            try:
                trial, current = self._beside.both(offered, args, kwargs) or (None, None)
            except NotCopiedError as error:
                let_through(error)
                trial = current = None
            if trial is not None and current is not None:
                tier.judge(current, trial, Evidence.tried)
            elif not mine and (trial is None or not self._affords(trial)):
                mine = self._is_my_turn()
                if mine and tier.run == self.expect:
                    tier.run = self.timed
        finally:
            if mine:
                self._lock.release()
            self._waiting.release()
        return trial.value if trial is not None else self.timed(args, kwargs)

    def beside(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A first call of a candidate, beside the original."""
        return self._both(args, kwargs, Evidence.tried)

    def check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A later call of the candidate in use, beside the original."""
        return self._both(args, kwargs, self._tier.checked)

    def prove(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of a candidate that is proven equal; a few of them tell whether it pays."""
        current = self._lineup.current
        if current is None or not self.timed.calls:
            return self.timed(args, kwargs)
        if current.is_originals_turn:
            value, spent = self.timed.one(args, kwargs)
            self._while_trying(current, partial(current.originals, spent))
            return value
        value, spent, why = self._beside.alone(current, args, kwargs)
        if why is not None:
            self._unless_busy(current, partial(current.refused, why))
            return self.timed(args, kwargs)
        self._while_trying(current, lambda: current.proven(spent, self.timed.mean_s))
        return value

    def committed(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of the candidate in use."""
        current = self._lineup.current
        if current is None:
            return self._original(*args, **kwargs)
        value, spent, why = self._beside.alone(current, args, kwargs)
        if why is not None:
            self._unless_busy(current, partial(current.gave_up, why))
            return self._original(*args, **kwargs)
        current.took(spent)
        if current.unwatched_s >= self._watch.due_s:
            self._unless_busy(current, lambda: self._tier.watched(current))
        return value

    def plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call of the original, which stays."""
        return self._original(*args, **kwargs)

    def _both(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        judge: Callable[[Evidence, Trial], Conclusion],
    ) -> Any:
        """Run the original and the candidate, if no other thread is at it."""
        tier, current = self._tier, self._lineup.current
        if current is None or not self._beside.is_possible() or not self._is_my_turn():
            run = self.committed if tier.state == "committed" else self.timed
            return run(args, kwargs)
        try:
            if self._lineup.current is current:
                ran = self._beside.both(lambda *copies: current, args, kwargs)
                if ran is not None:
                    tier.judge(current, ran[0], judge)
                    return ran[0].value
                tier.not_judged()
        except NotCopiedError as error:
            let_through(error)
            tier.not_copied(error)
        finally:
            self._lock.release()
        return self.timed(args, kwargs)

    def _affords(self, trial: Trial) -> bool:
        """Whether calls that wait for a candidate take little more than others."""
        return self._watch.beside_s <= (1.0 + self.affordable) * trial.plain_s

    def _while_trying(self, current: Evidence, judge: Callable[[], Conclusion]) -> None:
        """Draw a conclusion, unless another thread has drawn the last one meanwhile."""
        if self._tier.state == "trying":
            self._unless_busy(current, lambda: judge() if self._tier.state == "trying" else "go on")

    def _unless_busy(self, current: Evidence, judge: Callable[[], Conclusion]) -> None:
        """Draw a conclusion, unless another thread is at it; a later call will then."""
        if self._is_my_turn():
            try:
                if self._lineup.current is current:
                    self._tier.conclude(current, judge())
            finally:
                self._lock.release()

    def _is_my_turn(self) -> bool:
        """Take the lock, unless another thread has it, or this one is preparing something."""
        return not is_inside() and self._lock.acquire(blocking=False)
