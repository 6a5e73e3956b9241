"""Which threads are in the middle of preparing something for a call.

A signal handler or a finalizer may call a decorated function right there. It finds modules half
imported and locks that its own thread holds, so its call runs the original.
"""

from __future__ import annotations

import os
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_threads: set[int] = set()
_cut_short = False


class Inside:
    """A block in which `is_inside` is true in this thread; made anew for each entry."""

    __slots__ = ("_is_outermost",)

    def __enter__(self) -> None:
        self._is_outermost = get_ident() not in _threads
        _threads.add(get_ident())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        global _cut_short
        if self._is_outermost:
            _threads.discard(get_ident())
        if kind is not None:
            _cut_short = True


def is_inside() -> bool:
    """Whether this thread is preparing something."""
    return get_ident() in _threads


def was_cut_short() -> bool:
    """Whether an exception, such as Ctrl-C, has ended it; libraries may be half imported then."""
    return _cut_short


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _threads.intersection_update({get_ident()}))
