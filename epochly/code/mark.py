"""The mark by which our own decorator is told from every other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

ORIGINAL = "__epochly_original__"


def mark(function: Any, original: Any) -> None:
    """Say that a function stands in the place of another.

    The mark names the function's code: `functools.wraps` copies it to other wrappers, which do
    more than stand in the place of the original.
    """
    vars(function)[ORIGINAL] = (function.__code__, original)


def unmark(function: FunctionType, original: Any) -> None:
    """Take back a `mark`, unless another has replaced it."""
    if vars(function).get(ORIGINAL, (None, None))[1] is original:
        del vars(function)[ORIGINAL]


def original_of(function: FunctionType) -> Any:
    """What a function stands in the place of; itself where it is not marked."""
    code, original = vars(function).get(ORIGINAL, (None, None))
    return original if code is function.__code__ else function
