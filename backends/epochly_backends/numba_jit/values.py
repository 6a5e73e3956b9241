"""Values: expressions of the compiled program with their kinds, and how one becomes another."""

from __future__ import annotations

from typing import NamedTuple

from epochly_backends.numba_jit.kinds import (
    NONE,
    NP_BOOL,
    NP_FLOAT,
    PY_BOOL,
    PY_FLOAT,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    Opaque,
    TupleOf,
)

BOOLS = frozenset((PY_BOOL, NP_BOOL))
FLOATS = frozenset((PY_FLOAT, NP_FLOAT))


# What says nothing of the function: disk, working directory and memory may be there later.
PASSING = (OSError, MemoryError)


class Refusal(Exception):
    """The function cannot be compiled with its meaning kept; ends the translation."""

    def __init__(self, reason: str, remedy: str = "", line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.line = line


class Value(NamedTuple):
    """An expression: its kind, None while unknown, and its text in the compiled program."""

    kind: Kind | None
    text: str


def known_number(value: Value) -> Number:
    """The kind of a value that must be a number other than None.

    Raises
    ------
    Refusal
        When it is anything else.
    """
    kind = value.kind
    if not isinstance(kind, Number):
        raise Refusal(
            f"arithmetic on a value that is {kind}",
            "work on single numbers: index the array or list inside the loop",
        )
    if NONE in kind.tags:
        raise Refusal(
            f"arithmetic on a value that is {kind}", "replace None before the computation"
        )
    return kind


def real(value: Value) -> str:
    """Text of a number as float64, rounded as CPython and NumPy round an int."""
    kind = known_number(value)
    if kind.single is None:
        return f"{value.text}[0]" if kind.real else f"float({value.text}[0])"
    if kind.single in FLOATS:
        return value.text
    return f"float({whole(value)})"


def exact_real(value: Value) -> str:
    """Text of a number as float64; an int that none equals raises."""
    kind = known_number(value)
    if kind.real:
        return real(value)
    return f"exact({whole(value)})"


def whole(value: Value) -> str:
    """Text of an int or bool as int64."""
    kind = known_number(value)
    if kind.single is None:
        return f"{value.text}[0]"
    return f"as_int({value.text})" if kind.single in BOOLS else value.text


def after(value: Value, result: str) -> str:
    """Text of a result that is known beforehand; the value is evaluated for what that does."""
    return result if value.text.isidentifier() else f"({value.text}, {result})[1]"


def truth(value: Value) -> str:
    """Text of the value's truth."""
    kind = value.kind
    if isinstance(kind, Number):
        if kind.single == NONE:
            return after(value, "False")
        if kind.single in BOOLS:
            return value.text
        return f"({value.text}{'[0]' if kind.single is None else ''} != 0)"
    if isinstance(kind, NewList | GivenList | TupleOf):
        return f"(len({value.text}) != 0)"
    if kind is None:
        return "False"
    raise Refusal(f"the truth of a value that is {kind}", "compare it, or its length, explicitly")


def pair(value: Value, *, as_real: bool) -> str:
    """Text of a number as a pair (value, tag)."""
    kind = value.kind
    if not isinstance(kind, Number):
        raise Refusal(f"a number expected, but the value is {kind}")
    if kind.single is None:
        return f"widen({value.text})" if as_real and not kind.real else value.text
    if kind.single == NONE:
        return f"pair_{'real' if as_real else 'int'}({after(value, '0')}, {NONE})"
    if as_real:
        return f"pair_real({exact_real(value)}, {kind.single})"
    return f"pair_int({whole(value)}, {kind.single})"


def coerce(value: Value, kind: Kind | None) -> str:
    """Text of a value as a variable of a wider kind holds it."""
    if value.kind is None or kind is None or value.kind == kind:
        return value.text
    match value.kind, kind:
        case Number(), Number() if kind.single is None:
            return pair(value, as_real=kind.real)
        case (Array(), Array()) | (NewList(), NewList()):
            return value.text
        case TupleOf(), TupleOf() if value.text.isidentifier():
            items = (
                coerce(Value(item, f"{value.text}[{index}]"), wide)
                for index, (item, wide) in enumerate(zip(value.kind.items, kind.items, strict=True))
            )
            return f"({', '.join(items)},)"
        case _, Opaque():
            return value.text
    raise Refusal(f"a value that is {value.kind} where {kind} is needed")
