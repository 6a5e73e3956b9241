"""What the names of a function are assigned from, and what is put into their objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType

from epochly.code.around import Opened
from epochly.code.bindings import targets_of
from epochly.code.callgraph import Call, is_users
from epochly.code.causes import Effect
from epochly.code.effects import effects_of
from epochly.code.helpers import Helpers, argument_for, parameters_of
from epochly.code.imported import value_of
from epochly.code.kinds import is_load, qualified_name
from epochly.code.known_calls import CALLS
from epochly.code.known_effects import effect_of_name
from epochly.code.loops import stored_names
from epochly.code.scopes import arguments_of, names_bound_by
from epochly.code.source import FunctionNode
from epochly.loaded import loaded

_PARTS = (ast.Attribute, ast.Subscript)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NUMBERS = frozenset(
    "bool float int len ord range numpy.arange numpy.empty numpy.ones numpy.zeros".split()
)
_Found = Iterator[tuple[set[str], ast.expr]]


class Assignments:
    """What happens to the names of a function, those of its inner functions among them.

    Parameters
    ----------
    function : FunctionType
    node : FunctionNode
    opened : Opened
        The effects of helpers, as far as they are known.

    Attributes
    ----------
    made : list of (set of str, ast.expr)
        Names, with what they are assigned from.
    filled : list of (set of str, ast.expr)
        Names through which something is put into an object, with what that is.
    augmented : frozenset of str
        The targets of ``+=`` and the like.
    untold : set of str
        Names of which nothing tells what they hold: an import's, an exception's, the parameters of
        an inner function that somebody else may call.
    """

    def __init__(self, function: FunctionType, node: FunctionNode, opened: Opened) -> None:
        self._opened = opened
        self._function, self._node = function, node
        self._helpers = Helpers(function, node, {})
        told = dict(self._inner_calls())
        self.made = [*_assigned(node), *self._arguments(told)]
        self.filled = [*self._stored(), *self._put_by_calls()]
        self.augmented = frozenset(
            ast.unparse(part.target) for part in ast.walk(node) if isinstance(part, ast.AugAssign)
        )
        known = {argument.arg for argument in arguments_of(node)}
        known |= {name for names, _ in self.made for name in names}
        self.untold = {n for part in ast.walk(node) for n in names_bound_by(part)} - known
        for part in ast.walk(node):
            if isinstance(part, (ast.Global, ast.Nonlocal)):
                self.untold |= set(part.names)
            elif isinstance(part, (ast.ExceptHandler, ast.alias, ast.ClassDef)):
                self.untold |= set(names_bound_by(part))
            elif isinstance(part, _DEFINED) and part is not node and part not in told:
                self.untold |= {argument.arg for argument in arguments_of(part)}

    def _inner_calls(self) -> Iterator[tuple[FunctionNode, list[Call]]]:
        """The inner functions that are only ever called by their names, with these calls."""
        loads: dict[str, list[ast.Name]] = {}
        calls: dict[int, ast.Call] = {}
        for part in ast.walk(self._node):
            if isinstance(part, ast.Name) and is_load(part):
                loads.setdefault(part.id, []).append(part)
            elif isinstance(part, ast.Call):
                calls[id(part.func)] = part
        for name, inner in _named_functions(self._node):
            used = loads.get(name, [])
            if self._helpers.tells(name) and all(id(load) in calls for load in used):
                found = [calls[id(load)] for load in used]
                made = [Call(call, call.lineno, name, False, inner) for call in found]
                if all(_is_plain(call) for call in made):
                    yield inner, made

    def _arguments(self, told: dict[FunctionNode, list[Call]]) -> _Found:
        for inner, calls in told.items():
            defaults = (*inner.args.defaults, *filter(None, inner.args.kw_defaults))
            for name in parameters_of(inner):
                yield from (({name}, default) for default in defaults)
                for call in calls:
                    given = argument_for(call, name)
                    if given is not None:
                        yield {name}, given

    def _put_by_calls(self) -> _Found:
        """What calls may put into the object that they belong to, or into one another."""
        for call in ast.walk(self._node):
            if not isinstance(call, ast.Call):
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            known, called = value_of(self._function, call.func)
            parts: list[ast.expr] = given
            if isinstance(call.func, ast.Attribute) and not known:
                given = [] if call.func.attr in CALLS["pure_methods"] else [call.func.value, *given]
                parts = given
            elif isinstance(called, FunctionType) and is_users(called):
                causes = effects_of(called, self._opened).causes
                changing = any(c.in_place or c.effect > Effect.READS for c in causes)
                # It may put there what it finds itself.
                given, parts = (given, [call]) if changing else ([], [])
            elif known and effect_of_name(qualified_name(called)) is Effect.PURE:
                given = []
            for holder in given:
                yield from ((self.leads_to(holder), part) for part in parts if part is not holder)

    def _stored(self) -> _Found:
        """What is assigned to parts of objects."""
        for targets, value in _bindings(self._node):
            places = (place for target in targets for place in ast.walk(target))
            yield from (
                (self.leads_to(place), value) for place in places if isinstance(place, _PARTS)
            )
        for part in ast.walk(self._node):
            if not isinstance(part, ast.AugAssign) or not isinstance(part.target, ast.Name):
                continue
            # What it holds by then, be it under other names, holds what is added.
            if not self._is_of_numbers(part.value):
                yield {part.target.id}, part.value

    def _is_of_numbers(self, value: ast.expr) -> bool:
        """Whether it is an array from outside, whose items are copied when it is added."""
        numpy, found = loaded("numpy"), value_of(self._function, value)[1]
        return numpy is not None and type(found) is numpy.ndarray and not found.dtype.hasobject

    def leads_to(self, value: ast.AST) -> set[str]:
        """The names whose objects, or parts of them, an expression may give or hold."""
        match value:
            case ast.Name(id=name):
                return {name}
            case ast.Attribute(value=owner) | ast.Subscript(value=owner):
                return self.leads_to(owner)
            case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
                return self.leads_to(item)
            case ast.BinOp(left=ast.List() as items, op=ast.Mult()):
                return self.leads_to(items)
            case ast.Call(func=called) if self._makes_numbers(called):
                return set()
        return {name for part in ast.iter_child_nodes(value) for name in self.leads_to(part)}

    def _makes_numbers(self, called: ast.expr) -> bool:
        known, value = value_of(self._function, called)
        return known and qualified_name(value) in _NUMBERS


def _named_functions(node: FunctionNode) -> Iterator[tuple[str, FunctionNode]]:
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef) and part is not node:
            yield part.name, part
        elif isinstance(part, ast.Assign) and isinstance(part.value, ast.Lambda):
            for target in part.targets:
                if isinstance(target, ast.Name) and len(part.targets) == 1:
                    yield target.id, part.value


def _is_plain(call: Call) -> bool:
    """Whether a call of an inner function tells which parameter gets what."""
    unpacked = any(isinstance(part, ast.Starred) for part in call.node.args)
    assert isinstance(call.value, _DEFINED)
    starred = call.value.args.vararg is not None or call.value.args.kwarg is not None
    return not (unpacked or starred or any(k.arg is None for k in call.node.keywords))


def _bindings(node: FunctionNode) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """Targets, which may be parts of objects, each with what is put there, or held there."""
    for part in ast.walk(node):
        assigned = targets_of(part)
        if assigned is not None:
            targets, _, value = assigned
            yield targets, value


def _assigned(node: FunctionNode) -> _Found:
    for targets, value in _bindings(node):
        yield {name for target in targets for name in stored_names(target)}, value
    for part in ast.walk(node):
        match part:
            case ast.Match(subject=value, cases=cases):
                patterns = (inner for one in cases for inner in ast.walk(one.pattern))
                yield {name for inner in patterns for name in names_bound_by(inner)}, value
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if part is not node:
                yield from (({name}, value) for value in _given_by(part))


def _given_by(inner: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """What a function gives, and its defaults."""
    for part in ast.walk(inner):
        if isinstance(part, (ast.Return, ast.Yield, ast.YieldFrom)) and part.value is not None:
            yield part.value
    yield from (*inner.args.defaults, *filter(None, inner.args.kw_defaults))
