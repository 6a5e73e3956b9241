"""The five levels and what each of them is for."""

from __future__ import annotations

import enum


class Level(enum.IntEnum):
    """How a function is run; a higher number spends more hardware, not necessarily less time."""

    MONITOR = 0
    THREADS = 1
    COMPILE = 2
    CORES = 3
    GPU = 4

    @property
    def purpose(self) -> str:
        """What the level is for, in one phrase."""
        return _PURPOSE[self]


# Levels that run the items of a loop side by side, on as many cores as there are.
SPREADING = (Level.THREADS, Level.CORES)
_PURPOSE = {
    Level.MONITOR: "run it as it is, and measure",
    Level.THREADS: "overlap its waiting with threads",
    Level.COMPILE: "compile it",
    Level.CORES: "spread it over CPU cores",
    Level.GPU: "run it on an NVIDIA GPU",
}


def parse_levels(text: str, option: str = "--levels") -> tuple[Level, ...]:
    """Read a selection such as ``0-4``, ``0,2`` or ``1-2,4``.

    Parameters
    ----------
    text : str
        Comma-separated levels and ascending ranges.
    option : str
        What it was given to, for the message.

    Returns
    -------
    tuple of Level
        Ascending, without repetition.

    Raises
    ------
    UsageError
        When a part is not a level from 0 to 4 or a range runs backwards.
    """
    from epochly.errors import UsageError

    remedy = f"give levels from 0 to 4, as in {option} 0-4 or {option} 0,2"
    chosen: set[Level] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        ends = (first, last if dash else first)
        if not all(end.strip() in {"0", "1", "2", "3", "4"} for end in ends):
            raise UsageError(f"{part.strip()!r} is not a level", remedy=remedy)
        low, high = (int(end) for end in ends)
        if low > high:
            raise UsageError(f"the range {part.strip()!r} runs backwards", remedy=remedy)
        chosen.update(Level(number) for number in range(low, high + 1))
    return tuple(sorted(chosen))
