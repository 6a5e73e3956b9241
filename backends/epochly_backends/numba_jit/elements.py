"""Elements: what an index or a slice takes out of an array, list or tuple."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from epochly_backends.numba_jit.kinds import (
    NP_INT,
    PY_INT,
    Array,
    GivenList,
    NewList,
    Number,
    TupleOf,
    number,
)
from epochly_backends.numba_jit.values import Refusal, Value, whole

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

_INTS = frozenset((PY_INT, NP_INT))


def subscript(expressions: Expressions, node: ast.Subscript) -> Value:
    """`container[index]`, to be read or stored into.

    Raises
    ------
    Refusal
        When the container or the index is of another kind than compiled code can take.
    """
    container = expressions.value(node.value)
    match container.kind:
        case None:
            return Value(None, "0")
        case Array() as array:
            return _of_array(expressions, container, array, node.slice)
        case TupleOf(items):
            return _of_tuple(container, len(items), node.slice)
        case GivenList() | NewList() if isinstance(node.slice, ast.Slice):
            return _of_list(expressions, container, node, node.slice)
        case GivenList(element=element):
            return Value(number(element), f"{container.text}[{_index(expressions, node.slice)}]")
        case NewList() as made:
            text = f"{container.text}[{_index(expressions, node.slice)}]"
            return Value(expressions.fill(made), text)
    raise Refusal(f"an index of a value that is {container.kind}", "index arrays and lists only")


def _of_list(
    expressions: Expressions, container: Value, node: ast.Subscript, bounds: ast.Slice
) -> Value:
    if not isinstance(node.ctx, ast.Load):
        raise Refusal("a store into a slice of a list", "loop over its indices, or use an array")
    parts = ((bounds.lower, "None"), (bounds.upper, "None"), (bounds.step, "1"))
    texts = [without if part is None else _index(expressions, part) for part, without in parts]
    return taken_from(expressions, node, container, f"sliced({container.text}, {', '.join(texts)})")


def taken_from(expressions: Expressions, node: ast.expr, container: Value, text: str) -> Value:
    """A new list of some elements of another one, or of a one-dimensional array."""
    match container.kind:
        case GivenList(element=element) | Array(dimensions=1, element=element):
            return Value(expressions.new_list(node, number(element)), text)
        case NewList(sites):
            # They come to hold elements of one kind.
            expressions.fill(NewList(sites | {expressions.site(node)}))
            return Value(expressions.new_list(node), text)
        case None:
            return Value(None, "0")
    raise Refusal(f"a list of a value that is {container.kind}", "append in a loop")


def _of_tuple(container: Value, length: int, index: ast.expr) -> Value:
    try:
        at = ast.literal_eval(index)
    except ValueError:
        at = None
    if not isinstance(container.kind, TupleOf) or type(at) is not int:
        raise Refusal("an index of a tuple that is no constant", "use an array")
    if not -length <= at < length:
        raise Refusal(f"the index {at} of a tuple of {length}")
    return Value(container.kind.items[at], f"{container.text}[{at}]")


def _of_array(expressions: Expressions, container: Value, kind: Array, index: ast.expr) -> Value:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if len(parts) > kind.dimensions:
        raise Refusal(f"{len(parts)} indices into a {kind}")
    texts = [
        _slice(expressions, part) if isinstance(part, ast.Slice) else _index(expressions, part)
        for part in parts
    ]
    text = f"{container.text}[{', '.join(texts)}]"
    slices = sum(isinstance(part, ast.Slice) for part in parts)
    left = kind.dimensions - len(parts) + slices
    if left == 0:
        return Value(number(kind.element), text)
    contiguous = kind.contiguous and slices == 0
    view = Array(kind.element, left, contiguous, kind.writable, kind.origins, view=True)
    return Value(view, text)


def _index(expressions: Expressions, node: ast.expr) -> str:
    if isinstance(node, ast.Slice):
        raise Refusal("a slice within an index")
    value = expressions.value(node)
    if isinstance(value.kind, Number) and value.kind.tags <= _INTS:
        return whole(value)
    if value.kind is None:
        return "0"
    raise Refusal(f"an index that is {value.kind}", "index with ints")


def _slice(expressions: Expressions, node: ast.Slice) -> str:
    texts = [
        "" if part is None else _index(expressions, part)
        for part in (node.lower, node.upper, node.step)
    ]
    return ":".join((*texts[:2], f"positive({texts[2]})")) if texts[2] else ":".join(texts[:2])
