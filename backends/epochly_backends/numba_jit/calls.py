"""Calls: the functions that compiled code may call, and what it calls in their place."""

from __future__ import annotations

import ast
import builtins
import math
import random
from functools import cache
from typing import TYPE_CHECKING, Any

from epochly_backends.numba_jit import operators
from epochly_backends.numba_jit.desugaring import Found
from epochly_backends.numba_jit.elements import taken_from
from epochly_backends.numba_jit.handler import Handler, positional
from epochly_backends.numba_jit.kinds import (
    NP_FLOAT,
    NP_INT,
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    TupleOf,
    join,
    number,
)
from epochly_backends.numba_jit.loops import iterated
from epochly_backends.numba_jit.values import (
    Refusal,
    Value,
    known_number,
    pair,
    real,
    whole,
)

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions


_NOT_FINITE = ("inf", "+inf", "-inf", "infinity", "nan")


def _to_int(name: str) -> Handler:
    """A conversion to a Python int."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        (operand,) = map(expressions.value, positional(node, 1, 1))
        if operand.kind is None:
            return operand
        kind = known_number(operand)
        if kind.real:
            return Value(number(PY_INT), f"{name}({real(operand)})")
        if name != "truncate" and not kind.tags <= {PY_INT, PY_BOOL}:
            raise Refusal(f"rounding of a value that is {kind}", "it is whole already")
        return Value(number(PY_INT), whole(operand))

    return handle


def _to_float(expressions: Expressions, node: ast.Call) -> Value:
    (argument,) = positional(node, 1, 1)
    match argument:
        case ast.Constant(value=str(text)) if text.lower() in _NOT_FINITE:
            return expressions.constant(float(text), "the constant")
    operand = expressions.value(argument)
    return operand if operand.kind is None else Value(number(PY_FLOAT), real(operand))


def _to_bool(expressions: Expressions, node: ast.Call) -> Value:
    (operand,) = positional(node, 1, 1)
    return Value(number(PY_BOOL), expressions.test(operand))


def _to_numpy(tag: int) -> Handler:
    def handle(expressions: Expressions, node: ast.Call) -> Value:
        (operand,) = map(expressions.value, positional(node, 1, 1))
        if operand.kind is None:
            return operand
        if tag == NP_FLOAT:
            return Value(number(tag), real(operand))
        if known_number(operand).real:
            return Value(number(tag), f"truncate({real(operand)})")
        return Value(number(tag), whole(operand))

    return handle


def _absolute(expressions: Expressions, node: ast.Call) -> Value:
    (operand,) = map(expressions.value, positional(node, 1, 1))
    return operators.absolute(operand)


def _extreme(name: str, over: str) -> Handler:
    """`max` or `min`, of several numbers or of the elements of one sequence."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        values = [expressions.value(item) for item in positional(node, 1, 16)]
        if len(values) == 1:
            element = _element(expressions, values[0])
            return Value(element, f"{over}({values[0].text})")
        result = values[0]
        for value in values[1:]:
            result = _of_two(result, value)
        return result

    def _of_two(first: Value, second: Value) -> Value:
        kind = join(first.kind, second.kind)
        if kind is None:
            return Value(None, "0")
        known_number(first if first.kind is not None else second)
        known_number(Value(kind, ""))
        if isinstance(kind, Number) and kind.single is None:
            texts = [
                pair(value, as_real=kind.real) if value.kind is not None else "0"
                for value in (first, second)
            ]
            return Value(kind, f"{name}_pair({', '.join(texts)})")
        return Value(kind, f"{name}({first.text}, {second.text})")

    return handle


def _sum(expressions: Expressions, node: ast.Call) -> Value:
    (sequence,) = map(expressions.value, positional(node, 1, 1))
    element = _element(expressions, sequence)
    if element is None:
        return Value(None, "0")
    tag = known_number(Value(element, "")).single
    if tag == PY_INT:
        return Value(element, f"sum_int({sequence.text})")
    if tag == PY_BOOL:
        return Value(number(PY_INT), f"sum_bool({sequence.text})")
    # The sum of none is the int 0.
    some = f"filled({sequence.text})"
    if tag == NP_INT:
        return Value(element, f"sum_int({some})")
    if tag == PY_FLOAT:
        return Value(element, f"sum_float({some})")
    if tag == NP_FLOAT:
        expressions.unit.note_warnings(element)
        return Value(element, f"sum_plain({some})")
    raise Refusal(f"the sum of elements that are {element}", "sum in a loop")


