"""Which names of a function lead to nothing that anybody else can reach."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from epochly.code.around import Opened
from epochly.code.callees import is_of_class
from epochly.code.callgraph import Call, is_users
from epochly.code.causes import Cause
from epochly.code.imported import value_of
from epochly.code.kinds import is_load
from epochly.code.known_calls import CALLS
from epochly.code.lasting import (
    is_fixed_class,
    is_lasting,
    lasting_in,
    leads_behind,
    may_change,
    shared_defaults,
)
from epochly.code.libraries import CACHE
from epochly.code.parsing import parsed
from epochly.code.sharing import is_own
from epochly.errors import SourceError
from epochly.runtime.assignments import Assignments

if TYPE_CHECKING:
    from epochly.code.function import Function

_PARTS = (ast.Attribute, ast.Subscript)
_HIDDEN = frozenset({"__class__", "__dict__"})


class Owned(NamedTuple):
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
    leads_out : callable
        ``leads_out(value)``: whether an expression may give, or lead to, what others can reach.
    augmented : frozenset of str
        Parts of objects with ``+=`` and the like, which may change what is held there.
    """

    names: frozenset[str]
    holders: frozenset[str]
    given: frozenset[str]
    leads_out: Callable[[ast.expr], bool]
    augmented: frozenset[str] = frozenset()

    def covers(self, cause: Cause) -> bool:
        """Whether a change is one of an object that is gone, or the caller's copy, in the end."""
        if any(name in cause.what for name in _HIDDEN) or cause.shared:
            return False
        if cause.through is not None:
            return self.lends(cause.through)
        root = _changed(cause)
        if root not in self.names:
            return False
        return root not in self.holders or self._is_shallow(cause)

    def lends(self, call: Call) -> bool:
        """Whether a helper can only change what is the function's own, and what it makes itself."""
        if not isinstance(call.value, FunctionType):
            # What a local function does stands in the source of the function itself.
            return True
        given = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
        return lasting_in(call.value) is None and not any(map(self.leads_out, given))

    def is_given(self, cause: Cause) -> bool:
        """Whether a change is one of an argument itself, and not of what that leads to."""
        return cause.through is None and _changed(cause) in self.given and self._is_shallow(cause)

    def _is_shallow(self, cause: Cause) -> bool:
        """Whether a store such as ``found[1]`` or ``found.append`` changes what the name is."""
        return cause.what not in self.augmented and _is_part_of_name(cause.what)


def owned_by(function: Function, opened: Opened) -> Owned:
    """The names of a function that are its own.

    Parameters
    ----------
    function : Function
    opened : Opened
        The effects of helpers, as far as they are known.
    """
    plain = function.plain
    assert plain is not None
    code = plain.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    own = set(names[len(function.bound.args) :]) - set(function.bound.kwargs)
    own -= shared_defaults(plain)
    foreign = set(names) - own
    # What a partial gives beyond the parameters is not copied either.
    if len(function.bound.args) > code.co_argcount or not function.bound.kwargs.keys() <= set(
        names
    ):
        foreign |= set(code.co_varnames[len(names) : len(names) + 2])
    try:
        node = function.source.node
    except SourceError:
        return Owned(frozenset(own), frozenset(), frozenset(), lambda value: True)
    found = Assignments(plain, node, opened)
    local = {name for targets, _ in found.made for name in targets}
    foreign |= found.untold
    holders: set[str] = set()

    def leads_out(value: ast.expr) -> bool:
        return _leads_out(plain, value, foreign | holders)

    known = -1
    while known < len(foreign) + len(holders):
        known = len(foreign) + len(holders)
        for into, value in found.filled:
            holders |= into & (own | local) if leads_out(value) else set()
        # Two arguments may be one object.
        holders |= own if holders & own else set()
        for targets, value in found.made:
            foreign |= targets if leads_out(value) else set()
        # What is put into an object is found by every name that leads to it.
        for into, value in (*found.filled, *found.made):
            if into & holders:
                holders |= (into | found.leads_to(value)) & (own | local)
    mine = frozenset((own | local) - foreign)
    return Owned(mine, frozenset(holders), mine - local, leads_out, found.augmented)


