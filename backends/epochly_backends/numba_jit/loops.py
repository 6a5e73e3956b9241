"""Loops: what a `for` may run over, and what it finds there."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from epochly_backends.numba_jit.kinds import (
    NP_INT,
    PY_INT,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    TupleOf,
    number,
)
from epochly_backends.numba_jit.values import Refusal, Value, whole

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

_COMBINED = (builtins.enumerate, builtins.zip, builtins.reversed)


def iterated(expressions: Expressions, node: ast.expr) -> Value:
    """What a loop runs over: its text, and the kind of its elements.

    Raises
    ------
    Refusal
        When it is none of range, enumerate, zip, an array or a list.
    """
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id not in expressions.definitions.locals
    ):
        called = expressions.resolve(node.func)
        if called is builtins.range:
            return _range(expressions, node, "range")
        if called in _COMBINED:
            return _combined(expressions, node, called.__name__)
    value = expressions.value(node)
    return Value(_element(expressions, value.kind), value.text)


def _range(expressions: Expressions, node: ast.Call, name: str) -> Value:
    bounds = [expressions.value(item) for item in node.args]
    if node.keywords or not 1 <= len(bounds) <= 3:
        raise Refusal("these arguments of range()")
    if any(bound.kind is None for bound in bounds):
        return Value(number(PY_INT), "range(0)")
    for bound in bounds:
        if not isinstance(bound.kind, Number) or not bound.kind.tags <= {PY_INT, NP_INT}:
            raise Refusal(f"a range bound that is {bound.kind}", "use ints")
        if NP_INT in bound.kind.tags and bound.kind.single is None:
            raise Refusal(f"a range bound that is {bound.kind}", "convert it with int() first")
    texts = [_bound(item, bound) for item, bound in zip(node.args, bounds, strict=True)]
    if name == "backwards":
        texts = ["0", *texts] if len(texts) == 1 else texts
        texts = [*texts, "1"] if len(texts) == 2 else texts
    # CPython counts with Python ints whatever the bounds are.
    return Value(number(PY_INT), f"{name}({', '.join(texts)})")


def _bound(node: ast.expr, value: Value) -> str:
    match node:
        case ast.Constant(value=int(size)) if size <= 2**60:
            return value.text
    return f"bound({whole(value)})"


def _combined(expressions: Expressions, node: ast.Call, name: str) -> Value:
    if name == "reversed":
        match node.args:
            case [ast.Call(func=ast.Name(id=inner) as called) as run] if (
                inner not in expressions.definitions.locals
                and expressions.resolve(called) is builtins.range
            ):
                return _range(expressions, run, "backwards")
        raise Refusal("reversed() of other than a range", "loop over the indices backwards")
    allowed = ("strict=False",) if name == "zip" else ()
    if any(ast.unparse(keyword) not in allowed for keyword in node.keywords):
        raise Refusal(f"keyword arguments of {name}()", "check the lengths before the loop")
    sequences, start = node.args, ""
    if name == "enumerate" and len(node.args) == 2:
        sequences = node.args[:1]
        first = expressions.value(node.args[1])
        if first.kind not in (None, number(PY_INT)):
            raise Refusal(f"a start that is {first.kind}", "use an int")
        start = f", bound({first.text})"
    parts = [iterated(expressions, item) for item in sequences]
    if not parts or any(part.kind is None for part in parts):
        return Value(None, "range(0)")
    kinds: tuple[Kind, ...] = tuple(part.kind for part in parts if part.kind is not None)
    if name == "enumerate":
        kinds = (number(PY_INT), *kinds)
    return Value(TupleOf(kinds), f"{name}({', '.join(part.text for part in parts)}{start})")


def _element(expressions: Expressions, kind: Kind | None) -> Kind | None:
    match kind:
        case None:
            return None
        case Array(dimensions=1) | GivenList():
            return number(kind.element)
        case Array():
            return Array(
                kind.element,
                kind.dimensions - 1,
                kind.contiguous,
                kind.writable,
                kind.origins,
                view=True,
            )
        case NewList():
            return expressions.fill(kind)
        case TupleOf(items) if items and all(item == items[0] for item in items):
            return items[0]
    raise Refusal(
        f"a loop over a value that is {kind}", "loop over range(), an array or a list of numbers"
    )