def _search(over: str, *, negated: bool) -> Handler:
    """`any` or `all`, of a generator that was written out or of a sequence."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        (argument,) = positional(node, 1, 1)
        operand = expressions.value(argument)
        if isinstance(argument, Found):
            return Value(number(PY_BOOL), f"(not {operand.text})" if negated else operand.text)
        _element(expressions, operand)
        return Value(number(PY_BOOL), f"{over}({operand.text})")

    return handle


def _element(expressions: Expressions, sequence: Value) -> Kind | None:
    """Kind of the elements of a list or one-dimensional array."""
    match sequence.kind:
        case Array(dimensions=1, element=element) | GivenList(element=element):
            return number(element)
        case NewList() as made:
            kind = expressions.fill(made)
            if isinstance(kind, Number) and kind.single is None:
                raise Refusal(f"elements that are {kind}", "fill the list with one type")
            return kind
        case None:
            return None
    raise Refusal(f"the elements of a value that is {sequence.kind}", "write the loop out")


def _length(expressions: Expressions, node: ast.Call) -> Value:
    (operand,) = map(expressions.value, positional(node, 1, 1))
    if isinstance(operand.kind, Array | GivenList | NewList | TupleOf) or operand.kind is None:
        return Value(number(PY_INT), f"len({operand.text})")
    raise Refusal(f"len() of a value that is {operand.kind}")


def _list(expressions: Expressions, node: ast.Call) -> Value:
    (argument,) = positional(node, 1, 1)
    if isinstance(argument, ast.Call):
        run = iterated(expressions, argument)
        if isinstance(run.kind, Number):
            return Value(expressions.new_list(node, run.kind), f"listed({run.text})")
    operand = expressions.value(argument)
    return taken_from(expressions, node, operand, f"listed({operand.text})")


def _round(expressions: Expressions, node: ast.Call) -> Value:
    if len(node.args) != 1:
        raise Refusal("round() to digits", "round to an int, or round the result outside")
    return _to_int("nearest")(expressions, node)


def _power(expressions: Expressions, node: ast.Call) -> Value:
    left, right = positional(node, 2, 2)
    return expressions.value(
        ast.copy_location(ast.BinOp(left=left, op=ast.Pow(), right=right), node)
    )


def _divmod(expressions: Expressions, node: ast.Call) -> Value:
    left, right = map(expressions.value, positional(node, 2, 2))
    for item in node.args:
        if any(isinstance(part, ast.Call) for part in ast.walk(item)):
            raise Refusal("a call inside divmod()", "assign it to a variable first")
    quotient = expressions.arithmetic(ast.FloorDiv(), left, right)
    rest = expressions.arithmetic(ast.Mod(), left, right)
    if quotient.kind is None or rest.kind is None:
        return Value(None, "0")
    return Value(TupleOf((quotient.kind, rest.kind)), f"({quotient.text}, {rest.text})")


@cache
def table() -> dict[Any, Handler]:
    """Handler of each function that may be called, by the function itself."""
    import numpy as np

    from epochly_backends.numba_jit import creation, draws, mathematics

    handlers: dict[Any, Handler] = {
        builtins.int: _to_int("truncate"),
        builtins.float: _to_float,
        builtins.bool: _to_bool,
        builtins.abs: _absolute,
        builtins.len: _length,
        builtins.list: _list,
        builtins.max: _extreme("larger", "largest"),
        builtins.min: _extreme("smaller", "smallest"),
        builtins.sum: _sum,
        builtins.any: _search("any_true", negated=False),
        builtins.all: _search("all_true", negated=True),
        builtins.round: _round,
        builtins.pow: _power,
        builtins.divmod: _divmod,
        math.floor: _to_int("floor"),
        math.ceil: _to_int("ceil"),
        np.float64: _to_numpy(NP_FLOAT),
        np.int64: _to_numpy(NP_INT),
    }
    handlers |= mathematics.handlers()
    return handlers | creation.handlers() | draws.handlers(np.random, random)
