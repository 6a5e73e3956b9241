"""Stores of a function to objects, and which object a local name leads to."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import NamedTuple

from epochly.code.bindings import bindings_in, targets_of
from epochly.code.kinds import is_fresh, is_load, qualified_name
from epochly.code.known_calls import CALLS
from epochly.code.loops import root_name
from epochly.code.roots import elements_of, ends_of, roots_of
from epochly.code.scopes import arguments_of, live_value, names_bound_by
from epochly.code.source import FunctionNode, source_of
from epochly.code.trees import kept_with_tree, nodes_within

_NEW = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.UnaryOp, ast.Compare)
_NUMBERS = (bool, float, int, len, ord, range, round, str, sum)
_FACTORIES = (int, float, str, list, dict, set)
_PARTS_OF = (ast.Subscript, ast.Attribute)


class Store(NamedTuple):
    """An assignment that may reach an object which outlives the call.

    Parameters
    ----------
    line : int
    text : str
        What is assigned, as written.
    name : str
        The variable that the object is reached through.
    in_place : bool
        Whether it is ``name += value``, which only changes objects that allow it.
    """

    line: int
    text: str
    name: str
    in_place: bool = False


class Locals:
    """What the locals of a function are assigned from.

    Parameters
    ----------
    function : FunctionType
    items : frozenset of str
        Names to be taken as they are, such as the targets of a loop whose items are looked at.
    inside : set of str, optional
        The only names that can be new: those that the stretch of code looked at assigns.
    whole : FunctionNode, optional
        A local function whose locals are meant instead.
    """

    def __init__(
        self,
        function: FunctionType,
        items: frozenset[str] = frozenset(),
        inside: set[str] | None = None,
        whole: FunctionNode | None = None,
    ) -> None:
        whole = source_of(function).node if whole is None else whole
        self._whole = whole
        self._function = function
        self._inside = inside
        sources, parts, untold = _sources(whole)
        self._sources = {name: found for name, found in sources.items() if name not in items}
        self._untold = untold.union(argument.arg for argument in arguments_of(whole))
        self._from_elsewhere = self._untold | parts | items

    def origins(self, name: str) -> list[str]:
        """The variables from outside that a local was taken from, or the name itself."""
        found: list[str] = []
        seen: set[str] = set()
        todo = [name]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            if current not in self._sources or current in self._untold:
                found.append(current)
            for value in self._sources.get(current, ()):
                todo += reversed(roots_of(value))
                if not all(
                    roots_of(one) or self.makes_new(one, deep=True) for one in ends_of(value)
                ):
                    found.append(current)
        return found or [name]

    def is_new(self, name: str) -> bool:
        """Whether a local only ever holds what expressions of the function have made."""
        return self._is_new(name, False, frozenset())

    def _is_new(self, name: str, deep: bool, open_names: frozenset[str]) -> bool:
        if name in open_names:
            return True
        outside = self._inside is not None and name not in self._inside
        if outside or name in self._from_elsewhere or name not in self._sources:
            return False
        names = open_names | {name}
        return all(
            self.makes_new(value, deep=deep, open_names=names) for value in self._sources[name]
        )

    def makes_new(
        self, value: ast.expr, *, deep: bool = False, open_names: frozenset[str] = frozenset()
    ) -> bool:
        """Whether an expression gives a number or an object that nothing else holds.

        With ``deep``, its parts are not held elsewhere either.
        """

        def makes(part: ast.expr) -> bool:
            return self.makes_new(part, deep=deep, open_names=open_names)

        if isinstance(value, ast.Name):
            return self._is_new(value.id, deep, open_names)
        if isinstance(value, ast.IfExp):
            return makes(value.body) and makes(value.orelse)
        if deep and isinstance(value, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
            return all(map(makes, elements_of(value)))
        if deep and isinstance(value, (ast.ListComp, ast.SetComp)):
            return makes(value.elt)
        if deep and isinstance(value, ast.BinOp):
            return self._joins_new(value, makes)
        if isinstance(value, _NEW) or is_fresh(self._function, value):
            return not deep or not self._may_hold(value)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            known, called = live_value(self._function, value.func)
            plain = known and any(called is number for number in _NUMBERS)
            return plain and not (called is sum and len(value.args) + len(value.keywords) > 1)
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Attribute)
            and (value.func.attr in {"sum", "mean"} or (value.func.attr == "copy" and not deep))
            and not isinstance(live_value(self._function, value.func)[1], FunctionType)
        )

    def holds_new(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a container that the function made only holds what it made as well."""
        values = list(self._sources.get(name, ()))
        for inner in nodes_within(self._whole):
            assigned = targets_of(inner)
            if assigned is not None:
                targets, way, value = assigned
                fills = _is_name(targets[0], name) if way == "updated" else _fills(targets, name)
                values += [value] if fills else []
            elif isinstance(inner, ast.Call):
                if not self._is_telling(inner, name):
                    return False
                values += _put_by(inner, name)
        made = set(map(id, self._sources.get(name, ())))
        others = {
            other
            for other, sources in self._sources.items()
            if other not in seen | {name}
            and any(name in roots_of(value) or id(value) in made for value in sources)
        }
        return all(self.makes_new(value, deep=True) for value in values) and all(
            self.holds_new(other, seen | {name}) for other in others
        )

    def _is_telling(self, call: ast.Call, name: str) -> bool:
        """Whether a call that is given an object is known not to put anything into it."""
        given = (*call.args, *(keyword.value for keyword in call.keywords))
        if not any(name in roots_of(part) for part in given):
            return True
        known, called = live_value(self._function, call.func)
        return known and qualified_name(called) in CALLS["pure"]

    def _joins_new(self, value: ast.BinOp, makes: Callable[[ast.expr], bool]) -> bool:
        """Whether what an operator gives holds nothing old, should it be a list."""
        sides = (value.left, value.right)
        if isinstance(value.op, ast.Mult):
            return any(isinstance(side, ast.List) and makes(side) for side in sides)
        if isinstance(value.op, (ast.Add, ast.BitOr)):
            return any(map(_is_number, sides)) or all(map(makes, sides))
        return True

    def _may_hold(self, value: ast.expr) -> bool:
        """Whether something new, such as ``list(given)``, holds what it was made of."""
        if not isinstance(value, ast.Call):
            return isinstance(value, ast.DictComp)
        name = qualified_name(live_value(self._function, value.func)[1])
        if name == "collections.defaultdict" and len(value.args) == 1:
            factory = live_value(self._function, value.args[0])[1]
            return not any(factory is made for made in _FACTORIES)
        numbers = name.startswith("numpy.") and not name.startswith("numpy.full")
        return not numbers and bool(value.args or value.keywords)


