"""The candidates of one tier: the one at work, those that wait, and those that were dropped."""

from __future__ import annotations

from collections.abc import Sequence

from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.evidence import Evidence
from epochly.runtime.standing import Candidate


class Lineup:
    """Who is tried or used, and who comes next.

    Attributes
    ----------
    current : Evidence or None
        Of the candidate that is tried or used.
    """

    def __init__(self) -> None:
        self.current: Evidence | None = None
        self._incumbent: Evidence | None = None
        self._waiting: list[Candidate] = []
        self._dropped: list[Candidate] = []

    def offer(self, candidates: Sequence[Candidate], *, in_use: bool) -> None:
        """Candidates to try, the most promising first.

        Parameters
        ----------
        in_use : bool
            Whether the current one is used; then it comes back unless one of these beats it.
            Otherwise it is tried in its turn.
        """
        self._waiting = list(candidates)
        if self.current is not None and in_use:
            self._incumbent = self.current
        elif self.current is not None:
            self._waiting.append(self.current.candidate)
            self._waiting.sort(key=lambda one: one.speedup, reverse=True)
        self.current = None

    def use(self, candidate: Candidate) -> None:
        """Take one without trying it."""
        self.current = Evidence(candidate)

    def advance(self) -> bool:
        """Drop the one that was tried and go on to the next, if there is one."""
        self._drop(self.current)
        self.current = None
        if not self._waiting:
            return False
        beaten = self._incumbent.gain if self._incumbent is not None else 1.0
        self.current = Evidence(self._waiting.pop(0), CLEAR_GAIN * beaten)
        return True

    def come_back(self) -> bool:
        """Return to the one that was in use before, if there was one."""
        self.current, self._incumbent = self._incumbent, None
        return self.current is not None

    def win(self) -> None:
        """The one that was tried is used; nobody else is needed."""
        self._drop(self._incumbent)
        self._incumbent = None
        self._waiting.clear()

    def dismiss(self) -> None:
        """Try none of those that wait."""
        self._waiting.clear()

    def leave(self) -> None:
        """Neither try nor use any."""
        self._drop(self.current)
        self.current = None
        self.win()

    def close(self) -> None:
        """Give back what all of them hold."""
        at_work = [one.candidate for one in (self.current, self._incumbent) if one is not None]
        for candidate in (*self._waiting, *self._dropped, *at_work):
            candidate.prepared.close()

    def _drop(self, evidence: Evidence | None) -> None:
        # Other threads may be in the middle of it, so it is closed with the tier.
        if evidence is not None:
            self._dropped.append(evidence.candidate)
