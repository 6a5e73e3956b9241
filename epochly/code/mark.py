"""The mark by which our own decorator is told from every other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FunctionType
    from typing import Any

ORIGINAL = "__epochly_original__"


def mark(function: Any, original: Any, code: CodeType) -> None:
    """Say that a function, when it has this code, stands in the place of another.

    `functools.wraps` copies the mark to other wrappers, which do more than that.
    """
    vars(function)[ORIGINAL] = (code, original)


def unmark(function: FunctionType, original: Any) -> None:
    """Take back a `mark`, unless another has replaced it."""
    if vars(function).get(ORIGINAL, (None, None))[1] is original:
        del vars(function)[ORIGINAL]


def original_of(function: FunctionType) -> Any:
    """What a function stands in the place of; itself where it is not marked."""
    code, original = vars(function).get(ORIGINAL, (None, None))
    return original if code is function.__code__ else function
