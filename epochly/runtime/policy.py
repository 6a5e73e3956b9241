"""Which way the calls of one function go."""

from __future__ import annotations

from _thread import RLock
from time import perf_counter

from epochly.errors import EpochlyError
from epochly.runtime.inside import Inside, is_inside
from epochly.runtime.names import name_of
from epochly.runtime.way import ENDING, TRACED, Way, is_ending, is_traced
from epochly.runtime.wrapper import is_async, is_async_generator, is_generator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from epochly.backend import Backend
    from epochly.runtime.standing import Standing

    class Policy(Protocol):
        """Decides for one function; asked at the first call and at those that are looked at.

        ``interval`` is how many calls may pass before it is asked again; 0 asks at every call.
        """

        @property
        def interval(self) -> int:
            """How many calls may pass before it is asked again."""
            ...

        def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
            """The way for a call with these arguments."""
            ...

        @property
        def requested(self) -> int | None:
            """The level asked for; None leaves the choice to the policy."""
            ...

        @property
        def falls_back(self) -> bool:
            """Whether calls of the original are against what was asked for."""
            ...

        @property
        def way(self) -> Way:
            """The way that calls take as far as is known."""
            ...

        def ways(self) -> tuple[Way, ...]:
            """Every way that calls have taken."""
            ...

        def forget(self) -> None:
            """Drop what does not outlive a fork."""
            ...

        def standings(self) -> tuple[Standing, ...]:
            """Where each kind of arguments stands; empty where kinds are not told apart."""
            ...


ASYNC = "it is asynchronous; overlap its waiting with asyncio.gather"
GENERATOR = "it is a generator; put the work of a step into a function and decorate that"
SELDOM = 1 << 40
MOST_KINDS = 8


