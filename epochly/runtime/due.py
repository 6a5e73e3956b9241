"""When so much was spent in a function that looking for another level may pay."""

from __future__ import annotations

from epochly.runtime.load import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from epochly.runtime.evidence import Timed

# Looking for other levels costs the program 0.06 s, half of it imports, half shared cores. That may
# be a twentieth of its calls: of a hundred, if they are long enough, or of all made by then.
AFTER_S = 0.03
CALLS, HORIZON = 100, 40.0
# Where the program keeps all cores busy already, it costs three times that.
BUSY_HORIZON = 120.0
WORTH_LOOKING_S = HORIZON * AFTER_S
# Of calls, between two looks at whether they keep all cores busy.
SOON_S = 0.01
# Their seconds, and those of the fastest.
NO_CALLS = (0.0, float("inf"))


class Due:
    """Says for one kind of calls when to look.

    Parameters
    ----------
    timed : Timed
        The original, and what its calls have taken.
    after_s : float
        Seconds to spend before; more where calls are short.
    earlier : tuple of float
        Seconds of earlier calls that count as well, and of the fastest.
    """

    def __init__(
        self, timed: Timed, after_s: float, earlier: tuple[float, float] = NO_CALLS
    ) -> None:
        self._timed, self._after_s, self._earlier = timed, after_s, earlier
        self._born = timed.now()
        self._at_s = after_s - earlier[0]

    @property
    def spent(self) -> tuple[float, float]:
        """Seconds of all calls so far, but no more than have passed, and of the fastest.

        The calls of a recursion count within each other.
        """
        seconds, fastest_s = self._earlier
        passed_s = self._timed.now() - self._born
        return (
            seconds + min(self._timed.spent_s, passed_s),
            min(fastest_s, self._timed.fastest_s),
        )

    def is_now(self) -> bool:
        """Whether it is time; the details are seldom looked at."""
        if self._timed.spent_s < self._at_s:
            return False
        seconds, fastest_s = self.spent
        left_s = due_s(seconds, fastest_s, self._after_s) - seconds
        if left_s <= 0.0 < due_s(seconds, fastest_s, self._after_s, BUSY_HORIZON) - seconds:
            # Asked again soon, since idle threads of OpenBLAS spin for a while.
            left_s = SOON_S if load.takes_all_cores() else 0.0
        self._at_s = self._timed.spent_s + left_s
        return left_s <= 0.0

    def again(self, at_least_s: float = 0.0) -> None:
        """It is time when as much has been spent once more, and so many seconds in all."""
        seconds = self.spent[0]
        self._at_s = self._timed.spent_s + max(seconds, at_least_s - seconds)


def horizon_s(seconds: float, fastest_s: float) -> float:
    """Seconds of some calls, or of a hundred like the fastest, whichever is more.

    A first call may take many times as long as the others.
    """
    return max(seconds, CALLS * fastest_s) if seconds else 0.0


def due_s(seconds: float, fastest_s: float, after_s: float, horizon: float = HORIZON) -> float:
    """Seconds to spend in a function before choosing a level for it may pay.

    Parameters
    ----------
    seconds, fastest_s : float
        Of all calls so far, and of the fastest.
    after_s : float
        Seconds after which it may for calls so long that a hundred take ``horizon`` times that;
        for shorter ones it may after as many times.
    horizon : float
    """
    return after_s if horizon_s(seconds, fastest_s) >= horizon * after_s else horizon * after_s
