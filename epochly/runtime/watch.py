"""When a committed candidate is checked against the original again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epochly.runtime.evidence import Evidence, Timed

REVIEWED_SHARE = 0.05


class Watch:
    """Plans checks, so that they take no more than a share of the time.

    Parameters
    ----------
    share : float
        Of the time, for running the original beside the candidate; 0 for never.
    timed : Timed
        The original.
    unknown_s : float
        What a call of the original is taken for while none was timed, in seconds.

    Attributes
    ----------
    beside_s : float
        What running both took last, copies and comparison included.
    due_s : float
        Seconds that a candidate may run unwatched.
    """

    def __init__(self, share: float, timed: Timed, unknown_s: float) -> None:
        self.beside_s = 0.0
        self._share = share
        self._timed = timed
        self._unknown_s = unknown_s
        self.due_s = math.inf

    @property
    def is_on(self) -> bool:
        """Whether there are checks at all."""
        return self._share > 0.0

    def plan(self, *, reviewed: bool) -> None:
        """Begin to wait for the next check.

        Parameters
        ----------
        reviewed : bool
            Whether a proof stands for the comparison: then only times are, which costs little.
        """
        if reviewed:
            self._share = max(self._share, REVIEWED_SHARE)
        plain_s = self._timed.mean_s if self._timed.calls else self._unknown_s
        self._wait_for(max(plain_s, self.beside_s))

    def is_due_still(self, current: Evidence, *, comparable: bool) -> bool:
        """Whether a check that seems due is, by what a plain call takes as far as is known now.

        Parameters
        ----------
        comparable : bool
            Whether the original may run beside it.
        """
        if self._timed.calls:
            return True
        # Decided earlier, so what a plain call takes only follows from the gain told then.
        self._wait_for(current.plain_s)
        if not comparable:
            # And there is none to compare with.
            self.due_s = math.inf
        return current.unwatched_s >= self.due_s

    def _wait_for(self, cost_s: float) -> None:
        self.due_s = cost_s / self._share if self._share > 0 else math.inf
