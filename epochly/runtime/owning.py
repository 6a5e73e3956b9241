"""Which names of a function lead to nothing that anybody else can reach."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from epochly.code.callgraph import is_users
from epochly.code.causes import Cause
from epochly.code.fingerprint import PLAIN
from epochly.code.outside import outside
from epochly.code.parsing import parsed
from epochly.code.scopes import live_value
from epochly.code.sharing import is_own
from epochly.code.stores import FILLING
from epochly.errors import SourceError

if TYPE_CHECKING:
    from epochly.code.function import Function

_PARTS = (ast.Attribute, ast.Subscript)
_MAKING = ("__init__", "__new__", "__post_init__")


@dataclass(frozen=True, slots=True)
class Owned:
    """Names whose objects no one but the caller's arguments can lead to.

    They are the parameters that the caller gives (what a method is bound to is not copied, nor is
    a default), and locals made of nothing but these, fresh containers and what library functions
    return.

    Parameters
    ----------
    names : frozenset of str
    holders : frozenset of str
        Those of them that were given something that others can reach: they themselves may be
        changed, but not what they lead to.
    given : frozenset of str
        The parameters among them that are never assigned.
    """

    names: frozenset[str]
    holders: frozenset[str]
    given: frozenset[str]

    def covers(self, cause: Cause) -> bool:
        """Whether a change is one of an object that is gone, or the caller's copy, in the end."""
        root = _changed(cause)
        if root not in self.names or "__class__" in cause.what:
            return False
        return root not in self.holders or _is_shallow(cause.what)

    def is_given(self, cause: Cause) -> bool:
        """Whether a change is one of an argument itself, and not of what that leads to."""
        return _changed(cause) in self.given and _is_shallow(cause.what)


def owned_by(function: Function) -> Owned:
    """The names of a function that are its own."""
    plain = function.plain
    assert plain is not None
    code = plain.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    own = set(names[len(function.bound.args) :]) - set(function.bound.kwargs)
    own -= shared_defaults(plain)
    foreign = set(names) - own
    try:
        node = function.source.node
    except SourceError:
        return Owned(frozenset(own), frozenset(), frozenset())
    made, filled = list(_assigned(node)), list(_filled(node))
    holders: set[str] = set()
    known = -1
    while known < len(foreign) + len(holders):
        known = len(foreign) + len(holders)
        for names_of, value in filled:
            if _leads_out(plain, value, foreign | holders):
                holders |= names_of
        for targets, value in made:
            if _leads_out(plain, value, foreign | holders):
                foreign |= targets
    local = {name for targets, _ in made for name in targets}
    declared = {
        name
        for part in ast.walk(node)
        if isinstance(part, ast.Global | ast.Nonlocal)
        for name in part.names
    }
    mine = frozenset((own | local) - foreign - declared)
    return Owned(mine, frozenset(holders), mine - local)


def shared_defaults(function: FunctionType) -> set[str]:
    """Parameters whose default is an object that may change, one for all calls that leave it."""
    defaults = function.__defaults__ or ()
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    # `[-0:]` would be all of them.
    given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    given |= function.__kwdefaults__ or {}
    return {name for name, value in given.items() if may_change(value)}


def may_change(value: object) -> bool:
    """Whether an object may be another one after a call, for all that its class tells."""
    if isinstance(value, tuple):
        return any(map(may_change, value))
    return not isinstance(value, (*PLAIN, type, ModuleType))


def _assigned(node: ast.AST) -> Iterator[tuple[set[str], ast.expr]]:
    """Names that a function assigns, each with what they are assigned from."""
    from epochly.code.loops import stored_names

    for part in ast.walk(node):
        match part:
            case ast.Assign(targets=targets, value=value):
                yield {name for target in targets for name in stored_names(target)}, value
            case (
                ast.AugAssign(target=target, value=value)
                | ast.NamedExpr(target=target, value=value)
            ):
                yield stored_names(target), value
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield stored_names(target), value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield stored_names(target), value
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                yield stored_names(target), value


def _filled(node: ast.AST) -> Iterator[tuple[set[str], ast.expr]]:
    """Names of objects into which a function puts something, each with what that is."""
    from epochly.code.loops import root_name

    for part in ast.walk(node):
        if isinstance(part, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and part.value is not None:
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            places = (place for target in targets for place in ast.walk(target))
            stored = (place for place in places if isinstance(place, _PARTS))
            yield {root_name(place) for place in stored}, part.value
        elif isinstance(part, ast.Call):
            called = part.func
            if isinstance(called, ast.Attribute) and called.attr in FILLING:
                for argument in (*part.args, *(keyword.value for keyword in part.keywords)):
                    yield {root_name(called)}, argument
            elif isinstance(called, ast.Name) and called.id == "setattr" and part.args:
                yield {root_name(part.args[0])}, part.args[-1]


def _leads_out(function: FunctionType, value: ast.expr, foreign: set[str]) -> bool:
    """Whether a value may be, or hold, an object that others can reach as well."""
    called = {id(part.func): part.func for part in ast.walk(value) if isinstance(part, ast.Call)}
    for part in ast.walk(value):
        if isinstance(part, ast.Attribute) and part.attr == "__class__":
            return True
        if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load):
            continue
        if part.id in foreign:
            return True
        known, found = live_value(function, part)
        if not known or isinstance(found, (*PLAIN, ModuleType)):
            continue
        if id(part) not in called or _gives_shared(found):
            return True
    return any(
        isinstance(target, ast.Attribute) and _gives_shared(live_value(function, target)[1])
        for target in called.values()
    )


def _gives_shared(called: Any) -> bool:
    """Whether what a call gives may lead to what others can reach, too."""
    if called is type:
        return True
    if isinstance(called, FunctionType):
        return is_users(called)
    if not isinstance(called, type) or not is_own(called):
        return False
    makers = (vars(base).get(name) for base in called.__mro__ for name in _MAKING)
    return any(
        shared_defaults(maker) or any(_is_state(value) for value in outside(maker).values())
        for maker in makers
        if isinstance(maker, FunctionType)
    )


def _is_state(value: Any) -> bool:
    return may_change(value) and not callable(value)


def _changed(cause: Cause) -> str:
    """The name that is changed, or through which; empty where that is not told."""
    return cause.root if cause.in_place else _root(cause.what)


def _is_shallow(text: str) -> bool:
    """Whether a store such as ``found[1]`` or ``found.append`` changes what the name itself is."""
    try:
        place = parsed(text, "<path>", "eval").body
    except SyntaxError:
        return False
    return isinstance(place, _PARTS) and isinstance(place.value, ast.Name)


def _root(text: str) -> str:
    """The name at the root of a store such as ``grid[1].size``; empty where there is none."""
    from epochly.code.loops import root_name

    try:
        return root_name(parsed(text, "<path>", "eval").body)
    except SyntaxError:
        return ""
