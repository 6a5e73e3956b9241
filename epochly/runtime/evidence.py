"""What real calls have shown of one candidate, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.standing import Candidate
from epochly.runtime.trial import Trial

if TYPE_CHECKING:
    from epochly.runtime.pairs import Pairs

Conclusion = Literal["go on", "use it", "drop it"]

PATIENCE = 2
PROVEN_CALLS = 3
# Less than a clear gain is believed where calls in turns show it; still less is not worth a level.
SLIGHT_GAIN = 1.03
# A first call starts pools; where the second takes so many times as long, a third is a waste.
HOPELESS = 1.5
# Attempts in vain, whatever was saved before; when it begins to always give up, that ends soon.
MOST_CREDIT = 10.0


class Timed:
    """The original, and what its calls have taken.

    Parameters
    ----------
    original : callable
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    now : callable
        The clock.
    calls : int
    spent_s, fastest_s : float
        Seconds of all of them, and of the fastest.
    """

    def __init__(self, original: Callable[..., Any], clock: Callable[[], float]) -> None:
        self._original, self.now = original, clock
        self.calls, self.spent_s, self.fastest_s = 0, 0.0, math.inf

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        started = self.now()
        try:
            return self._original(*args, **kwargs)
        finally:
            self.add(self.now() - started)

    def one(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, float]:
        """A call that counts, and its seconds."""
        started = self.now()
        value = self(args, kwargs)
        return value, self.now() - started

    def add(self, seconds: float) -> None:
        """Count a call that was timed elsewhere."""
        self.spent_s += seconds
        self.fastest_s = min(self.fastest_s, seconds)
        self.calls += 1

    @property
    def mean_s(self) -> float:
        """Mean seconds of a call; NaN before the first."""
        return self.spent_s / self.calls if self.calls else math.nan


class Evidence:
    """Gathers the calls of one candidate; every method says what follows from one more.

    Threads that are still in the middle of a dropped candidate add to its own evidence only.

    Parameters
    ----------
    candidate : Candidate
    asked : float
        How many times faster than the original it has to be to be used.
    """

    def __init__(self, candidate: Candidate, asked: float = CLEAR_GAIN) -> None:
        self.candidate = candidate
        self._asked = asked
        self.speedup = None if math.isnan(candidate.speedup) else candidate.speedup
        self.reason = ""
        self.unwatched_s = 0.0
        self._unwatched_calls = 0
        self._plain_s = math.nan
        self._calls_since = 0
        self._slower = 0
        self._credit = float(PATIENCE)
        self._proven: list[float] = []
        self._pairs: Pairs | None = None

    @property
    def is_originals_turn(self) -> bool:
        """Whether it is so close that the next call is to be the original's."""
        return self._pairs is not None and self._pairs.is_originals_turn

    @property
    def plain_s(self) -> float:
        """What a call of the original takes, by the gain and the calls since the last check."""
        return (self.speedup or 1.0) * self.unwatched_s / max(1, self._unwatched_calls)

    @property
    def gain(self) -> float:
        """What one that is to take its place has to beat: what it gained first, or does since.

        A first call starts pools and fills caches; calls since then share the cores with what is
        tried meanwhile.
        """
        since = _ratio(self._plain_s * self._unwatched_calls, self.unwatched_s)
        return max(self.speedup or 1.0, since if self._unwatched_calls >= PROVEN_CALLS else 1.0)

    def tried(self, trial: Trial) -> Conclusion:
        """A first call beside the original: it must be equal, and clearly faster."""
        if trial.changed:
            return self._in_vain(f"{self.candidate.backend}: {trial.equality.where}")
        if self._differs(trial):
            return "drop it"
        gain = _ratio(trial.plain_s, trial.candidate_s)
        if gain >= self._asked:
            self.speedup, self._plain_s, self._slower = gain, trial.plain_s, 0
            return "use it"
        return self._in_vain(f"{self.candidate.backend}: {gain:.3g}x on a real call")

    def checked(self, trial: Trial) -> Conclusion:
        """A later call beside the original: it must still be equal, and not slower."""
        self.unwatched_s, self._unwatched_calls = 0.0, 0
        if trial.changed:
            return "go on"
        if self._differs(trial):
            return "drop it"
        self.speedup = _ratio(trial.plain_s, trial.candidate_s)
        self._slower = self._slower + 1 if self.speedup < 1.0 else 0
        self.reason = f"{self.candidate.backend} became slower than the original"
        return "drop it" if self._slower >= PATIENCE else "go on"

    def proven(self, seconds: float, plain_s: float) -> Conclusion:
        """A call that needed no comparison; the median of a few tells whether it pays.

        Where they are close to the original's, calls of both by turns do.
        """
        if self._pairs is not None:
            return self._in_turn(seconds, plain=False)
        self._proven.append(seconds)
        hopeless = len(self._proven) > 1 and min(self._proven) > HOPELESS * plain_s
        if len(self._proven) < PROVEN_CALLS and not hopeless:
            return "go on"
        from statistics import median

        gain = _ratio(plain_s, median(self._proven))
        self._gained(gain)
        if hopeless or gain < 1.0 / CLEAR_GAIN:
            return "drop it"
        if gain >= CLEAR_GAIN:
            return "use it"
        from epochly.runtime.pairs import Pairs

        self._pairs = Pairs()
        return "go on"

    def originals(self, seconds: float) -> Conclusion:
        """A call of the original in its turn."""
        return self._in_turn(seconds, plain=True)

    def _in_turn(self, seconds: float, *, plain: bool) -> Conclusion:
        pairs = self._pairs
        if pairs is None:
            return "go on"
        pairs.add(seconds, plain=plain)
        if not pairs.is_decided:
            return "go on"
        self._gained(pairs.gain)
        return "use it" if pairs.is_won and pairs.gain >= SLIGHT_GAIN else "drop it"

    def _gained(self, gain: float) -> None:
        self.speedup = gain
        self.reason = f"{self.candidate.backend}: {gain:.3g}x on real calls"

    def refused(self, why: str) -> Conclusion:
        """A first call that the original had to take over: a proof was wanting."""
        self.reason = f"{self.candidate.backend}: {why}"
        return "drop it"

    def took(self, seconds: float) -> None:
        """A call that nobody compared."""
        self.unwatched_s += seconds
        self._unwatched_calls += 1
        self._calls_since += 1

    def reviewed(self, plain_s: float) -> Conclusion:
        """The mean of those calls against the original's, where it may not be run beside."""
        self.speedup = _ratio(plain_s * self._unwatched_calls, self.unwatched_s)
        self.unwatched_s, self._unwatched_calls = 0.0, 0
        self.reason = f"{self.candidate.backend} became slower than the original"
        return "drop it" if self.speedup < 1.0 else "go on"

    def gave_up(self, why: str) -> Conclusion:
        """A call that the original had to take over.

        Compiled code gives up where the program raises, which may be its daily business: what an
        attempt costs at most, one accelerated call, is paid from what other calls have saved.
        """
        earned = self._calls_since * max(0.0, (self.speedup or 1.0) - 1.0)
        self._credit = min(self._credit + earned, MOST_CREDIT) - 1.0
        self._calls_since = 0
        self.reason = f"{self.candidate.backend}: {why}"
        return "drop it" if self._credit <= 0.0 else "go on"

    def _in_vain(self, reason: str) -> Conclusion:
        self._slower += 1
        self.reason = reason
        return "drop it" if self._slower >= PATIENCE else "go on"

    def _differs(self, trial: Trial) -> bool:
        verdict, where = trial.equality.verdict, trial.equality.where or ""
        self.reason = f"{self.candidate.backend}: {where if verdict == 'unchecked' else verdict}"
        return verdict not in ("identical", "close")


def _ratio(plain_s: float, candidate_s: float) -> float:
    """How many times faster; a clock may be too coarse to see the candidate at all."""
    return plain_s / candidate_s if candidate_s > 0.0 else math.inf
