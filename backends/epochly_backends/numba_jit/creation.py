"""Creation: the NumPy functions that make new arrays."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from epochly_backends.numba_jit.handler import Handler
from epochly_backends.numba_jit.kinds import (
    NP_BOOL,
    NP_FLOAT,
    NP_INT,
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    Array,
    Number,
    TupleOf,
    number,
)
from epochly_backends.numba_jit.values import Refusal, Value, real, truth, whole

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

_INTS = frozenset((PY_INT, NP_INT))
_DTYPE = {NP_INT: "int64", NP_FLOAT: "float64", NP_BOOL: "bool_"}
_NUMPY_TAG = {PY_INT: NP_INT, PY_FLOAT: NP_FLOAT, PY_BOOL: NP_BOOL}


def element_text(value: Value, element: int) -> str:
    """Text of a number as an element of an array, converted as NumPy converts it."""
    if element == NP_BOOL:
        return truth(value)
    if element == NP_FLOAT:
        return real(value)
    if isinstance(value.kind, Number) and value.kind.real:
        return f"truncate({real(value)})"
    return whole(value)


def handlers() -> dict[Any, Handler]:
    """Handlers of the functions that make arrays, by the function itself."""
    import numpy as np

    tags = {
        float: NP_FLOAT,
        np.float64: NP_FLOAT,
        int: NP_INT,
        np.int64: NP_INT,
        bool: NP_BOOL,
        np.bool_: NP_BOOL,
    }

    def element_of(expressions: Expressions, node: ast.expr | None) -> int:
        if node is None:
            return NP_FLOAT
        dtype = expressions.resolve(node) if not isinstance(node, ast.Constant) else node.value
        tag = tags.get(dtype) if isinstance(dtype, type) else None
        if tag is None:
            raise Refusal(f"the dtype {ast.unparse(node)}", "use float, int, bool or np.float64")
        return tag

    def filled(name: str, most: int) -> Handler:
        def handle(expressions: Expressions, node: ast.Call) -> Value:
            given = _given(node, "shape", "dtype")
            if len(node.args) > most or not given.keys() <= {"shape", "dtype"}:
                raise Refusal(f"these arguments of np.{name}", "give a shape and a dtype only")
            if "shape" not in given:
                raise Refusal(f"np.{name} without a shape")
            element = element_of(expressions, given.get("dtype"))
            shape = expressions.value(given["shape"])
            return _new(expressions, node, element, shape, f"np.{name}({{}}, {_DTYPE[element]})")

        return handle

    def full(expressions: Expressions, node: ast.Call) -> Value:
        given = _given(node, "shape", "fill_value", "dtype")
        # In this order, since that is the order in which compiled code evaluates them.
        if [name for name in given if name != "dtype"] != ["shape", "fill_value"]:
            raise Refusal("these arguments of np.full", "give a shape, a value and a dtype only")
        shape, fill = expressions.value(given["shape"]), expressions.value(given["fill_value"])
        if fill.kind is None:
            return fill
        if not isinstance(fill.kind, Number) or fill.kind.single is None:
            raise Refusal(f"np.full with a value that is {fill.kind}")
        tag = fill.kind.single
        element = _NUMPY_TAG.get(tag, tag)
        if "dtype" in given:
            element = element_of(expressions, given["dtype"])
        text = element_text(fill, element)
        return _new(expressions, node, element, shape, f"np.full({{}}, {text}, {_DTYPE[element]})")

    def like(name: str) -> Handler:
        def handle(expressions: Expressions, node: ast.Call) -> Value:
            if len(node.args) != 1 or node.keywords:
                raise Refusal(f"these arguments of np.{name}", "give the array only")
            model = expressions.value(node.args[0])
            if model.kind is None:
                return model
            if not isinstance(model.kind, Array) or not model.kind.contiguous:
                raise Refusal(f"np.{name} of a value that is {model.kind}, or not contiguous")
            shape = Value(TupleOf((number(PY_INT),) * model.kind.dimensions), f"{model.text}.shape")
            text = f"np.{name.removesuffix('_like')}({{}}, {_DTYPE[model.kind.element]})"
            return _new(expressions, node, model.kind.element, shape, text)

        return handle

    def arange(expressions: Expressions, node: ast.Call) -> Value:
        bounds = [expressions.value(item) for item in node.args]
        if any(bound.kind is None for bound in bounds):
            return Value(None, "0")
        whole_only = all(isinstance(b.kind, Number) and b.kind.tags <= _INTS for b in bounds)
        if node.keywords or not 1 <= len(bounds) <= 2 or not whole_only:
            raise Refusal("np.arange of other than one or two ints", "give ints only")
        texts = ", ".join(f"bound({bound.text})" for bound in bounds)
        return Value(_array(expressions, node, NP_INT, 1), f"np.arange({texts})")

    makers = {getattr(np, name): filled(name, 2) for name in ("zeros", "ones", "empty")}
    makers |= {getattr(np, name): like(name) for name in ("zeros_like", "ones_like", "empty_like")}
    return makers | {np.full: full, np.arange: arange}


def _given(node: ast.Call, *names: str) -> dict[str, ast.expr]:
    """The arguments of a call by name."""
    given = dict(zip(names, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in given:
            raise Refusal(f"these arguments of {ast.unparse(node.func)}", "give each once, by name")
        given[keyword.arg] = keyword.value
    return given


def copied(expressions: Expressions, node: ast.Call, owner: Value) -> Value:
    """`array.copy()`."""
    if node.args or node.keywords or not isinstance(owner.kind, Array):
        raise Refusal("copy() of a list, or with arguments")
    kind = _array(expressions, node, owner.kind.element, owner.kind.dimensions)
    return Value(kind, f"{owner.text}.copy()")


def _new(expressions: Expressions, node: ast.Call, element: int, shape: Value, text: str) -> Value:
    if shape.kind is None:
        return shape
    sizes = shape.kind.items if isinstance(shape.kind, TupleOf) else (shape.kind,)
    if not sizes or not all(isinstance(s, Number) and s.tags <= _INTS for s in sizes):
        raise Refusal("a shape that is no int or tuple of ints")
    given = f"extents({shape.text})" if isinstance(shape.kind, TupleOf) else shape.text
    return Value(_array(expressions, node, element, len(sizes)), text.format(given))


def _array(expressions: Expressions, node: ast.Call, element: int, dimensions: int) -> Array:
    return Array(element, dimensions, True, True, frozenset((expressions.site(node),)))
