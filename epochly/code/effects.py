"""What a function does besides returning: nothing, reading the world, drawing, or writing."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from epochly.code.asking import attribute_of
from epochly.code.callees import behind_cache, is_bound_change, of_known_object, with_owner
from epochly.code.callgraph import Call, calls_in, is_users
from epochly.code.causes import Cause as Cause
from epochly.code.causes import Effect as Effect
from epochly.code.causes import Effects as Effects
from epochly.code.function import undecorated
from epochly.code.handed import handed_over
from epochly.code.kinds import (
    OPENING,
    assigned,
    fresh_locals,
    is_listed,
    is_listed_as,
    is_load,
    kind_of,
    qualified_name,
)
from epochly.code.known_calls import CALLS
from epochly.code.loops import root_name
from epochly.code.making import effects_of_making
from epochly.code.modes import effect_of_open, effect_of_sql, may_rename
from epochly.code.positions import SHUFFLING, changed_arguments
from epochly.code.scopes import bound_names, live_value, scope_of
from epochly.code.source import source_of
from epochly.code.stores import Locals, roots_of, stores_in
from epochly.errors import SourceError


@cache
def effect_of_name(name: str) -> Effect:
    """The effect that the table gives for a qualified name."""
    if name in CALLS["settings"]:
        return Effect.WRITES
    prefix, best, effect = name, -1, Effect.UNKNOWN
    while prefix:
        for candidate in Effect:
            listed = CALLS.get(candidate.name.lower(), frozenset())
            wanted = prefix if prefix == name else f"{prefix}.*"
            if wanted in listed and len(prefix) > best:
                best, effect = len(prefix), candidate
        prefix = prefix.rpartition(".")[0]
    return effect


def effects_of(function: FunctionType) -> Effects:
    """Effects of a whole function, found through its helpers.

    A function without source is unknown as a whole.
    """
    return _effects_of(function, frozenset())


def effects_in(
    function: FunctionType, nodes: Sequence[ast.AST], items: frozenset[str] | None = None
) -> Effects:
    """Effects of a stretch of a function's body.

    Parameters
    ----------
    function : FunctionType
    nodes : sequence of ast node
    items : frozenset of str, optional
        The targets of the loop whose body the nodes are. What they hold is not traced further, and
        what the function made outside the nodes counts as shared.
    """
    open_codes = frozenset({function.__code__})
    return Effects(tuple(_causes(function, nodes, open_codes, items)))


def _effects_of(function: FunctionType, open_codes: frozenset[Any]) -> Effects:
    code = function.__code__
    if code in open_codes:
        return Effects(())
    try:
        node = source_of(function).node
    except SourceError as error:
        return Effects((Cause(Effect.UNKNOWN, code.co_firstlineno, error.what, False),))
    body = node.body if isinstance(node.body, list) else [node.body]
    return Effects(tuple(_causes(function, body, open_codes | {code}, None)))


class _Around:
    """A function, and what its names stand for, while its nodes are looked at."""

    def __init__(
        self,
        function: FunctionType,
        open_codes: frozenset[Any],
        nodes: Sequence[ast.AST] | None,
        items: frozenset[str],
    ) -> None:
        whole = source_of(function).node
        self.function = function
        self.open_codes = open_codes
        self.whole = whole
        fresh = fresh_locals(function)
        inside = None if nodes is None else {n for node in nodes for n in _bound_in(node)}
        self.fresh = fresh if inside is None else fresh & inside
        self.names = Locals(function, items, inside)

    def has_made(self, given: ast.expr) -> bool:
        """Whether nothing else holds what a call stores into, be it within a tuple."""
        if not isinstance(given, ast.Name):
            return self.names.makes_new(given)
        pairs = any(isinstance(value, ast.Tuple) for value in assigned(self.whole, given.id))
        fresh = given.id in self.fresh and not pairs
        return fresh or self.names.makes_new(given, deep=pairs)

    def causes(
        self, effect: Effect, line: int, text: str, name: str, *, in_place: bool = False
    ) -> Iterator[Cause]:
        """Changes of the objects that a name may lead to."""
        for root in self.names.origins(name) if name else [""]:
            shared = bool(root) and root not in bound_names(self.function.__code__)
            yield Cause(effect, line, text, False, root, shared, in_place)


def _causes(
    function: FunctionType,
    nodes: Sequence[ast.AST],
    open_codes: frozenset[Any],
    items: frozenset[str] | None,
) -> Iterator[Cause]:
    around = _Around(function, open_codes, None if items is None else nodes, items or frozenset())
    scope = scope_of(around.whole)
    outer = scope.globals_written | scope.nonlocals_written
    found: list[Cause] = []
    for node in nodes:
        for call in (*calls_in(function, node), *handed_over(function, node)):
            found += _of_call(around, call)
        for inner in ast.walk(node):
            for store in stores_in(inner, around.fresh, outer, around.names):
                effect = Effect.PURE if store.in_place else Effect.WRITES
                for cause in around.causes(
                    effect, store.line, store.text, store.name, in_place=store.in_place
                ):
                    if not (cause.in_place and _cannot_change(function, cause.root)):
                        everyones = store.name in outer or store.text.startswith(_SHARED)
                        shared = cause.shared or everyones
                        found.append(dataclasses.replace(cause, shared=shared))
            if isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await)):
                found.append(Cause(Effect.UNKNOWN, inner.lineno, ast.unparse(inner), True))
            elif isinstance(inner, ast.ClassDef) and (inner.bases or inner.keywords):
                found.append(Cause(Effect.UNKNOWN, inner.lineno, f"class {inner.name}", True))
    yield from sorted(found, key=lambda cause: cause.line)


_SHARED = ("type(", "globals()", "vars(")


def _bound_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not is_load(n)}


def _cannot_change(function: FunctionType, name: str) -> bool:
    """Whether a variable from outside is a number or a text now."""
    known, value = live_value(function, ast.Name(name, ast.Load()))
    return known and isinstance(value, (int, float, complex, str, bytes))


def _of_call(around: _Around, call: Call) -> Iterator[Cause]:
    function = around.function
    if not call.found and isinstance(call.node.func, ast.Name):
        call = _through_local(around, call)
    call = with_owner(function, call)
    changed = changed_arguments(call)
    if changed is None:
        yield Cause(Effect.UNKNOWN, call.line, f"{call.text} with unpacked arguments", True)
        return
    for given in changed:
        if not around.has_made(given):
            text = f"{call.text}({ast.unparse(given)})"
            yield from around.causes(Effect.WRITES, call.line, text, root_name(given))
    if changed and qualified_name(call.value) not in SHUFFLING:
        return
    if not call.found:
        yield from _of_method(around, call)
        return
    cached = behind_cache(call)
    users = cached or call
    if isinstance(users.value, FunctionType) and is_users(users.value):
        for cause in _effects_of(users.value, around.open_codes).causes:
            yield from _seen_by_caller(around, users, cause)
        if cached is None:
            return
    is_class, home = isinstance(call.value, type), attribute_of(call.value, "__module__")
    if is_class and home == "builtins" and issubclass(call.value, BaseException):
        return
    if is_class and home != "builtins":
        made = effects_of_making(
            call.value, lambda maker: _effects_of(maker, around.open_codes).causes
        )
        if made is not None:
            for cause in made:
                what = f"{call.text}: {cause.what}"
                yield dataclasses.replace(cause, line=call.line, what=what, root="")
            return
    if is_bound_change(call):
        yield Cause(Effect.WRITES, call.line, call.text, False, root_name(call.node.func), True)
        return
    name = qualified_name(call.value)
    if name == "next" and call.node.args:
        root = root_name(call.node.args[0])
        if root and root not in bound_names(function.__code__):
            yield Cause(Effect.WRITES, call.line, f"next({root})", False, root, True)
            return
    if name == "type" and len(call.node.args) > 1:
        yield Cause(Effect.UNKNOWN, call.line, call.text, True)
    elif name in OPENING:
        yield Cause(effect_of_open(call.node), call.line, call.text, True)
    elif name in _PRINTING:
        text = call.text if call.text.endswith("print") else f"{call.text}, a print"
        yield Cause(Effect.WRITES, call.line, text, False)
    else:
        effect = effect_of_name(name)
        if effect is not Effect.PURE:
            shared = is_listed_as("settings", name)
            yield Cause(effect, call.line, call.text, True, shared=shared)


_PRINTING = frozenset({"print", "pprint.pprint", "pprint.pp"})


def _through_local(around: _Around, call: Call) -> Call:
    """A call of a local that was only assigned a known function, or a method."""
    assert isinstance(call.node.func, ast.Name)
    values = assigned(around.whole, call.node.func.id)
    if len(values) == 1 and values[0] is not None:
        known, value = live_value(around.function, values[0])
        node = ast.copy_location(ast.Call(values[0], call.node.args, call.node.keywords), call.node)
        if known:
            return dataclasses.replace(call, node=node, found=True, value=undecorated(value))
        if isinstance(values[0], ast.Attribute):
            return dataclasses.replace(call, node=node, text=ast.unparse(values[0]))
    return call


def _seen_by_caller(around: _Around, call: Call, cause: Cause) -> Iterator[Cause]:
    """What a helper's effect is where it is called: its parameters are the call's arguments."""
    what = f"{call.text}: {cause.what}"
    seen = dataclasses.replace(cause, line=call.line, what=what)
    if not cause.root or cause.shared:
        yield seen
        return
    argument = _argument_for(call, cause.root)
    if argument is None:
        yield dataclasses.replace(seen, root="", shared=_is_default(call, cause.root))
        return
    if around.names.makes_new(argument, deep=True):
        return
    name = next(iter(roots_of(argument)), "")
    for through in around.causes(cause.effect, call.line, what, name):
        if not (cause.in_place and _cannot_change(around.function, through.root)):
            yield dataclasses.replace(seen, root=through.root, shared=through.shared)


def _is_default(call: Call, parameter: str) -> bool:
    """Whether a call leaves a parameter at its default, which all calls share."""
    code = call.value.__code__
    given = [*call.node.args, *(k for k in call.node.keywords if k.arg is None)]
    return not any(isinstance(g, (ast.Starred, ast.keyword)) for g in given) and (
        parameter in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    )


def _argument_for(call: Call, parameter: str) -> ast.expr | None:
    """What a call passes for a parameter of the function called, where that can be told."""
    positional = call.value.__code__.co_varnames[: call.value.__code__.co_argcount]
    for keyword in call.node.keywords:
        if keyword.arg == parameter:
            return keyword.value
    place = positional.index(parameter) if parameter in positional else len(call.node.args)
    before = call.node.args[: place + 1]
    if place < len(before) and not any(isinstance(part, ast.Starred) for part in before):
        return before[place]
    return None


def _of_method(around: _Around, call: Call) -> Iterator[Cause]:
    method = call.node.func
    if not isinstance(method, ast.Attribute):
        yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        return
    if call.text in _STREAMS:
        yield Cause(Effect.WRITES, call.line, f"{call.text}, a print", False)
        return
    effect = _of_typed_method(around.function, call.node)
    if effect is not None:
        if effect is not Effect.PURE:
            kind = kind_of(around.function, method.value)
            shared = is_listed_as("settings", f"{kind}.{method.attr}")
            yield Cause(effect, call.line, call.text, True, shared=shared)
        return
    if method.attr in CALLS["pure_methods"] and not may_rename(call.node):
        return
    owner = method.value
    if method.attr in CALLS["changing_methods"]:
        if not (isinstance(owner, ast.Name) and owner.id in around.fresh):
            for root in roots_of(owner) or [""]:
                yield from around.causes(Effect.WRITES, call.line, call.text, root)
        return
    if method.attr in {"read", "readline", "readlines"}:
        yield Cause(Effect.READS, call.line, call.text, True)
        return
    seeded = any(keyword.arg == "random_state" for keyword in call.node.keywords)
    drawn = method.attr == "rvs" and not seeded
    inner = of_known_object(around.function, call)
    for cause in _effects_of(inner.value, around.open_codes).causes if inner is not None else ():
        yield from _seen_by_caller(around, inner or call, cause)
    yield Cause(Effect.DRAWS if drawn else Effect.UNKNOWN, call.line, call.text, True)


_STREAMS = frozenset({"sys.stdout.write", "sys.stdout.writelines", "stdout.write"})


def _of_typed_method(function: FunctionType, node: ast.Call) -> Effect | None:
    """The effect of a method whose object's class the source tells; None where the name decides."""
    assert isinstance(node.func, ast.Attribute)
    kind = kind_of(function, node.func.value)
    if kind is None:
        return None
    if kind.startswith("sqlite3.") and node.func.attr == "execute":
        return effect_of_sql(node)
    if kind == "pathlib.Path" and node.func.attr == "open":
        return effect_of_open(ast.Call(node.func, [node.func, *node.args], node.keywords))
    name = f"{kind}.{node.func.attr}"
    return effect_of_name(name) if is_listed(name) else None
