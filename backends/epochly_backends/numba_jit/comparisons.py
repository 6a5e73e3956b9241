"""Comparisons: `<`, `==`, `in` and `is`, also chained."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from epochly_backends.numba_jit import operators
from epochly_backends.numba_jit.kinds import NONE, PY_BOOL, Kind, Number, join, number
from epochly_backends.numba_jit.values import Refusal, Value, after

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions


def comparison(expressions: Expressions, node: ast.Compare) -> Value:
    """A comparison, also chained; the text is a boolean."""
    operands = [node.left, *node.comparators]
    for middle in operands[1:-1]:
        _must_repeat(middle)
    parts = [
        _compare(expressions, operator, first, second)
        for operator, first, second in zip(node.ops, operands, operands[1:], strict=False)
    ]
    kind: Kind | None = None
    for part in parts:
        kind = join(kind, part.kind)
    return Value(kind, f"({' and '.join(part.text for part in parts)})")


def _compare(
    expressions: Expressions, operator: ast.cmpop, left: ast.expr, right: ast.expr
) -> Value:
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Tuple):
        _must_repeat(left)
        if not all(isinstance(item, ast.Constant) for item in right.elts):
            raise Refusal("`in` a tuple of other than constants", "compare with == and `or`")
        parts = [_compare(expressions, ast.Eq(), left, item).text for item in right.elts]
        text = " or ".join(parts) or after(expressions.value(left), "False")
        negate = isinstance(operator, ast.NotIn)
        return Value(number(PY_BOOL), f"(not ({text}))" if negate else f"({text})")
    if isinstance(operator, ast.Is | ast.IsNot):
        return _identity(expressions, operator, left, right)
    return operators.compare(operator, expressions.value(left), expressions.value(right))


def _identity(
    expressions: Expressions, operator: ast.cmpop, left: ast.expr, right: ast.expr
) -> Value:
    if not isinstance(right, ast.Constant) or right.value is not None:
        raise Refusal("`is` between values", "compare with ==")
    value = expressions.value(left)
    if isinstance(value.kind, Number) and NONE in value.kind.tags:
        single = value.kind.single == NONE
        text = after(value, "True") if single else f"({value.text}[1] == {NONE})"
    else:
        text = after(value, "False")
    return Value(number(PY_BOOL), f"(not {text})" if isinstance(operator, ast.IsNot) else text)


def _must_repeat(node: ast.expr) -> None:
    if any(isinstance(part, ast.Call) for part in ast.walk(node)):
        raise Refusal("a call in the middle of a chained comparison", "assign it first")
