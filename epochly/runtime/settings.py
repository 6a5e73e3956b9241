"""Settings of this process and its children, which live in environment variables."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from epochly.errors import UsageError
from epochly.runtime.places import default_cache

WATCH = 0.01
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Settings:
    """What `configure` has set, or the environment.

    Parameters
    ----------
    level : int or None
        Level of functions that are decorated without one (``EPOCHLY_LEVEL``); None leaves the
        choice to each function.
    max_workers : int or None
        No more than so many cores (``EPOCHLY_MAX_WORKERS``); None is what affinity and the CPU
        quota allow.
    watch : float
        The largest share of time, 0 to 1, that checking committed functions against their
        originals may take (``EPOCHLY_WATCH``).
    cache : str
        Folder for what is kept between processes (``EPOCHLY_CACHE_DIR``).
    """

    level: int | None
    max_workers: int | None
    watch: float
    cache: str


def settings() -> Settings:
    """The settings as they are now; a variable that is empty counts as not set.

    Raises
    ------
    UsageError
        When a variable holds what it cannot.
    """
    return Settings(
        level=_read("EPOCHLY_LEVEL", _level, None),
        max_workers=_read("EPOCHLY_MAX_WORKERS", _workers, None),
        watch=watched_share(),
        cache=_read("EPOCHLY_CACHE_DIR", _folder, default_cache()),
    )


def configure(
    *,
    level: int | Literal["default"] | None = None,
    max_workers: int | Literal["default"] | None = None,
    watch: float | Literal["default"] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> Settings:
    """Change settings, for this process and those it starts; None leaves one as it is.

    ``"default"`` takes one back, whether it was set here or in the environment.

    Parameters
    ----------
    level : int or "default", optional
        Level of functions decorated from now on without one; by default it is chosen.
    max_workers : int or "default", optional
        No more than so many cores, 1 or more.
    watch : float or "default", optional
        Largest share of time for checking committed functions, 0 to 1.
    cache : path or "default", optional
        Folder for what is kept between processes; one of that name is ``"./default"``.

    Returns
    -------
    Settings
        All settings as they are then.

    Raises
    ------
    UsageError
        When a value is none that can be set; nothing is changed then.
    """
    # Text is for the environment: `optimize` takes a number alone, too.
    level = level if level in (None, DEFAULT) else _number(level)
    given = {
        "EPOCHLY_LEVEL": ("level", level, _level),
        "EPOCHLY_MAX_WORKERS": ("max_workers", max_workers, _workers),
        "EPOCHLY_WATCH": ("watch", watch, _share),
        "EPOCHLY_CACHE_DIR": ("cache", None if cache is None else _path(cache), _folder),
    }
    changes = {
        variable: _checked(name, str(value), check)
        for variable, (name, value, check) in given.items()
        if value not in (None, DEFAULT)
    }
    for variable, (_, value, _) in given.items():
        if value == DEFAULT:
            os.environ.pop(variable, None)
    os.environ.update({name: str(value) for name, value in changes.items()})
    return settings()


def watched_share() -> float:
    """The share of time for checks that ``EPOCHLY_WATCH`` allows.

    Raises
    ------
    UsageError
        When it holds no share.
    """
    share: float = _read("EPOCHLY_WATCH", _share, WATCH)
    return share


def checked_share(share: float) -> float:
    """A share of time given in the program.

    Raises
    ------
    UsageError
        When it is not from 0 to 1.
    """
    return float(_checked("watch", str(share), _share))


def _read(name: str, check: Callable[[str], Any], default: Any) -> Any:
    text = os.environ.get(name)
    return _checked(name, text, check) if text else default


def _checked(name: str, text: str, check: Callable[[str], Any]) -> Any:
    try:
        return check(text)
    except ValueError as error:
        raise UsageError(f"{name}={text!r} cannot be used", remedy=str(error)) from None


def _number(level: Any) -> int:
    if isinstance(level, bool) or not isinstance(level, int):
        remedy = f"give a level from 0 to 4, or {DEFAULT!r}"
        raise UsageError(f"level={level!r} cannot be used", remedy=remedy)
    return int(level)


def _path(cache: Any) -> str:
    try:
        return os.fsdecode(cache)
    except TypeError:
        raise UsageError(f"cache={cache!r} cannot be used", remedy="give a folder") from None


def _level(text: str) -> int:
    if text not in {"0", "1", "2", "3", "4"}:
        raise ValueError("give a level from 0 to 4")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("give a number of workers, 1 or more")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise ValueError("give a share of time from 0 to 1, such as 0.01")
    return share


def _folder(text: str) -> str:
    if not text or (Path(text).exists() and not Path(text).is_dir()):
        raise ValueError("give a folder; it is made when it is needed")
    return str(Path(text).expanduser().absolute())
