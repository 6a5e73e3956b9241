"""The variables whose objects an expression gives, as far as it is written out."""

from __future__ import annotations

import ast

from epochly.code.loops import root_name

_PARTS = frozenset(
    "T diagonal flat get items keys ravel reshape setdefault squeeze swapaxes transpose "
    "values view".split()
)
_OF_FUNCTIONS = frozenset(
    "asanyarray asarray ascontiguousarray atleast_1d atleast_2d ravel reshape squeeze swapaxes "
    "transpose".split()
)
_ELEMENTS = frozenset({"enumerate", "iter", "next", "reversed", "zip"})


def elements_of(value: ast.Tuple | ast.List | ast.Set | ast.Dict) -> list[ast.expr]:
    """What a container holds that is written out."""
    return list(value.values) if isinstance(value, ast.Dict) else list(value.elts)


def ends_of(value: ast.expr) -> list[ast.expr]:
    """The expressions of which one, or each, is what an expression gives."""
    if isinstance(value, ast.IfExp):
        parts = [value.body, value.orelse]
    elif isinstance(value, ast.BoolOp):
        parts = value.values
    elif isinstance(value, (ast.NamedExpr, ast.Starred)):
        parts = [value.value]
    elif isinstance(value, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        parts = elements_of(value)
    else:
        return [value]
    return [end for part in parts for end in ends_of(part)]


def roots_of(value: ast.expr) -> list[str]:
    """The variables whose objects, or parts of them, an expression may give."""
    return [root for end in ends_of(value) for root in _roots_of_end(end)]


def _roots_of_end(value: ast.expr) -> list[str]:
    if isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        root = root_name(value)
        if root:
            return [root]
        while isinstance(value, (ast.Attribute, ast.Subscript)):
            value = value.value
        return roots_of(value)
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Attribute) and value.func.attr in _OF_FUNCTIONS:
            owners = [] if root_name(value.func) in {"np", "numpy"} else roots_of(value.func.value)
            return [root for part in value.args[:1] for root in roots_of(part)] + owners
        if isinstance(value.func, ast.Attribute) and value.func.attr in _PARTS:
            return roots_of(value.func.value)
        if isinstance(value.func, ast.Name) and value.func.id in _ELEMENTS:
            return [root for part in value.args for root in roots_of(part)]
    return []