def _leads_out(function: FunctionType, value: ast.expr, foreign: set[str]) -> bool:
    """Whether a value may be, or hold, an object that others can reach as well."""
    called: set[int] = set()
    given: set[int] = set()
    for part in ast.walk(value):
        if isinstance(part, ast.Call):
            called.add(id(part.func))
            given |= set(map(id, (*part.args, *(keyword.value for keyword in part.keywords))))
    todo: list[ast.AST] = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Subscript) and _is_plain_table(value_of(function, part.value)[1]):
            part = part.slice
        if not isinstance(part, (ast.Name, ast.Attribute)):
            todo += ast.iter_child_nodes(part)
            continue
        if isinstance(part, ast.Attribute) and leads_behind(part.attr):
            return True
        if isinstance(part, ast.Name) and not is_load(part) and part.id not in foreign:
            continue
        known, found = value_of(function, part)
        if isinstance(part, ast.Name) and part.id in foreign and not known:
            return True
        if known and _is_shared(found, called=id(part) in called, given=id(part) in given):
            return True
        if isinstance(part, ast.Attribute):
            is_bound = known and is_of_class(function, part)
            todo += [] if known and not is_bound else [part.value]
    return False


def _is_plain_table(found: Any) -> bool:
    """Whether it is a container that holds nothing but numbers and texts now."""
    held = found.values() if type(found) is dict else found if type(found) in (list, tuple) else ()
    return bool(held) and not any(may_change(one) or _has_namespace(one) for one in held)


def _has_namespace(found: Any) -> bool:
    """Whether it is a module or a class whose attributes anybody can set."""
    return isinstance(found, (ModuleType, type)) and not is_fixed_class(found)


def _is_shared(found: Any, *, called: bool, given: bool) -> bool:
    """Whether a name from outside stands for what others can reach and change."""
    if called:
        return _gives_shared(found)
    if isinstance(found, (ModuleType, type)):
        return _has_namespace(found)
    if not may_change(found):
        return False
    if given and callable(found) and not is_own(type(found)):
        return _gives_shared(found)
    return True


def _gives_shared(called: Any) -> bool:
    """Whether what a call gives may lead to what others can reach, too."""
    if called is type or isinstance(called, CACHE):
        return True
    if isinstance(called, FunctionType):
        return is_users(called) and lasting_in(called) is not None
    if isinstance(called, type):
        return is_own(called) and (issubclass(called, Enum) or lasting_in(called) is not None)
    return is_lasting(called)


def _changed(cause: Cause) -> str:
    """The name that is changed, or through which; empty where that is not told."""
    return cause.root if cause.in_place or cause.is_note else _root(cause.what)


def _is_part_of_name(text: str) -> bool:
    try:
        place = parsed(text, "<path>", "eval").body
    except SyntaxError:
        return False
    return isinstance(place, _PARTS) and isinstance(place.value, ast.Name)


def _root(text: str) -> str:
    """The name at the root of a store such as ``grid[1].size``; empty where there is none."""
    from epochly.code.loops import root_name

    try:
        place = parsed(text, "<path>", "eval").body
    except SyntaxError:
        return ""
    is_filled = not isinstance(place, ast.Attribute) or place.attr in CALLS["changing_methods"]
    while is_filled and (owner := _given_its_part(place)) is not None:
        place = owner
    return root_name(place)


def _given_its_part(place: ast.expr) -> ast.expr | None:
    """The object of a ``found.setdefault(key, [])`` that a store goes through.

    What else that may give has been put into the object.
    """
    while isinstance(place, (ast.Attribute, ast.Subscript)):
        place = place.value
    if isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute):
        return place.func.value if place.func.attr == "setdefault" else None
    return None
