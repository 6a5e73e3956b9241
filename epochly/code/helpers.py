"""Helpers that have no name outside a function: its local functions, methods of its objects."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callgraph import Call, is_users
from epochly.code.function import Function, undecorated
from epochly.code.kinds import assigned
from epochly.code.libraries import CACHE
from epochly.code.scopes import binding_of, live_value, names_bound_by, scope_of
from epochly.code.sharing import is_own
from epochly.code.source import FunctionNode, source_of
from epochly.code.trees import (
    assignments_to_attributes,
    is_part_of,
    kept_with_tree,
    nodes_within,
)
from epochly.errors import SourceError

_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Helpers:
    """The helpers that a stretch of code can call, and the classes of its objects.

    Parameters
    ----------
    function : FunctionType
    whole : FunctionNode
        The function's node, or that of a local function which the stretch is of.
    classes : mapping of str to type
        What is known of variables and of attributes, ``self`` or ``self.parts``.
    """

    def __init__(
        self, function: FunctionType, whole: FunctionNode, classes: Mapping[str, type]
    ) -> None:
        self.whole = whole
        self._function = function
        self._own = "".join(parameters_of(function)[:1])
        self._classes = classes

    @functools.cached_property
    def _all(self) -> FunctionNode:
        """The node of the function itself."""
        return source_of(self._function).node

    def behind(self, call: Call) -> Iterator[Call]:
        """The local functions, as nodes, or the method that a call of unknown code may run."""
        called = call.node.func
        if isinstance(called, ast.Name):
            for node in self._definitions(called.id, frozenset()):
                yield dataclasses.replace(call, value=node)
            for value in self._assigned(called.id):
                if isinstance(value, ast.Call) and value.args and self._is_partial(value):
                    yield from self.behind(_completed(call, value))
        methods: list[Call] = []
        if isinstance(called, ast.Attribute):
            methods += self._method(call, called.value, called.attr)
        if not methods and isinstance(called, (ast.Name, ast.Attribute)):
            methods += self._method(call, called, "__call__")
        yield from methods

    def _method(self, call: Call, owner: ast.expr, name: str) -> Iterator[Call]:
        cls = self.class_of(owner)
        method = None if cls is None else method_of(cls, name)
        if method is not None:
            own = ast.Name(self._own, ast.Load()) if _is_super(owner) else owner
            given = ast.Call(call.node.func, [own, *call.node.args], call.node.keywords)
            given = ast.copy_location(given, call.node)
            yield dataclasses.replace(call, node=given, value=method)

    def _is_partial(self, value: ast.Call) -> bool:
        return live_value(self._function, value.func)[1] is functools.partial

    def handed(self, node: ast.AST) -> Iterator[Call]:
        """Local functions and methods that are passed on, as calls without arguments."""
        for inner in ast.walk(node):
            if not isinstance(inner, ast.Call):
                continue
            for given in (*inner.args, *(keyword.value for keyword in inner.keywords)):
                if isinstance(given, (ast.Name, ast.Attribute)):
                    made = ast.copy_location(ast.Call(given, [], []), given)
                    text = ast.unparse(given)
                    yield from self.behind(Call(made, given.lineno, text, False, None))

    def tells(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a name only ever stands for functions that stand within the function."""
        whole = self._all
        values = assigned(whole, name)
        for value in values:
            known = isinstance(value, ast.Name) and value.id not in seen
            if isinstance(value, ast.Name) and not (known and self.tells(value.id, seen | {name})):
                return False
            if not isinstance(value, (ast.Name, ast.Lambda)):
                return False
        for inner in nodes_within(whole):
            if isinstance(inner, (ast.Global, ast.Nonlocal)) and name in inner.names:
                return False
            if isinstance(inner, (ast.FunctionDef, ast.Name)):
                continue
            if name in names_bound_by(inner):
                return False
        return any(True for _ in self._definitions(name, frozenset()))

    def class_of(self, owner: ast.expr) -> type | None:
        """The user's class of an object, where that is known; it may be a class derived from it."""
        told = self._classes.get(ast.unparse(owner)) if self._classes else None
        if told is not None:
            return told
        known, value = live_value(self._function, owner)
        if known:
            return None if isinstance(value, ModuleType | type) else type(value)
        if _is_super(owner):
            return self._base()
        if isinstance(owner, ast.Call):
            found, cls = live_value(self._function, owner.func)
            return cls if found and isinstance(cls, type) else None
        if isinstance(owner, ast.Attribute):
            holder = self.class_of(owner.value)
            return None if holder is None else _class_of_part(holder, owner.attr)
        if isinstance(owner, ast.Name):
            values = self._assigned(owner.id)
            made = {self.class_of(v) if isinstance(v, ast.Call) else None for v in values}
            return made.pop() if len(made) == 1 else None
        return None

    def classes_within(self, call: Call) -> dict[str, type]:
        """What is known of the objects that a helper is called with, under its own names."""
        hidden = _locals_of(call.value) if isinstance(call.value, _NODES) else None
        found = {
            name: cls
            for name, cls in self._classes.items()
            if hidden is not None and name.partition(".")[0] not in hidden
        }
        for name in parameters_of(call.value):
            given = argument_for(call, name)
            cls = None if given is None else self.class_of(given)
            if given is None or cls is None:
                continue
            found[name] = cls
            dotted = f"{ast.unparse(given)}."
            for known, part in self._classes.items():
                if known.startswith(dotted):
                    found[f"{name}.{known.removeprefix(dotted)}"] = part
        return found

    def owns(self, call: Call) -> bool:
        """Whether it is a call of a local function that is made within this one."""
        return call.value is self.whole or call.value in nodes_within(self.whole)

    def _base(self) -> type | None:
        """The class in which ``super()`` begins to look."""
        defined = binding_of(self._function, "__class__").value
        cls = self._classes.get(self._own, defined)
        order = cls.__mro__ if isinstance(cls, type) else ()
        after = order.index(defined) + 1 if defined in order else len(order)
        return order[after] if after < len(order) else None

    def _assigned(self, name: str) -> list[ast.expr | None]:
        own = name in scope_of(self.whole).locals
        return assigned(self.whole if own else self._all, name)

    def _definitions(self, name: str, seen: frozenset[str]) -> Iterator[FunctionNode]:
        whole = self._all
        yield from _local_functions(whole).get(name, ())
        for value in assigned(whole, name):
            if isinstance(value, ast.Lambda):
                yield value
            elif isinstance(value, ast.Name) and value.id not in seen:
                yield from self._definitions(value.id, seen | {name})


