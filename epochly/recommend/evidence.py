"""What was measured, as the search for mistakes asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epochly.levels import Level
from epochly.model import LevelRow, Profile
from epochly.recommend.facts import Facts
from epochly.recommend.worth import waits


@dataclass(frozen=True, slots=True)
class Room:
    """What there is to hold copies of the data.

    Parameters
    ----------
    memory_bytes : int
        Most that the processes of one level may hold.
    cores : int
        Workers of level 3.
    card_bytes : int or None
        Free memory of the card; None without one.
    """

    memory_bytes: int
    cores: int
    card_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows, source and arguments, profile and room of one workload.

    Parameters
    ----------
    rows : tuple of LevelRow
        Level 0's among them.
    facts : Facts
    profile : Profile or None
        Of one plain call.
    room : Room
    """

    rows: tuple[LevelRow, ...]
    facts: Facts
    profile: Profile | None
    room: Room

    @property
    def base(self) -> LevelRow | None:
        """Level 0's row."""
        return next((row for row in self.rows if row.level is Level.MONITOR), None)

    @property
    def call_s(self) -> float | None:
        """Seconds of a plain call."""
        return None if self.base is None else self.base.median_s

    @property
    def waits(self) -> bool:
        """Whether a plain call waits most of its time."""
        return waits(self.facts, self.profile)

    def of(self, level: Level) -> Sequence[LevelRow]:
        """The rows of a level."""
        return [row for row in self.rows if row.level is level]

    def asked(self, level: Level) -> bool:
        """Whether the function's own decorator asks for a level."""
        return self.facts.request is not None and self.facts.request.level == int(level)

    def lost(self, level: Level, bar: float) -> LevelRow | None:
        """The best measured row of a level, when its interval stays below a speedup."""
        ran = [
            row
            for row in self.of(level)
            if row.status == "measured" and row.realized is not None and row.realized.level is level
        ]
        best = max(ran, key=lambda row: row.speedup or 0.0, default=None)
        if best is None or best.speedup_high is None or best.speedup_high >= bar:
            return None
        return best

    def won(self, level: Level) -> LevelRow | None:
        """A row of a level that is faster than level 0."""
        gains = (
            row
            for row in self.of(level)
            if row.status == "measured" and (row.speedup_low or 0.0) > 1.0
        )
        return next(gains, None)

    def chosen_badly(self, level: Level, bar: float) -> bool:
        """Whether a level lost, or is asked for and did not win."""
        if self.lost(level, bar) is not None:
            return True
        return self.asked(level) and self.won(level) is None

    def line(self, level: Level, otherwise: int | None) -> int | None:
        """The line of the decorator that asks for a level, or another."""
        request = self.facts.request
        return request.line if request is not None and self.asked(level) else otherwise

    def share(self, line: int) -> float:
        """Share, 0 to 1, of the profile's samples in a line."""
        lines = () if self.profile is None else self.profile.hot_lines
        return sum(hot.share for hot in lines if hot.line == line)
