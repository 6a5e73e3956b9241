"""The kind of a call's arguments: types, dtypes and size classes, which decide what pays."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Kind = tuple[Any, ...]
# A program that makes classes as it goes would have all of them kept alive here.
MOST_READERS = 512
_Reader = Callable[[Any], Any]


def kind_of(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Kind:
    """The kind of a call's arguments; hashable, and the same for calls that cost alike.

    Sizes count by powers of two, whole numbers by powers of four, since a number is often how
    many times something is done. Nothing of a user's own classes is executed.

    Returns
    -------
    tuple
        One entry for each argument, keyword arguments in alphabetical order.
    """
    found = [(_READERS.get(type(value)) or _learn(type(value)))(value) for value in args]
    for name in sorted(kwargs):
        value = kwargs[name]
        found.append((name, (_READERS.get(type(value)) or _learn(type(value)))(value)))
    return tuple(found)


def describe_kind(kind: Kind) -> str:
    """A kind in words that are the same in every process, such as ``float64[2d] ~2^20, int ~4^3``.

    Returns
    -------
    str
        ``no arguments`` for a call without any.
    """
    return ", ".join(map(_words, kind)) or "no arguments"


def _words(entry: Any) -> str:
    if isinstance(entry, type):
        return _name(entry)
    match entry:
        case (str() as name, inner):
            return f"{name}={_words(inner)}"
        case (type() as cls, size, None):
            return f"{_name(cls)} ~2^{size}"
        case (type() as cls, size, type() as item):
            return f"{_name(cls)} of {_name(item)} ~2^{size}"
        case (type(), dtype, dimensions, size):
            return f"{dtype}[{dimensions}d] ~2^{size}"
        case (type() as cls, size):
            return f"{_name(cls)} ~4^{size}"
    return repr(entry)


def _name(cls: type) -> str:
    module = "" if cls.__module__ == "builtins" else f"{cls.__module__}."
    return f"{module}{cls.__qualname__}"


def _whole(value: int) -> Any:
    return int, value.bit_length() >> 1


def _sized(value: Any) -> Any:
    return type(value), len(value).bit_length(), None


def _series(value: Any) -> Any:
    # One step, since another thread may empty the list in between.
    first = value[:1]
    return type(value), len(value).bit_length(), type(first[0]) if first else None


def _array(value: Any) -> Any:
    return type(value), value.dtype, value.ndim, value.size.bit_length()


_READERS: dict[type, _Reader] = {
    int: _whole,
    list: _series,
    tuple: _series,
    deque: _sized,
    **dict.fromkeys((str, bytes, bytearray, dict, set, frozenset, range), _sized),
}


def _learn(cls: type) -> _Reader:
    """Decide once for a class how its values are told apart."""
    root = cls.__module__.partition(".")[0]
    reader: _Reader = type
    if root == "numpy" and cls.__name__ == "ndarray":
        reader = _array
    elif root == "pandas" and cls.__name__ in ("DataFrame", "Series"):
        reader = _sized
    if len(_READERS) < MOST_READERS:
        _READERS[cls] = reader
    return reader
