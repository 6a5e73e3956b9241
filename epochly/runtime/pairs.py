"""Calls of a candidate and of the original by turns, which tell the faster where that is close."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

# Ten of twelve pairs in favour come by chance once in 50 times (sign test).
PAIRS, WON = 12, 10


class Pairs:
    """Gathers pairs of neighbouring calls, which share what goes on around them.

    Who goes first is drawn anew for each pair: calls may differ by turns themselves.

    Parameters
    ----------
    chance : callable, optional
        A number from 0 to 1.

    Attributes
    ----------
    plain_s, candidate_s : list of float
        Seconds of the calls; those at the same place are a pair.
    """

    def __init__(self, chance: Callable[[], float] | None = None) -> None:
        if chance is None:
            # Not the program's own stream.
            from random import Random

            chance = Random().random
        self._chance = chance
        self.plain_s: list[float] = []
        self.candidate_s: list[float] = []
        self._next_is_plain = self._draw()

    @property
    def is_originals_turn(self) -> bool:
        """Whether the next call is to be the original's."""
        return self._next_is_plain

    def add(self, seconds: float, *, plain: bool) -> None:
        """Add a call; one that is not in its turn, since threads call at once, tells nothing."""
        if plain is not self._next_is_plain:
            return
        (self.plain_s if plain else self.candidate_s).append(seconds)
        is_whole = len(self.plain_s) == len(self.candidate_s)
        self._next_is_plain = self._draw() if is_whole else not plain

    @property
    def is_decided(self) -> bool:
        """Whether there are enough, or too many are lost already."""
        return self._count >= PAIRS or self._count - self._won > PAIRS - WON

    @property
    def is_won(self) -> bool:
        """Whether so many are won that it is no chance."""
        return self._count >= PAIRS and self._won >= WON

    @property
    def gain(self) -> float:
        """How many times faster the candidate is, by the medians of the pairs."""
        count = self._count
        return median(self.plain_s[:count]) / max(median(self.candidate_s[:count]), 1e-9)

    @property
    def _count(self) -> int:
        return min(len(self.plain_s), len(self.candidate_s))

    @property
    def _won(self) -> int:
        return sum(map(float.__gt__, self.plain_s, self.candidate_s))

    def _draw(self) -> bool:
        return self._chance() < 0.5
