"""How often loops turn, and how large what they make is, as far as a call's arguments tell.

Nothing of the user's is run: only built-in containers, ranges, NumPy arrays and arithmetic on
numbers are looked at, and everything else is unknown.
"""

from __future__ import annotations

import ast
import collections
import math
import operator
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from epochly.code.loops import Loop, root_name
from epochly.code.scopes import live_value
from epochly.code.source import FunctionNode
from epochly.loaded import loaded

_SIZED = (
    *(list, tuple, dict, set, frozenset, str, bytes, bytearray, range, memoryview),
    collections.deque,
)
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_CHANGING = frozenset(
    "add append appendleft clear discard extend insert pop popitem popleft remove "
    "resize setdefault update".split()
)
_LARGEST = 1 << 62


class UnknownValueError(Exception):
    """A value that only running the function would tell."""


class _Many:
    """Something to iterate over, of which only the length is known."""

    def __init__(self, length: int) -> None:
        self.length = length


class Values:
    """What the names of a function stand for in one call, as far as nothing need be run.

    Parameters
    ----------
    function : FunctionType
    node : ast node
        Its source.
    bound : Mapping[str, object]
        Its parameters' values; those left out are unknown.
    """

    def __init__(
        self, function: FunctionType, node: FunctionNode, bound: Mapping[str, Any]
    ) -> None:
        self._function = function
        changed = _changed(node)
        stores = collections.Counter(
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
        )
        self._known = {
            name: value
            for name, value in bound.items()
            if name not in stores and name not in changed
        }
        self._assigned: dict[str, tuple[ast.expr, int | None]] = {}
        for statement in node.body if isinstance(node.body, list) else []:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            target = statement.targets[0]
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            for number, part in enumerate(parts):
                if isinstance(part, ast.Name) and stores[part.id] == 1 and part.id not in bound:
                    place = number if isinstance(target, ast.Tuple) else None
                    self._assigned[part.id] = (statement.value, place)
        for name in changed:
            self._assigned.pop(name, None)
        self._open: set[str] = set()

    def trips(self, loop: Loop) -> int | None:
        """How often a loop turns each time it is reached; None where that is unknown."""
        if isinstance(loop.node, ast.While):
            return None
        if isinstance(loop.node, ast.For):
            return self.length(loop.node.iter)
        total = 1
        for part in loop.node.generators:
            length = self.length(part.iter)
            if length is None:
                return None
            total *= length
        return total

    def length(self, expression: ast.expr) -> int | None:
        """How many items an expression yields; None where that is unknown."""
        try:
            return _length(self._value(expression))
        except (UnknownValueError, ArithmeticError, ValueError):
            return None

    def elements(self, shape: ast.expr) -> int | None:
        """How many elements an array of a shape has; None where that is unknown."""
        try:
            value = self._value(shape)
        except (UnknownValueError, ArithmeticError, ValueError):
            return None
        sides = value if type(value) is tuple else (value,)
        if all(type(side) is int and side >= 0 for side in sides):
            return math.prod(sides)
        return None

    def is_array(self, name: str) -> bool:
        """Whether a name is known to stand for a NumPy array with elements to go through."""
        value = self._known.get(name)
        return value is not None and _is_array(value) and value.ndim > 0

    def _value(self, expression: ast.expr) -> Any:
        if isinstance(expression, ast.Constant):
            return expression.value
        if isinstance(expression, ast.Name):
            return self._named(expression)
        if isinstance(expression, ast.Tuple):
            return tuple(self._value(part) for part in expression.elts)
        if isinstance(expression, ast.List | ast.Set):
            if any(isinstance(part, ast.Starred) for part in expression.elts):
                raise UnknownValueError
            return _Many(len(expression.elts))
        if isinstance(expression, ast.ListComp | ast.GeneratorExp):
            if any(part.ifs for part in expression.generators):
                raise UnknownValueError
            return _Many(math.prod(_length(self._value(g.iter)) for g in expression.generators))
        if isinstance(expression, ast.BinOp):
            return self._computed(expression)
        if isinstance(expression, ast.UnaryOp) and isinstance(expression.op, ast.USub):
            return -_number(self._value(expression.operand))
        if isinstance(expression, ast.Attribute):
            return self._attribute(expression)
        if isinstance(expression, ast.Subscript):
            return self._part(expression)
        if isinstance(expression, ast.Call):
            return self._called(expression)
        raise UnknownValueError

    def _named(self, expression: ast.Name) -> Any:
        name = expression.id
        if name in self._known:
            return self._known[name]
        if name in self._assigned and name not in self._open:
            value, place = self._assigned[name]
            self._open.add(name)
            try:
                found = self._value(value)
            finally:
                self._open.discard(name)
            if place is None:
                return found
            if type(found) is tuple and place < len(found):
                return found[place]
            raise UnknownValueError
        known, value = live_value(self._function, expression)
        if known:
            return value
        raise UnknownValueError

    def _computed(self, expression: ast.BinOp) -> Any:
        work = _OPERATORS.get(type(expression.op))
        if work is None:
            raise UnknownValueError
        left, right = self._value(expression.left), self._value(expression.right)
        answer = work(_number(left), _number(right))
        if abs(answer) > _LARGEST:
            raise UnknownValueError
        return answer

    def _attribute(self, expression: ast.Attribute) -> Any:
        known, value = live_value(self._function, expression)
        if known:
            return value
        owner = self._value(expression.value)
        if expression.attr in ("shape", "size", "ndim") and (_is_array(owner) or _is_table(owner)):
            return getattr(owner, expression.attr)
        if expression.attr == "T" and _is_array(owner):
            return owner.T
        raise UnknownValueError

    def _part(self, expression: ast.Subscript) -> Any:
        owner = self._value(expression.value)
        if isinstance(expression.slice, ast.Slice) and type(owner) in (list, tuple, str, range):
            ends = (expression.slice.lower, expression.slice.upper, expression.slice.step)
            numbers = [None if end is None else _whole(self._value(end)) for end in ends]
            if numbers[2] == 0:
                raise UnknownValueError
            return _Many(len(range(*slice(*numbers).indices(len(owner)))))
        place = self._value(expression.slice)
        if type(place) is int and type(owner) in (list, tuple, range):
            if -len(owner) <= place < len(owner):
                return owner[place]
        elif type(place) in (int, str) and type(owner) is dict:
            found = owner.get(place, _MISSING)
            if found is not _MISSING:
                return found
        elif type(place) is int and _is_array(owner) and owner.ndim > 1 and place < len(owner):
            return owner[place]
        raise UnknownValueError

    def _called(self, expression: ast.Call) -> Any:
        if expression.keywords and not self._calls(expression, enumerate, sorted, zip):
            raise UnknownValueError
        if any(isinstance(argument, ast.Starred) for argument in expression.args):
            raise UnknownValueError
        if self._calls(expression, range):
            numbers = [_whole(self._value(argument)) for argument in expression.args]
            if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] == 0):
                raise UnknownValueError
            return range(*numbers)
        if self._calls(expression, len) and len(expression.args) == 1:
            return _length(self._value(expression.args[0]))
        if self._calls(expression, enumerate, reversed, sorted, list, tuple) and expression.args:
            return _Many(_length(self._value(expression.args[0])))
        if self._calls(expression, zip) and expression.args:
            return _Many(min(_length(self._value(argument)) for argument in expression.args))
        if self._calls(expression, map) and len(expression.args) > 1:
            return _Many(min(_length(self._value(argument)) for argument in expression.args[1:]))
        if self._calls(expression, int, abs) and len(expression.args) == 1:
            return int(_number(self._value(expression.args[0])))
        if self._calls(expression, min, max) and len(expression.args) > 1:
            numbers = [_number(self._value(argument)) for argument in expression.args]
            return min(numbers) if self._calls(expression, min) else max(numbers)
        if isinstance(expression.func, ast.Attribute):
            owner = self._value(expression.func.value)
            if type(owner) is dict and expression.func.attr in ("items", "keys", "values"):
                return _Many(len(owner))
        raise UnknownValueError

    def _calls(self, expression: ast.Call, *functions: Any) -> bool:
        known, value = live_value(self._function, expression.func)
        return known and any(value is function for function in functions)


_MISSING = object()


def _changed(node: FunctionNode) -> set[str]:
    """Names whose object may have another length by the time that a loop reads it."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            if inner.func.attr in _CHANGING:
                found.add(root_name(inner.func))
        elif isinstance(inner, ast.Subscript) and (
            isinstance(inner.ctx, ast.Del)
            or (isinstance(inner.ctx, ast.Store) and isinstance(inner.slice, ast.Slice))
        ):
            found.add(root_name(inner))
    return found


def _length(value: Any) -> int:
    if isinstance(value, _Many):
        return value.length
    if type(value) in _SIZED:
        return len(value)
    if _is_array(value) and value.ndim > 0:
        return len(value)
    raise UnknownValueError


def _number(value: Any) -> Any:
    if type(value) in (int, float):
        return value
    raise UnknownValueError


def _whole(value: Any) -> int:
    if type(value) is int and abs(value) <= _LARGEST:
        return value
    raise UnknownValueError


def _is_array(value: Any) -> bool:
    numpy = loaded("numpy")
    return numpy is not None and type(value) is numpy.ndarray


def _is_table(value: Any) -> bool:
    pandas = loaded("pandas")
    return pandas is not None and type(value) in (pandas.DataFrame, pandas.Series)
