"""Whether a function may be run a second time beside itself, as far as its source shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Literal

from epochly.code.callgraph import is_users
from epochly.code.fingerprint import PLAIN
from epochly.code.outside import functions_of, names_in, outside
from epochly.code.parsing import parsed
from epochly.code.scopes import live_value
from epochly.code.sharing import CONTAINERS, is_own, named_parts, parts_of
from epochly.errors import SourceError

if TYPE_CHECKING:
    from epochly.call import Arguments
    from epochly.code.function import Function


@dataclass(frozen=True, slots=True)
class Replay:
    """What a function's source allows.

    Parameters
    ----------
    allowed : str
        ``twice``: shown free of side effects, once arguments are copied and random streams
        restored. ``proven``: it reads the outside world, so it is never run twice, but a
        transformation that is proven to keep its meaning may replace it. ``never``: neither.
    draws : bool
        Whether it draws from a global random stream, which a second run must find restored.
    reason : str
        What stands in the way of ``twice``; empty where nothing does.
    """

    allowed: Literal["twice", "proven", "never"]
    draws: bool = False
    reason: str = ""


def replay_of(function: Function) -> Replay:
    """What may be done with a function, from the effects that its source shows.

    A store into one of its own arguments is no obstacle, since a second run gets copies.
    """
    from epochly.code.effects import Effect, effects_of
    from epochly.code.harmless import hazard
    from epochly.code.sharing import changed_by_reading

    if function.plain is None:
        return Replay("never", reason=function.without_python().reason)
    own = _own_names(function)
    draws = False
    reads = ""
    for cause in effects_of(function.plain).causes:
        if cause.in_place and (cause.shared or (cause.root and cause.root not in own)):
            reason = f"{cause.what} may change what outlives the call (line {cause.line})"
            return Replay("never", draws, reason)
        if cause.effect is Effect.DRAWS:
            draws = True
        elif cause.effect is Effect.READS:
            reads = reads or f"{cause.what} reads the outside world (line {cause.line})"
        elif cause.effect is not Effect.PURE:
            root = _root(cause.what)
            if cause.outside or cause.effect is Effect.UNKNOWN or root not in own:
                what = "writes" if cause.effect is Effect.WRITES else "has unknown effects"
                return Replay("never", draws, f"{cause.what} {what} (line {cause.line})")
    if reads:
        return Replay("proven", draws, reads)
    values, names = _held(function)
    more = changed_by_reading(values, names)
    more = more or hazard(_objects(values, names), names, changing=False)
    if more is not None:
        return Replay("never", draws, more)
    return Replay("twice", draws)


def hazard_of(function: Function, arguments: Arguments) -> str | None:
    """What operators and properties of the user's classes do beside what the source shows.

    Parameters
    ----------
    function : Function
        One that its source allows to run twice.
    arguments : Arguments
        Whose classes are looked at.
    """
    from epochly.code.harmless import hazard

    _, names = _held(function)
    given = [*arguments.args, *arguments.kwargs.values()]
    return hazard(_own_objects(given), names, changing=False)


def _objects(values: list[Any], names: frozenset[str]) -> list[Any]:
    """All but functions, which are judged with what they call, and modules, but what these hold."""
    found, todo = [], list(values)
    modules: list[ModuleType] = []
    while todo:
        value = todo.pop()
        if isinstance(value, ModuleType):
            todo += [] if value in modules else named_parts(value, names)
            modules.append(value)
        elif not callable(value) or isinstance(value, type) or is_own(type(value)):
            found.append(value)
    return found


def _own_objects(values: list[Any], depth: int = 4) -> list[Any]:
    """Objects of the user's classes, one for each class in a container."""
    found = []
    for value in values:
        if is_own(type(value)):
            found.append(value)
        elif depth and type(value) in CONTAINERS:
            kinds = {type(part): part for part in parts_of(value)}
            found += _own_objects(list(kinds.values()), depth - 1)
    return found


def _held(function: Function) -> tuple[list[Any], frozenset[str]]:
    """What a function and its helpers hold outside the arguments of a call, and what they name."""
    assert function.plain is not None
    values = [*function.bound.args, *function.bound.kwargs.values()]
    names: frozenset[str] = frozenset()
    for part in functions_of(function.plain):
        values += [*outside(part).values(), *(part.__defaults__ or ())]
        values += (part.__kwdefaults__ or {}).values()
        names |= names_in(part.__code__)
    return values, names


def _own_names(function: Function) -> frozenset[str]:
    """Names whose objects no one but the caller's arguments can lead to.

    They are the parameters that the caller gives (what a method is bound to is not copied, nor is
    a default), and locals made of nothing but these, fresh containers and what library functions
    return.
    """
    assert function.plain is not None
    code = function.plain.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    own = set(names[len(function.bound.args) :]) - set(function.bound.kwargs)
    own -= _shared_defaults(function.plain)
    foreign = set(names) - own
    try:
        node = function.source.node
    except SourceError:
        return frozenset(own)
    made = list(_assigned(node))
    found = len(foreign) - 1
    while found < len(foreign):
        found = len(foreign)
        for targets, value in made:
            if _leads_out(function.plain, value, foreign):
                foreign |= targets
    local = {name for targets, _ in made for name in targets}
    declared = {
        name
        for part in ast.walk(node)
        if isinstance(part, ast.Global | ast.Nonlocal)
        for name in part.names
    }
    return frozenset((own | local) - foreign - declared)


def _shared_defaults(function: FunctionType) -> set[str]:
    """Parameters whose default is an object that may change, one for all calls that leave it."""
    defaults = function.__defaults__ or ()
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    # `[-0:]` would be all of them.
    given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    given |= function.__kwdefaults__ or {}
    return {name for name, value in given.items() if _may_change(value)}


def _may_change(value: object) -> bool:
    if isinstance(value, tuple):
        return any(map(_may_change, value))
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


def _leads_out(function: FunctionType, value: ast.expr, foreign: set[str]) -> bool:
    """Whether a value may be, or hold, an object that others can reach as well."""
    called = {id(part.func): part.func for part in ast.walk(value) if isinstance(part, ast.Call)}
    for part in ast.walk(value):
        if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load):
            continue
        if part.id in foreign:
            return True
        known, found = live_value(function, part)
        if not known or isinstance(found, (*PLAIN, ModuleType)):
            continue
        if id(part) not in called or (isinstance(found, FunctionType) and is_users(found)):
            return True
    return any(
        isinstance(target, ast.Attribute) and _is_users_attribute(function, target)
        for target in called.values()
    )


def _is_users_attribute(function: FunctionType, target: ast.Attribute) -> bool:
    known, found = live_value(function, target)
    return known and isinstance(found, FunctionType) and is_users(found)


def _root(text: str) -> str:
    """The name at the root of a store such as ``grid[1].size``; empty where there is none."""
    from epochly.code.loops import root_name

    try:
        return root_name(parsed(text, "<path>", "eval").body)
    except SyntaxError:
        return ""
