"""Streams of random numbers that a function makes and seeds itself."""

from __future__ import annotations

import ast
from types import FunctionType

from epochly.code.imported import value_of
from epochly.code.kinds import assigned, qualified_name
from epochly.code.outside import defaults_of
from epochly.code.source import FunctionNode

_MAKERS = frozenset(
    "random.Random numpy.random.RandomState numpy.random.default_rng "
    "numpy.random._generator.default_rng".split()
)
# By position, these take an array to be filled as well.
_FILLING = frozenset("permuted random standard_exponential standard_gamma standard_normal".split())
_SEEDS = (int, float, str, bytes)


def is_seeded(function: FunctionType, whole: FunctionNode, node: ast.expr) -> bool:
    """Whether an expression makes a stream whose numbers are the same each time.

    Parameters
    ----------
    function : FunctionType
    whole : FunctionNode
        Its node, or that of a local function which the expression stands in.
    node : ast.expr
    """
    if not isinstance(node, ast.Call) or len(node.args) + len(node.keywords) != 1:
        return False
    known, maker = value_of(function, node.func)
    given = node.args[0] if node.args else node.keywords[0].value
    named = not node.keywords or node.keywords[0].arg == "seed"
    is_maker = known and qualified_name(maker) in _MAKERS
    return is_maker and named and _is_seed(function, whole, given, frozenset())


def is_own_stream(function: FunctionType, whole: FunctionNode, owner: ast.expr) -> bool:
    """Whether a name only ever stands for streams that were made and seeded there."""
    values = assigned(whole, owner.id) if isinstance(owner, ast.Name) else [None]
    return bool(values) and all(
        value is not None and is_seeded(function, whole, value) for value in values
    )


def changed_by_stream(node: ast.Call) -> list[ast.expr]:
    """What a call of a stream's method may change besides the stream."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    unpacked = any(isinstance(part, ast.Starred) for part in node.args)
    unpacked = unpacked or any(keyword.arg is None for keyword in node.keywords)
    if name == "shuffle" or unpacked:
        return given or [node.func]
    return node.args[2:] if name in _FILLING else []


def _is_seed(
    function: FunctionType, whole: FunctionNode, node: ast.expr, seen: frozenset[str]
) -> bool:
    """Whether it is a number or a text; neither nothing at all nor another stream."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, _SEEDS)
    if isinstance(node, ast.BinOp):
        return all(_is_seed(function, whole, side, seen) for side in (node.left, node.right))
    if not isinstance(node, ast.Name) or node.id in seen:
        return False
    known, value = value_of(function, node)
    if known:
        return type(value) in _SEEDS
    if node.id in _plain_parameters(function):
        return assigned(whole, node.id) == [None]
    values = assigned(whole, node.id)
    return bool(values) and all(
        value is not None and _is_seed(function, whole, value, seen | {node.id}) for value in values
    )


def _plain_parameters(function: FunctionType) -> set[str]:
    """The parameters that are given, or are numbers or texts by default."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = defaults_of(function)
    return {name for name in names if type(defaults.get(name, 0)) in _SEEDS}