@kept_with_tree
def _local_functions(whole: FunctionNode) -> dict[str, list[FunctionNode]]:
    """The functions that are defined within a function, by name."""
    found: defaultdict[str, list[FunctionNode]] = defaultdict(list)
    for inner in nodes_within(whole):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[inner.name].append(inner)
    return dict(found)


def _is_super(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Call) and ast.unparse(owner) == "super()"


def _completed(call: Call, partial: ast.Call) -> Call:
    """A call of a ``functools.partial`` as one of what that calls."""
    arguments = [*partial.args[1:], *call.node.args]
    made = ast.Call(partial.args[0], arguments, [*partial.keywords, *call.node.keywords])
    return dataclasses.replace(call, node=ast.copy_location(made, call.node))


def method_of(cls: type, name: str) -> FunctionType | None:
    """The user's own method that a class has under a name, be it a class method or cached."""
    raw = inspect.getattr_static(cls, name, None)
    if isinstance(raw, classmethod | CACHE):
        raw = raw.__wrapped__
    found = undecorated(raw)
    return found if isinstance(found, FunctionType) and is_users(found) else None


def class_of_self(function: Function) -> dict[str, type]:
    """The class of a method's object, under the name that the method gives it."""
    plain = function.plain
    if plain is None or not plain.__code__.co_argcount:
        return {}
    bound = function.bound.args
    cls = type(bound[0]) if bound else _class_around(plain)
    return {} if cls is None else {plain.__code__.co_varnames[0]: cls}


def classes_of(named: Mapping[str, Any]) -> dict[str, type]:
    """The user's classes of objects and of what their attributes hold, by the names of both."""
    found: dict[str, type] = {}
    for name, value in named.items():
        cls = type(value)
        if not is_own(cls) or issubclass(cls, type):
            continue
        found[name] = cls
        for part, held in attribute_of(value, "__dict__", {}).items():
            if is_own(type(held)):
                found[f"{name}.{part}"] = type(held)
    return found


def _class_around(function: FunctionType) -> type | None:
    """The class that a plain function is a method of, where its module holds that."""
    found: object = None
    *path, name = function.__qualname__.split(".")
    for part in path:
        found = function.__globals__.get(part) if found is None else attribute_of(found, part)
        if not isinstance(found, type):
            return None
    held = undecorated(vars(found).get(name)) if isinstance(found, type) else None
    same = isinstance(held, FunctionType) and held.__code__ is function.__code__
    return found if same and isinstance(found, type) else None


def _class_of_part(cls: type, name: str) -> type | None:
    """The class of an attribute to which the methods of a class only assign what they construct."""
    found: set[type | None] = set()
    for method in (part for base in cls.__mro__ for part in vars(base).values()):
        if not (isinstance(method, FunctionType) and is_users(method)):
            continue
        own = "".join(method.__code__.co_varnames[: min(method.__code__.co_argcount, 1)])
        try:
            whole = source_of(method).node
        except SourceError:
            return None
        for inner in assignments_to_attributes(whole):
            targets = inner.targets if isinstance(inner, ast.Assign) else []
            if any(is_part_of(one, own) and one.attr == name for one in targets):
                made = inner.value if isinstance(inner.value, ast.Call) else None
                found.add(None if made is None else Helpers(method, whole, {}).class_of(made))
    return found.pop() if len(found) == 1 else None


def parameters_of(value: FunctionType | FunctionNode) -> list[str]:
    """The parameters of a helper that have a name and hold one argument."""
    if isinstance(value, FunctionType):
        code = value.__code__
        return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    arguments = value.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def is_default(call: Call, parameter: str) -> bool:
    """Whether a call leaves a parameter at its default, which all calls share."""
    given = [*call.node.args, *(k for k in call.node.keywords if k.arg is None)]
    return not any(isinstance(g, (ast.Starred, ast.keyword)) for g in given) and (
        parameter in parameters_of(call.value)
    )


def argument_for(call: Call, parameter: str) -> ast.expr | None:
    """What a call passes for a parameter of the function called, where that can be told.

    For a variable that a local function takes from outside it is that variable.
    """
    if is_free(call, parameter):
        return ast.Name(parameter, ast.Load())
    named = parameters_of(call.value)
    if isinstance(call.value, FunctionType):
        positional = named[: call.value.__code__.co_argcount]
    else:
        positional = named[: len(named) - len(call.value.args.kwonlyargs)]
    for keyword in call.node.keywords:
        if keyword.arg == parameter:
            return keyword.value
    place = positional.index(parameter) if parameter in positional else len(call.node.args)
    before = call.node.args[: place + 1]
    if place < len(before) and not any(isinstance(part, ast.Starred) for part in before):
        return before[place]
    return None


def is_free(call: Call, name: str) -> bool:
    """Whether a local function takes a variable from outside."""
    return isinstance(call.value, _NODES) and name not in _locals_of(call.value)


def _locals_of(node: FunctionNode) -> frozenset[str]:
    return scope_of(node).locals
