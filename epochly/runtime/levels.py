"""Levels as a caller gives them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def checked_level(level: Any) -> int:
    """A level as a plain number.

    Raises
    ------
    UsageError
        When it is none of 0 to 4.
    """
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 4:
        from epochly.errors import UsageError

        raise UsageError(f"{level!r} is not a level", remedy="give a level from 0 to 4")
    return int(level)
