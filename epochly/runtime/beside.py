"""Calls of a candidate: alone, or beside the original."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from epochly.errors import Deoptimize
from epochly.runtime.crowd import is_crowded
from epochly.runtime.evidence import Evidence, Timed
from epochly.runtime.trial import Trial, run_beside

if TYPE_CHECKING:
    from epochly.runtime.replay import Replay
    from epochly.runtime.watch import Watch

logger = logging.getLogger("epochly")

MOST_PAUSE = 1022


class Beside:
    """Runs candidates, and times them and the original.

    Parameters
    ----------
    name, kind : str
        The function and the kind of its arguments, for the log.
    original : callable
    timed : Timed
        The original, and what its calls have taken.
    watch : Watch
        Told what running both takes, copies and comparison included.
    replay : callable
        Answers whether the original may run beside a candidate.
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    crowded : bool
        Whether the function waits for other threads to end, since it draws random numbers.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        original: Callable[..., Any],
        timed: Timed,
        watch: Watch,
        replay: Callable[[], Replay],
        clock: Callable[[], float],
    ) -> None:
        self.crowded = False
        self._name, self._kind = name, kind
        self._original, self._timed, self._watch = original, timed, watch
        self._replay, self._clock = replay, clock
        self._pause = self._resting = 0

    def is_possible(self) -> bool:
        """Whether both may run now.

        Calls that raise tell nothing, and cost copies of their arguments: the more of them in a
        row, the longer until the next is made this way. Not twice as long each time, which would
        never meet one of the others where every second call raises.
        """
        if self._resting:
            self._resting -= 1
            return False
        self.crowded = self._replay().draws and is_crowded()
        return not self.crowded

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

    def both(self, one: Evidence, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Trial:
        """A call of the original, and one of a candidate on copies of its arguments.

        Raises
        ------
        NotCopiedError
        Exception
            What the original raises.
        """
        started = self._clock()
        self._resting = self._pause = min(self._pause * 3 // 2 + 1, MOST_PAUSE)
        trial = run_beside(
            self._original,
            one.candidate.prepared,
            args,
            kwargs,
            draws=self._replay().draws,
            clock=self._clock,
        )
        self._resting = self._pause = 0
        self._timed.add(trial.plain_s)
        self._watch.beside_s = self._clock() - started
        if trial.equality.verdict == "different":
            logger.error(
                "%s: %s returned something different for %s (%s); it is not used any more",
                self._name, one.candidate.backend, self._kind, trial.equality.where,
            )  # fmt: skip
        return trial
