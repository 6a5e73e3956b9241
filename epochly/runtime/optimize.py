"""The decorator that applies a level."""

from __future__ import annotations

import os
from types import FunctionType

from epochly.code.mark import original_of
from epochly.runtime.decorated import STATE, decorated
from epochly.runtime.switch import is_off

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar, overload

    from epochly.runtime.dispatcher import Dispatcher

    P = ParamSpec("P")
    R = TypeVar("R")

    @overload
    def optimize(func: Callable[P, R], /) -> Callable[P, R]: ...

    @overload
    def optimize(
        *,
        level: int | None = None,
        backend: str | None = None,
        strict: bool = False,
        watch: float | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...

    def optimize(
        func: Any = None,
        /,
        *,
        level: int | None = None,
        backend: str | None = None,
        strict: bool = False,
        watch: float | None = None,
    ) -> Any: ...

else:
    # Importing `typing` for the overloads would cost as much as all the rest.
    def optimize(
        func: Callable[..., Any] | None = None,
        /,
        *,
        level: int | None = None,
        backend: str | None = None,
        strict: bool = False,
        watch: float | None = None,
    ) -> Any:
        """Run a function at a level, and count and time its calls.

        Parameters
        ----------
        func : callable, optional
            The function, when the decorator is used without parentheses. Static and class
            methods may stand on either side of the decorator. Of one that is decorated
            already, the original is decorated anew.
        level : int, optional
            0 to 4. ``level=1`` and ``level=3`` are the caller's word that unknown and writing
            calls of one item do not depend on those of another. Without a level it is that of
            the backend, else that of ``EPOCHLY_LEVEL`` or `configure`; else it is chosen while
            the program runs, and used once a real call gave what the original gave, in less time.
        backend : str, optional
            One backend of the level, by name.
        strict : bool
            Raise at the first call when the level cannot be applied; otherwise the original
            runs, which is logged once and shown by `explain` and `get_metrics`.
        watch : float, optional
            Where the level is chosen automatically, the largest share of time, 0 to 1, that
            checking it against the original may take; 0 never checks again. Without it,
            ``EPOCHLY_WATCH``, else 0.01.

        Returns
        -------
        callable
            The decorated function, or a decorator. With ``EPOCHLY_DISABLE=1`` it is the original.

        Raises
        ------
        UsageError
            When the level is none of 0 to 4, no backend has that name or it is of another level,
            or what is decorated is no function.
        EpochlyError
            When the backend cannot be loaded.
        """
        decorate = _decorator(level, backend, strict, watch)
        return decorate if func is None else decorate(func)


def _decorator(
    level: int | None, backend: str | None, strict: bool, watch: float | None
) -> Callable[[Callable[..., Any]], Any]:
    # Whoever turns the library off need not put the other variables in order first.
    off = is_off()
    if not off and level is None and backend is None and "EPOCHLY_LEVEL" in os.environ:
        from epochly.runtime.settings import settings

        level = settings().level
    elif level is not None and not (type(level) is int and 0 <= level <= 4):
        from epochly.runtime.levels import checked_level

        level = checked_level(level)

    if backend is not None:
        from epochly.runtime.levels import level_of

        level = level_of(backend, level)
    # A value that cannot be used is told here, not in the middle of the program.
    if not off and "EPOCHLY_MAX_WORKERS" in os.environ:
        from epochly.runtime.settings import settings

        settings()
    if watch is not None or (level is None and "EPOCHLY_WATCH" in os.environ):
        from epochly.runtime.settings import checked_share, watched_share

        watch = None if watch is None else checked_share(watch)
        if not off:
            watched_share()

    def make(original: Callable[..., Any]) -> Dispatcher:
        from epochly.runtime.dispatcher import Dispatcher
        from epochly.runtime.policy import FixedPolicy

        if level is None:
            from epochly.runtime.undecided import Undecided

            return Dispatcher(original, Undecided(original, watch))
        return Dispatcher(original, FixedPolicy(original, level, backend, strict))

    def decorate(original: Any) -> Any:
        if off or is_off():
            return original
        if isinstance(original, (staticmethod, classmethod)):
            return type(original)(decorate(original.__func__))
        if isinstance(original, type) or not callable(original):
            from epochly.errors import UsageError

            remedy = "put it on a function or method; a @property goes above it"
            if isinstance(original, int):
                remedy = f"to ask for a level, write optimize(level={int(original)})"
            raise UsageError(f"optimize cannot decorate {original!r}", remedy=remedy)
        if isinstance(original, FunctionType) and STATE in vars(original):
            original = _undecorated(original)
        return decorated(original, make, young=level is None)

    return decorate


def _undecorated(function: FunctionType) -> Any:
    """What is behind it, since a call runs at one level and counts once."""
    original = original_of(function)
    if original is not function:
        import logging

        from epochly.runtime.names import name_of

        logging.getLogger("epochly").info(
            "%s is decorated again: what its inner decorator asks for does not hold above it",
            name_of(function),
        )
    return original