class FixedPolicy:
    """One level, prepared at the first call; the original where that cannot be.

    Parameters
    ----------
    original : callable
    level : int
    backend : str or None
        One backend of the level by name; None tries them all.
    strict : bool
        Raise where the level cannot be applied.
    """

    falls_back = True

    def __init__(
        self,
        original: Callable[..., Any],
        level: int,
        backend: str | None = None,
        strict: bool = False,
    ) -> None:
        self.original = original
        self.level = level
        self.backend = backend
        self.strict = strict
        self.interval = 0
        self._plain = Way(original)
        self._prepared: Way | None = None
        self._refused: set[Any] = set()
        self._lock = RLock()
        self._preparing = False
        if level == 0 and backend is None:
            self._prepared, self.interval = self._plain, SELDOM

    @property
    def requested(self) -> int:
        """The level asked for."""
        return self.level

    @property
    def way(self) -> Way:
        """What was prepared, else the original."""
        return self._prepared or self._plain

    def ways(self) -> tuple[Way, ...]:
        """The original, and what was prepared."""
        if self._prepared is None or self._prepared is self._plain:
            return (self._plain,)
        return self._plain, self._prepared

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """Prepare at the first call, and again for kinds of arguments that were not refused.

        Raises
        ------
        EpochlyError
            With ``strict``, when the level cannot be applied.
        """
        if self._prepared is not None:
            return self._prepared
        if is_inside():
            return self._plain
        if is_traced() or is_ending():
            self._plain.reason = TRACED if is_traced() else ENDING
            return self._plain
        kind = _kind_of(args, kwargs)
        if kind in self._refused:
            return self._refuse() if self.strict else self._plain
        with self._lock:
            if self._prepared is not None:
                return self._prepared
            if self._preparing or (kind in self._refused and not self.strict):
                return self._plain
            self._preparing = True
            try:
                with Inside():
                    return self._prepare(kind, args, kwargs)
            finally:
                self._preparing = False

    def standings(self) -> tuple[Standing, ...]:
        """None: one level is for all kinds of arguments."""
        return ()

    def forget(self) -> None:
        """Prepare anew at the next call: in a forked child pools have lost their threads."""
        self._lock, self._preparing = RLock(), False
        if self._prepared is not None and self._prepared is not self._plain:
            self._prepared, self.interval = None, 0

    def _prepare(self, kind: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        from epochly.backend import Unavailable
        from epochly.call import Arguments, Refused
        from epochly.code.forwarding import forwarded_by
        from epochly.code.function import function_of
        from epochly.interrupted import let_through

        backends = self._backends()
        function = function_of(self.original)
        forwarded = None if function.plain is None else forwarded_by(function.plain)
        if forwarded is not None:
            function = function_of(forwarded.target)
        if self.level in (1, 3):
            function = function.trusted()
        reason = unsuited(self.original)
        for backend in backends if reason is None else ():
            state = backend.availability()
            if isinstance(state, Unavailable):
                reason = reason or f"{backend.name}: {state.reason}; {state.remedy}"
                continue
            started = perf_counter()
            try:
                answer = backend.prepare(function, Arguments(args, kwargs))
            except Exception as error:  # noqa: BLE001 - a backend's defect must not stop the program
                let_through(error)
                reason = f"{backend.name}: preparing failed: {type(error).__name__}: {error}"
                continue
            if not isinstance(answer, Refused):
                seconds = perf_counter() - started
                self._prepared = Way(self.original, answer, seconds, forwarded)
                self.interval = SELDOM
                return self._prepared
            line = f" (line {answer.line})" if answer.line else ""
            reason = f"{backend.name}: {answer.reason}{line}; {answer.remedy}".removesuffix("; ")
        said = bool(self._refused)
        self._refused.add(kind)
        if len(self._refused) >= MOST_KINDS:
            self.interval = SELDOM
            self._prepared = self._plain
        self._plain.reason = reason or f"no backend of level {self.level} is installed"
        # Other kinds of arguments are met at the calls that are looked at for other reasons.
        self.interval = 0 if self.strict else SELDOM
        if not self.strict and not said:
            import logging

            logging.getLogger("epochly").warning(
                "%s runs plainly, not at level %s: %s",
                name_of(self.original),
                self.level,
                self._plain.reason,
            )
        return self._refuse() if self.strict else self._plain

    def _refuse(self) -> Way:
        name = name_of(self.original)
        raise EpochlyError(
            f"level {self.level} cannot be applied to {name}: {self._plain.reason}",
            remedy="leave out strict=True to run the original instead",
        )

    def _backends(self) -> tuple[Backend, ...]:
        from epochly.levels import Level
        from epochly.registry import backends_of, get_backend

        if self.backend is None:
            return backends_of(Level(self.level))
        return (get_backend(self.backend),)


class ObservingPolicy:
    """Level 0 for every call, for want of a level.

    Parameters
    ----------
    original : callable
    reason : str or None
        Why no other level is applied.
    """

    interval = SELDOM
    requested = None
    falls_back = True

    def __init__(self, original: Callable[..., Any], reason: str | None = None) -> None:
        self.way = Way(original)
        self.way.reason = reason

    def ways(self) -> tuple[Way, ...]:
        """The original."""
        return (self.way,)

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """The original."""
        return self.way

    def standings(self) -> tuple[Standing, ...]:
        """None: level 0 is for all kinds of arguments."""
        return ()

    def forget(self) -> None:
        """Nothing was prepared."""


def unsuited(original: Callable[..., Any]) -> str | None:
    """Why no level but 0 takes this kind of function; None where one may."""
    if is_async(original):
        return ASYNC
    if is_generator(original) or is_async_generator(original):
        return GENERATOR
    return None


def _kind_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return tuple(map(_kind, args)), tuple((name, _kind(value)) for name, value in kwargs.items())


def _kind(value: Any) -> Any:
    if type(value).__module__ != "numpy":
        return type(value)
    return type(value), str(getattr(value, "dtype", None)), getattr(value, "ndim", None)
