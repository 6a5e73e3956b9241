"""The first difference of two outcomes: its path, and words that no user's code can break."""

from __future__ import annotations

from typing import Any, NoReturn

SHOWN = 60
_LONGEST_TEXT = 1000


class DifferenceError(Exception):
    """Carries the path and the sentence of the first difference."""


def differ(path: str, what: str) -> NoReturn:
    """Name a difference.

    Raises
    ------
    DifferenceError
        Always.
    """
    raise DifferenceError(f"{path}: {what}")


def type_name(kind: type) -> str:
    """A type by its module, unless it is built in, and its qualified name."""
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def short(value: Any) -> str:
    """A value in at most `SHOWN` characters, whatever its ``__repr__`` does."""
    if isinstance(value, (str, bytes, bytearray)) and len(value) > _LONGEST_TEXT:
        value = value[:_LONGEST_TEXT]
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the user's __repr__, or an integer of too many digits
        if type(value) is int:
            text = hex(value)
        else:
            text = f"<{type_name(type(value))} without a repr>"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def instead(one: Any, two: Any) -> str:
    """What stands in the place of what; of long texts, from where they part."""
    words = short(one), short(two)
    if words[0] == words[1] and isinstance(one, (str, bytes, bytearray)):
        pairs = enumerate(zip(one, two, strict=False))
        place = next((at for at, (a, b) in pairs if a != b), min(len(one), len(two)))
        return f"from {place} on {short(two[place:])} instead of {short(one[place:])}"
    return f"{words[1]} instead of {words[0]}"
