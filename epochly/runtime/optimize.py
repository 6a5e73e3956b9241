"""The decorator that applies a level, and the account of what it did."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast, overload

from epochly.errors import Deoptimize, EpochlyError, UsageError
from epochly.levels import Level
from epochly.model import Arguments, Realized, Refused

if TYPE_CHECKING:
    from epochly.backend import Prepared

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger("epochly")

ORIGINAL = "__epochly_original__"
_STATE = "__epochly_state__"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked of a decorated function and what runs.

    Parameters
    ----------
    requested : Level
        The level asked for.
    realized : Realized or None
        What runs; None before the first call.
    reason : str or None
        Why the original runs instead of the level asked for.
    deoptimized : int
        Calls that gave up and ran the original.
    """

    requested: Level
    realized: Realized | None
    reason: str | None
    deoptimized: int


class _Dispatcher:
    """Prepares at the first call, then sends each call to what was prepared."""

    def __init__(
        self, original: Callable[..., Any], level: Level, backend: str | None, strict: bool
    ) -> None:
        self.original = original
        self.level = level
        self.backend = backend
        self.strict = strict
        self.prepared: Prepared | None = None
        self.reason: str | None = None
        self.decided = False
        self.deoptimized = 0

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.decided:
            self._decide(Arguments(args, kwargs))
        if self.prepared is None:
            return self.original(*args, **kwargs)
        try:
            return self.prepared(*args, **kwargs)
        except Deoptimize as gave_up:
            self.deoptimized += 1
            if self.deoptimized == 1:
                logger.info("%s ran plainly: %s", _name(self.original), gave_up.what)
        return self.original(*args, **kwargs)

    def _decide(self, example: Arguments) -> None:
        from epochly.backend import Unavailable
        from epochly.code.function import function_of
        from epochly.registry import backends_of, get_backend

        self.decided = True
        function = function_of(self.original)
        function = function.trusted() if self.level in (Level.THREADS, Level.CORES) else function
        chosen = (get_backend(self.backend),) if self.backend else backends_of(self.level)
        for backend in chosen:
            state = backend.availability()
            if isinstance(state, Unavailable):
                self.reason = self.reason or f"{backend.name}: {state.reason}; {state.remedy}"
                continue
            answer = backend.prepare(function, example)
            if not isinstance(answer, Refused):
                self.prepared, self.reason = answer, None
                return
            line = f" (line {answer.line})" if answer.line else ""
            self.reason = f"{backend.name}: {answer.reason}{line}; {answer.remedy}"
        if self.strict:
            self.decided = False
            raise EpochlyError(
                f"level {self.level:d} cannot be applied to {_name(self.original)}: {self.reason}",
                remedy="leave out strict=True to run the original instead",
            )
        logger.warning(
            "%s runs plainly, not at level %d: %s", _name(self.original), self.level, self.reason
        )


@overload
def optimize(func: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def optimize(
    *, level: int, backend: str | None = None, strict: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def optimize(
    func: Callable[..., Any] | None = None,
    /,
    *,
    level: int | None = None,
    backend: str | None = None,
    strict: bool = False,
) -> Any:
    """Run a function at a level.

    Parameters
    ----------
    func : callable, optional
        The function, when the decorator is used without parentheses.
    level : int
        0 to 4. ``level=1`` and ``level=3`` are the caller's word that unknown and writing calls
        of one item do not depend on those of another.
    backend : str, optional
        One backend of the level, by name.
    strict : bool
        Raise at the first call when the level cannot be applied; otherwise the original runs,
        which is logged once and shown by `explain`.

    Returns
    -------
    callable
        The decorated function, or a decorator.

    Raises
    ------
    UsageError
        When the level is none of 0 to 4, or none is given: `epochly analyze` recommends one.
    """
    if level is None:
        raise UsageError(
            "optimize needs a level",
            remedy="`epochly analyze module:function` recommends one; then @optimize(level=N)",
        )
    if isinstance(level, bool) or level not in tuple(Level):
        raise UsageError(f"{level!r} is not a level", remedy="give a level from 0 to 4")

    def decorate(original: Callable[P, R]) -> Callable[P, R]:
        if os.environ.get("EPOCHLY_DISABLE") == "1":
            return original
        dispatcher = _Dispatcher(original, Level(level), backend, strict)

        @functools.wraps(original)
        def optimized(*args: P.args, **kwargs: P.kwargs) -> R:
            return cast(R, dispatcher.call(args, kwargs))

        setattr(optimized, ORIGINAL, original)
        setattr(optimized, _STATE, dispatcher)
        return optimized

    return decorate if func is None else decorate(func)


def explain(func: Callable[..., Any]) -> Explanation:
    """Say what was asked of a decorated function, what runs, and why.

    Parameters
    ----------
    func : callable
        A function decorated with `optimize`.

    Raises
    ------
    UsageError
        When it is not decorated.
    """
    state = getattr(func, _STATE, None)
    if not isinstance(state, _Dispatcher):
        raise UsageError(
            f"{_name(func)} is not decorated", remedy="decorate it with @epochly.optimize(level=N)"
        )
    realized: Realized | None = None
    if state.prepared is not None:
        realized = state.prepared.realized
    elif state.decided:
        realized = Realized(Level.MONITOR, "monitor")
    return Explanation(state.level, realized, state.reason, state.deoptimized)


def _name(func: Callable[..., Any]) -> str:
    return getattr(func, "__qualname__", repr(func))