@kept_with_tree
def _sources(
    whole: FunctionNode,
) -> tuple[dict[str, list[ast.expr]], frozenset[str], frozenset[str]]:
    """What locals are bound to, those that may be a part of it only, and those bound otherwise."""
    sources: defaultdict[str, list[ast.expr]] = defaultdict(list)
    parts: set[str] = set()
    untold: set[str] = set()
    for name, places in bindings_in(whole).items():
        for bound in places:
            if bound.way in ("given", "updated"):
                continue
            if bound.value is None:
                untold.add(name)
                continue
            sources[name].append(bound.value)
            exact = bound.way == "assigned" or (bound.way == "looped" and _is_range(bound.value))
            parts |= set() if exact else {name}
    return dict(sources), frozenset(parts), frozenset(untold)


def _fills(targets: list[ast.expr], name: str) -> bool:
    """Whether one of the targets of an assignment is a part of an object."""
    parts = (part for target in targets for part in ast.walk(target))
    return any(isinstance(part, _PARTS_OF) and root_name(part) == name for part in parts)


def _put_by(call: ast.Call, name: str) -> list[ast.expr]:
    """What a method puts into the container that it belongs to."""
    method = call.func
    if not isinstance(method, ast.Attribute) or root_name(method) != name:
        return []
    put = [*call.args, *(keyword.value for keyword in call.keywords)]
    return [] if method.attr in CALLS["pure_methods"] else put


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, (int, float))


def _is_range(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "range"
    )


def stores_in(
    node: ast.AST, fresh: frozenset[str], outer: frozenset[str], names: Locals
) -> Iterator[Store]:
    """The stores that one node itself makes to names from outside and to parts of objects."""
    line = getattr(node, "lineno", 0)
    for name in names_bound_by(node):
        if name in outer:
            yield Store(line, name, name)
    if isinstance(node, (ast.Subscript, ast.Attribute)) and not is_load(node):
        owner = node.value
        if not (isinstance(owner, ast.Name) and owner.id in fresh):
            yield Store(line, ast.unparse(node), root_name(node))
    elif isinstance(node, ast.AugAssign):
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        if name:
            changes = not (name in outer or name in fresh or names.is_new(name))
        else:
            owner = getattr(node.target, "value", node.target)
            name = owner.id if isinstance(owner, ast.Name) else ""
            changes = name in fresh and not names.holds_new(name)
        if changes:
            yield Store(line, ast.unparse(node), name, in_place=True)
