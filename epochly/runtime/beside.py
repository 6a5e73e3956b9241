"""Calls of a candidate: alone, or beside the original."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from epochly.errors import Deoptimize, in_words
from epochly.interrupted import let_through
from epochly.runtime.crowd import CROWDED, is_crowded
from epochly.runtime.evidence import Evidence, Timed
from epochly.runtime.trial import Trial, run_beside

if TYPE_CHECKING:
    from epochly.runtime.given import Given
    from epochly.runtime.original import Original
    from epochly.runtime.watch import Watch

logger = logging.getLogger("epochly")

MOST_PAUSE = 1022


class Beside:
    """Runs candidates, and times them and the original.

    Parameters
    ----------
    kind : str
        The kind of arguments, for the log.
    original : Original
    timed : Timed
        The original, and what its calls have taken.
    watch : Watch
        Told what running both takes, copies and comparison included.
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    obstacle : str
        What stood in the way of the last call that was to run both ways; empty where nothing did.
    """

    def __init__(
        self,
        kind: str,
        original: Original,
        timed: Timed,
        watch: Watch,
        clock: Callable[[], float],
    ) -> None:
        self.obstacle = ""
        self._kind, self._original = kind, original
        self._timed, self._watch, self._clock = timed, watch, clock
        self._pause = self._resting = 0

    def is_possible(self) -> bool:
        """Whether both may run now.

        Calls that raise, or must not run twice, tell nothing, and cost a look at their arguments or
        copies of them: the more of them in a row, the longer until the next is made this way. Not
        twice as long each time, which would never meet one of the others where every second call
        is such a call.
        """
        if self._resting:
            self._resting -= 1
            return False
        crowded = self._original.replay().draws and is_crowded()
        self.obstacle = CROWDED if crowded else ""
        return not crowded

    def alone(
        self, one: Evidence, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, float, str | None]:
        """A call of a candidate.

        Returns
        -------
        value, seconds, why
            ``why`` it gave up, or None. It is told instead of raised, since an exception of ours
            would be the context of what the original raises then.
        """
        started = self._clock()
        try:
            value = one.candidate.prepared(*args, **kwargs)
        except Deoptimize as gave_up:
            return None, self._clock() - started, gave_up.what
        return value, self._clock() - started, None

    def both(
        self,
        find: Callable[[tuple[Any, ...], dict[str, Any]], Evidence | None],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[Trial, Evidence | None] | None:
        """A call of the original, and one of a candidate on copies of its arguments.

        Parameters
        ----------
        find : callable
            Asked after the original's call, with the copies, for the candidate.

        Returns
        -------
        trial, candidate
            None instead, with nothing run, where these arguments must not be used twice.

        Raises
        ------
        NotCopiedError
        Exception
            What the original raises.
        """
        started = self._clock()
        self._resting = self._pause = min(self._pause * 3 // 2 + 1, MOST_PAUSE)
        given, self.obstacle = self._look_at([*args, *kwargs.values()])
        if given is None or self.obstacle:
            self._watch.beside_s = self._clock() - started
            return None
        one: Evidence | None = None

        def look(*copies: Any) -> Callable[..., Any] | None:
            nonlocal one
            one = find(*copies)
            return one.candidate.prepared if one is not None else None

        trial = run_beside(
            self._original.call,
            None,
            args,
            kwargs,
            draws=self._original.replay().draws,
            state=lambda: self._original.state(given),
            usual_s=self._timed.fastest_s if self._timed.calls else 0.0,
            find=look,
            clock=self._clock,
        )
        self._resting = self._pause = 0
        self._timed.add(trial.plain_s)
        self._watch.beside_s = self._clock() - started
        if one is not None and trial.equality.verdict == "different":
            logger.error(
                "%s: %s returned something different for %s (%s); it is not used any more",
                self._original.name, one.candidate.backend, self._kind, trial.equality.where,
            )  # fmt: skip
        return trial, one

    def _look_at(self, values: list[Any]) -> tuple[Given | None, str]:
        """What arguments lead to, and why they must not be used twice."""
        from epochly.runtime.given import Given

        try:
            given = Given(values)
            return given, self._original.hazard(given) or ""
        except Exception as error:  # noqa: BLE001 - other threads may change them meanwhile
            let_through(error)
            return None, f"its arguments cannot be looked at: {in_words(error)}"
