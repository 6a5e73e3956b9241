"""One way to run a function: as it is, or as a backend prepared it."""

from __future__ import annotations

import sys
from _thread import get_ident
from collections import Counter
from contextvars import ContextVar
from functools import partial

from epochly.forks import ProcessLock
from epochly.runtime.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from epochly.backend import Prepared
    from epochly.call import Realized
    from epochly.code.forwarding import Forwarded

MOST_REASONS = 16
TRACED = "a debugger, tracer or coverage is watching"
ENDING = "the program is ending"
NESTED = "it was called from within an item that already runs side by side"
_PARALLEL_LEVELS = (1, 3)
HAS_MONITORING = sys.version_info >= (3, 12)
DEBUGGER, COVERAGE = 0, 1
_lock = ProcessLock()
# The thread that runs a function at a parallel level; its items carry the value to other threads.
_mapping_in: ContextVar[int | None] = ContextVar("epochly_mapping_in", default=None)


class Way:
    """What runs when a call is sent this way, and the tally of those calls.

    ``reason`` is why the original runs although a level was asked for.

    Parameters
    ----------
    original : callable
    prepared : Prepared, optional
        What a backend made of it; without, this is level 0.
    seconds : float
        Seconds that preparing took.
    forwarded : Forwarded, optional
        What the original only hands its arguments on to, where that was prepared instead.
    """

    __slots__ = (
        "call",
        "fallbacks",
        "level",
        "original",
        "prepared",
        "reason",
        "seconds",
        "started_s",
        "tally",
    )

    def __init__(
        self,
        original: Callable[..., Any],
        prepared: Prepared | None = None,
        seconds: float = 0.0,
        forwarded: Forwarded | None = None,
    ) -> None:
        self.original = original
        self.prepared = prepared
        self.seconds = seconds
        self.reason: str | None = None
        self.tally = Tally()
        self.fallbacks: Counter[str] = Counter()
        self.started_s = 0.0
        self.level = 0
        self.call = original
        if prepared is not None:
            self.level = int(prepared.realized.level)
            self.started_s = prepared.stats().get("compile_s", 0.0)
            self.call = _guarded(self, prepared, original)
            if forwarded is not None:
                self.call = _following(self, self.call, original, forwarded)
            if self.level in _PARALLEL_LEVELS:
                self.call = _alone(self, self.call, original)
            self.call = _Sent(self.call)
            self.call.way = self

    @property
    def realized(self) -> tuple[int, str]:
        """Level and backend that really ran."""
        if self.prepared is None:
            return 0, "monitor"
        realized = self.prepared.realized
        return int(realized.level), realized.backend

    @property
    def in_vain(self) -> bool:
        """Whether every call so far ran the original after all."""
        return 0 < self.tally.calls <= self.fallbacks.total()

    @property
    def compile_s(self) -> float:
        """Seconds of preparing, and of compiling for further kinds of arguments later on."""
        if self.prepared is None:
            return self.seconds
        return self.seconds + self.prepared.stats().get("compile_s", 0.0) - self.started_s

    def fall_back(self, reason: str) -> None:
        """Count a call that ran the original instead."""
        with _lock:
            if reason not in self.fallbacks and len(self.fallbacks) >= MOST_REASONS:
                reason = "other reasons"
            self.fallbacks[reason] += 1
            first = self.fallbacks[reason] == 1
        if first:
            import logging

            from epochly.runtime.names import name_of

            logging.getLogger("epochly").info("%s ran plainly: %s", name_of(self.original), reason)


class _Sent(partial):  # type: ignore[type-arg]
    """A way's call, which is prepared anew where cloudpickle takes a copy of its wrapper.

    A partial, since calling one costs no frame.
    """

    way: Way

    def __reduce__(self) -> Any:
        return _at_level, (self.way.original, *self.way.realized)


def _at_level(original: Callable[..., Any], level: int, backend: str) -> Any:
    from epochly.runtime.optimize import optimize

    return optimize(level=level, backend=backend)(original)


def _is_monitored() -> bool:
    """Whether a debugger or coverage uses the interface that Python 3.12 brought."""
    get_tool: Any = vars(sys)["monitoring"].get_tool
    return get_tool(DEBUGGER) is not None or get_tool(COVERAGE) is not None


def is_traced() -> bool:
    """Whether something watches this thread line by line, so that the original must run."""
    return sys.gettrace() is not None or (HAS_MONITORING and _is_monitored())


def is_ending() -> bool:
    """Whether the main thread is at its end: from then on no pool can be made, or takes work."""
    threading = sys.modules.get("threading")
    return threading is not None and getattr(threading, "_SHUTTING_DOWN", False)


def _guarded(way: Way, prepared: Prepared, original: Callable[..., Any]) -> Callable[..., Any]:
    from epochly.errors import Deoptimize

    run, trace, monitored = prepared.__call__, sys.gettrace, HAS_MONITORING

    def guarded(*args: Any, **kwargs: Any) -> Any:
        if trace() is not None or (monitored and _is_monitored()):
            way.fall_back(TRACED)
            return original(*args, **kwargs)
        try:
            return run(*args, **kwargs)
        except Deoptimize as gave_up:
            way.fall_back(gave_up.what)
        return original(*args, **kwargs)

    return guarded


def _following(
    way: Way, call: Callable[..., Any], original: Callable[..., Any], forwarded: Forwarded
) -> Callable[..., Any]:
    """Run what was prepared only while the original hands on to it."""

    def following(*args: Any, **kwargs: Any) -> Any:
        if forwarded.holds(kwargs):
            return call(*args, **kwargs)
        way.fall_back(f"this call does not go to {forwarded.name} as it was prepared")
        return original(*args, **kwargs)

    return following


def is_nested() -> bool:
    """Whether this thread runs an item of a function that runs its items side by side."""
    outer = _mapping_in.get()
    return outer is not None and outer != get_ident()


def side_by_side(call: Callable[..., Any]) -> Callable[..., Any]:
    """A call whose items know that they are run side by side."""

    def marked(*args: Any, **kwargs: Any) -> Any:
        token = _mapping_in.set(get_ident())
        try:
            return call(*args, **kwargs)
        finally:
            _mapping_in.reset(token)

    return marked


class SideBySide:
    """A prepared function whose items know that they are run side by side.

    At the end of the program, where no thread can be started, it gives up.

    Parameters
    ----------
    prepared : Prepared
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._call = side_by_side(prepared)
        self.stats, self.close = prepared.stats, prepared.close

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if is_ending():
            from epochly.errors import Deoptimize

            raise Deoptimize(ENDING)
        return self._call(*args, **kwargs)

    @property
    def realized(self) -> Realized:
        """Of the prepared function."""
        return self._prepared.realized


def _alone(way: Way, call: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Let no item that runs in a pool start, and wait for, items of its own; nor any at the end."""
    marked = side_by_side(call)
    why_in_turn = getattr(way.prepared, "why_in_turn", None)

    def alone(*args: Any, **kwargs: Any) -> Any:
        if is_nested() or is_ending():
            way.fall_back(ENDING if is_ending() else NESTED)
            return original(*args, **kwargs)
        value = marked(*args, **kwargs)
        why = None if why_in_turn is None else why_in_turn()
        if why is not None:
            way.fall_back(why)
        return value

    return alone
