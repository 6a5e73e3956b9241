"""Levels, and backends that have one, as a caller gives them."""

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


def level_of(backend: str, level: int | None) -> int | None:
    """The level of a backend, which has to be the one asked for, where one is.

    The backend is loaded to tell, except with ``EPOCHLY_DISABLE=1``.

    Raises
    ------
    UsageError
        When there is no such backend, or it is of another level.
    EpochlyError
        When it cannot be loaded.
    """
    from epochly.registry import get_backend, registered
    from epochly.runtime.switch import is_off

    registered(backend)
    if is_off():
        return level
    own = int(get_backend(backend).level)
    if level not in (None, own):
        from epochly.errors import UsageError

        raise UsageError(
            f"the backend {backend!r} is of level {own}, not {level}",
            remedy=f"give level={own}, or leave out the level",
        )
    return own
