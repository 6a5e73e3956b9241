"""What a decorated name is bound to: counts and times each call, and seldom asks for more.

The counters live in the cells of the closure. CPython switches threads only at a call, a backward
jump or the start of a function, so statements that have none of these update them exactly; that
costs no lock and no look-up of the thread. Without a GIL every call takes the slow way.
"""

from __future__ import annotations

import sys
from functools import partial
from time import perf_counter
from types import MethodType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NEVER = float("inf")
# A call that takes so long is no loss to look at.
LONG_S = 0.005
GENERATOR, COROUTINE, AWAITABLE_GENERATOR, ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200


class Handle:
    """The way into a wrapper's cells.

    Parameters
    ----------
    take : callable
        ``take() -> (calls, seconds, errors, shortest, longest)`` since the last time.
    send : callable
        ``send(call)``: what the calls that nobody looks at go to.
    show : callable
        ``show(look)``: whom calls are handed over to from now on.
    look_after : callable
        ``look_after(n)``: hand the call after the next ``n`` over; 0 hands every call over.
    keep : callable
        ``keep(note)``: what is told the seconds of each call from now on, or None.
    """

    __slots__ = ("keep", "look_after", "send", "show", "take")

    def __init__(self, take: Any, send: Any, show: Any, look_after: Any, keep: Any) -> None:
        self.take: Callable[[], tuple[int, float, int, float, float]] = take
        self.send: Callable[[Callable[..., Any]], None] = send
        self.show: Callable[[Callable[..., Any]], None] = show
        self.look_after: Callable[[int], None] = look_after
        self.keep: Callable[[Callable[[float], None] | None], None] = keep


def is_deferred(function: Any) -> bool:
    """Whether its calls go on after they have returned, as those of the next three do."""
    return bool(_flags(function) & (GENERATOR | COROUTINE | ASYNC_GENERATOR))


def is_async(function: Any) -> bool:
    """Whether calling it makes a coroutine; partials and methods are looked through."""
    return bool(_flags(function) & COROUTINE)


def is_generator(function: Any) -> bool:
    """Whether calling it makes a generator."""
    return _flags(function) & (GENERATOR | AWAITABLE_GENERATOR) == GENERATOR


def is_async_generator(function: Any) -> bool:
    """Whether calling it makes an asynchronous generator."""
    return bool(_flags(function) & ASYNC_GENERATOR)


def _flags(function: Any) -> int:
    # An attribute of another object's that is called `func` tells nothing of what calling it does.
    while isinstance(function, (MethodType, partial)):
        function = function.__func__ if isinstance(function, MethodType) else function.func
    code = getattr(function, "__code__", None)
    if code is None:
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)  # noqa: B004
    return 0 if code is None else int(code.co_flags)


def counts_by_itself() -> bool:
    """Whether this interpreter has a GIL, which makes a wrapper's own counts exact."""
    has_gil = getattr(sys, "_is_gil_enabled", None)
    return has_gil is None or bool(has_gil())


def wrap(call: Callable[..., Any], look: Callable[..., Any]) -> tuple[Any, Handle]:
    """Make a wrapper that hands over its first call, and one after a call longer than all before.

    Parameters
    ----------
    call : callable
        What runs.
    look : callable
        ``look(args, kwargs)`` runs a call in place of the wrapper, which then counts nothing.
    """
    clock = perf_counter
    note: Callable[[float], None] | None = None
    calls, errors, due = 0, 0, 0
    total, low, high = 0.0, NEVER, 0.0

    def optimized(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls, errors, total, low, high, due
        if calls >= due:
            return look(args, kwargs)
        started = clock()
        try:
            return call(*args, **kwargs)
        except BaseException:
            errors += 1
            raise
        finally:
            spent = clock() - started
            calls += 1
            total += spent
            if spent < low:
                low = spent
            if spent > high:
                high = spent
                # How many may pass was told by shorter ones.
                if spent > LONG_S:
                    due = calls
            if note is not None:
                note(spent)

    def take() -> tuple[int, float, int, float, float]:
        nonlocal calls, errors, total, low, high, due
        due -= calls
        taken = (calls, total, errors, low, high)
        calls, errors, total, low, high = 0, 0, 0.0, NEVER, 0.0
        return taken

    def send(other: Callable[..., Any]) -> None:
        nonlocal call
        call = other

    def show(other: Callable[..., Any]) -> None:
        nonlocal look
        look = other

    def look_after(count: int) -> None:
        nonlocal due
        due = calls + count if count else 0

    def keep(other: Callable[[float], None] | None) -> None:
        nonlocal note
        note = other

    return optimized, Handle(take, send, show, look_after, keep)
