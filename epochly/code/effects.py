"""What a function does besides returning: nothing, reading the world, drawing, or writing."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FunctionType, MappingProxyType

from epochly.code.around import Around, Opened
from epochly.code.asking import attribute_of
from epochly.code.bindings import bindings_in
from epochly.code.callees import behind_cache, through_local, with_owner
from epochly.code.callgraph import Call, body_of, calls_in, is_users
from epochly.code.causes import Cause as Cause
from epochly.code.causes import Effect as Effect
from epochly.code.causes import Effects as Effects
from epochly.code.causes import effects_from, one_of_each
from epochly.code.function import undecorated
from epochly.code.handed import handed_over
from epochly.code.helpers import Helpers, argument_for, is_default, is_free, parameters_of
from epochly.code.imported import value_of
from epochly.code.kinds import (
    is_listed_as,
    kind_of,
    qualified_name,
)
from epochly.code.known_calls import CALLS
from epochly.code.known_effects import (
    causes_of_known,
    effect_of_typed_method,
    gives_an_iterator,
    is_generator,
    is_unknown,
)
from epochly.code.loops import root_name
from epochly.code.making import effects_of_making, only_finds
from epochly.code.modes import is_given_more
from epochly.code.positions import SHUFFLING, changed_arguments
from epochly.code.roots import roots_of
from epochly.code.scopes import bound_names, live_value, scope_of
from epochly.code.source import FunctionNode, source_of
from epochly.code.stores import stores_in
from epochly.code.streams import changed_by_stream, is_own_stream, is_seeded
from epochly.errors import SourceError

_UNTOLD: Mapping[str, type] = MappingProxyType({})


def effects_of(function: FunctionType, opened: Opened | None = None) -> Effects:
    """Effects of a whole function, found through its helpers.

    A function without source is unknown as a whole.

    Parameters
    ----------
    function : FunctionType
    opened : Opened, optional
        What was found in others, so that helpers that they share are looked at once.
    """
    return effects_from(_effects_of(function, Opened() if opened is None else opened))


def effects_in(
    function: FunctionType,
    nodes: Sequence[ast.AST],
    items: frozenset[str] | None = None,
    classes: Mapping[str, type] = _UNTOLD,
) -> Effects:
    """Effects of a stretch of a function's body.

    Parameters
    ----------
    function : FunctionType
    nodes : sequence of ast node
    items : frozenset of str, optional
        The targets of the loop whose body the nodes are. What they hold is not traced further, and
        what the function made outside the nodes counts as shared.
    classes : mapping of str to type, optional
        The classes of objects that variables and their attributes hold.
    """
    helpers = Helpers(function, source_of(function).node, classes)
    around = Around(function, Opened(function.__code__), helpers, nodes, items)
    return effects_from(tuple(_causes(around, nodes)))


def _effects_of(
    function: FunctionType, opened: Opened, classes: Mapping[str, type] = _UNTOLD
) -> tuple[Cause, ...]:
    code = function.__code__

    def causes() -> Iterable[Cause]:
        try:
            node = source_of(function).node
        except SourceError as error:
            return [Cause(Effect.UNKNOWN, code.co_firstlineno, error.what, False)]
        around = Around(function, opened, Helpers(function, node, classes))
        found = list(_causes(around, body_of(node)))
        return found + (_for_all(function, found) if opened.is_recursive(code) else [])

    return opened.look(code, function, classes, causes)


def _for_all(function: FunctionType, causes: Sequence[Cause]) -> list[Cause]:
    """What a function that calls itself does to one parameter, done to each: it may swap them."""
    names = parameters_of(function)
    changed = {cause.root: cause for cause in causes if cause.root in names and not cause.shared}
    return [c._replace(root=name) for c in changed.values() for name in names]


def _causes(around: Around, nodes: Sequence[ast.AST]) -> Iterator[Cause]:
    function = around.function
    scope = scope_of(around.whole)
    outer = scope.globals_written | scope.nonlocals_written
    found: list[Cause] = []
    later = {
        id(part)
        for node in nodes
        for inner in ast.walk(node)
        if isinstance(inner, _INNER)
        for part in ast.walk(inner)
    }
    for node in nodes:
        for call in (*calls_in(function, node), *handed_over(function, node)):
            found += _of_call(around, call)
        for call in around.helpers.handed(node):
            found += _of_helper(around, call)
        for inner in ast.walk(node):
            for store in stores_in(inner, around.fresh, outer, around.names):
                effect = Effect.PURE if store.in_place else Effect.WRITES
                for cause in around.causes(
                    effect, store.line, store.text, store.name, in_place=store.in_place
                ):
                    if not (cause.in_place and _cannot_change(function, cause.root)):
                        everyones = store.name in outer or store.text.startswith(_SHARED)
                        shared = cause.shared or everyones
                        found.append(cause._replace(shared=shared))
            waits = isinstance(inner, (ast.Yield, ast.YieldFrom)) and id(inner) in later
            if is_unknown(function, inner) and not waits:
                text = ast.unparse(inner).partition("\n")[0]
                yields = inner if isinstance(inner, (ast.Yield, ast.YieldFrom)) else None
                line = getattr(inner, "lineno", 0)
                found.append(Cause(Effect.UNKNOWN, line, text, True, open=yields))
    yield from sorted(found, key=lambda cause: cause.line)
    # What a name stands for is told for the function as a whole.
    top = source_of(function).node
    for name in sorted(scope_of(top).outer & bindings_in(top).keys()):
        what = f"{name}, which is another variable elsewhere in it,"
        yield Cause(Effect.UNKNOWN, top.lineno, what, True)


_INNER = (ast.FunctionDef, ast.Lambda)
_SHARED = ("type(", "globals()", "vars(")


def _cannot_change(function: FunctionType, name: str) -> bool:
    """Whether a variable from outside is a number or a text now."""
    known, value = live_value(function, ast.Name(name, ast.Load()))
    return known and isinstance(value, (int, float, complex, str, bytes))


def _of_call(around: Around, call: Call) -> Iterator[Cause]:
    function = around.function
    if not call.found:
        known, value = value_of(function, call.node.func)
        call = dataclasses.replace(call, found=known, value=undecorated(value)) if known else call
    if not call.found and isinstance(call.node.func, ast.Name):
        call = through_local(function, around.whole, call)
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
        if cached is not None and gives_an_iterator(users.value):
            yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        classes = around.helpers.classes_within(users)
        for cause in one_of_each(_effects_of(users.value, around.opened, classes)):
            if cached is not None:
                # A second call finds what the first has kept, and does nothing of this.
                cause = cause._replace(shared=cause.shared or bool(cause.root))
                if cause.effect is Effect.DRAWS:
                    yield Cause(Effect.UNKNOWN, call.line, call.text, True)
            yield from _seen_by_caller(around, users, cause)
        return
    if is_seeded(function, around.whole, call.node):
        return
    yield from _of_helper(around, call)
    is_class, home = isinstance(call.value, type), attribute_of(call.value, "__module__")
    if is_class and home == "builtins" and issubclass(call.value, BaseException):
        return
    unpacked = [type(argument) is ast.Starred for argument in call.node.args]
    if unpacked == [False] and not call.node.keywords and only_finds(call.value):
        return
    if is_class and home != "builtins":
        made = effects_of_making(call.value, lambda maker: _effects_of(maker, around.opened))
        if made is not None:
            for cause in made:
                what = f"{call.text}: {cause.what}"
                cause = cause._replace(line=call.line, what=what, root="")
                yield cause._replace(through=None, open=None)
            return
    yield from causes_of_known(function, call)


def _of_helper(around: Around, call: Call) -> Iterator[Cause]:
    """What local functions and methods, which a call may run, change as seen from the call."""
    for inner in around.helpers.behind(call):
        classes = around.helpers.classes_within(inner)
        if isinstance(inner.value, FunctionType):
            causes = _effects_of(inner.value, around.opened, classes)
        else:
            causes = _of_local(around, inner.value, classes)
        for cause in one_of_each(causes):
            if cause.effect in (Effect.DRAWS, Effect.WRITES) or cause.in_place:
                yield from _seen_by_caller(around, inner, cause)


def _of_local(around: Around, node: FunctionNode, classes: Mapping[str, type]) -> tuple[Cause, ...]:
    place = (around.function, node.lineno, node.col_offset)
    helpers = Helpers(around.function, node, classes)

    def causes() -> Iterable[Cause]:
        return _causes(Around(around.function, around.opened, helpers), body_of(node))

    return around.opened.look(place, place, classes, causes)


def _seen_by_caller(around: Around, call: Call, cause: Cause) -> Iterator[Cause]:
    """What a helper's effect is where it is called: its parameters are the call's arguments."""
    what = f"{call.text}: {cause.what}"
    if cause.is_note:
        yield cause._replace(line=call.line, what=what, through=call)
        return
    if isinstance(cause.open, (ast.Yield, ast.YieldFrom)) and is_generator(call.value):
        return
    if isinstance(cause.open, ast.Name):
        given = argument_for(call, cause.open.id)
        if given is not None and around.looks_at(given):
            return
        cause = cause._replace(open=given and around.given(given))
    through = call if cause.root or cause.through is not None else None
    seen = cause._replace(line=call.line, what=what, through=through)
    # The variables of one call, and the defaults of what it makes, are seen by no other call.
    own = not around.is_loop and around.helpers.owns(call)
    if is_free(call, cause.root):
        if own and cause.shared and cause.root in scope_of(around.whole).locals:
            return
        if not own and cause.root in bound_names(around.function.__code__):
            cause = cause._replace(shared=True)
            seen = seen._replace(shared=True)
    if not cause.root or cause.shared:
        yield seen
        return
    argument = argument_for(call, cause.root)
    if argument is None:
        shared = is_default(call, cause.root) and not own
        yield seen._replace(root="", shared=shared)
        return
    if around.names.makes_new(argument, deep=True):
        if isinstance(argument, ast.Name) and not around.names.holds_new(argument.id):
            yield seen._replace(effect=Effect.PURE, root="", in_place=False)
        return
    name = next(iter(roots_of(argument)), "")
    for led in around.causes(cause.effect, call.line, what, name):
        if not _cannot_change(around.function, led.root):
            yield seen._replace(root=led.root, shared=led.shared)


def _of_method(around: Around, call: Call) -> Iterator[Cause]:
    method = call.node.func
    yield from _of_helper(around, call)
    if isinstance(method, ast.Name) and not around.is_part and around.helpers.tells(method.id):
        # What it does stands within the function, and was looked at there.
        return
    if not isinstance(method, ast.Attribute):
        yield Cause(Effect.UNKNOWN, call.line, call.text, True, open=around.given(method))
        return
    if call.text in _STREAMS:
        yield Cause(Effect.WRITES, call.line, f"{call.text}, a print", False)
        return
    effect = effect_of_typed_method(around.function, call.node)
    if effect is not None:
        if effect is not Effect.PURE:
            kind = kind_of(around.function, method.value)
            shared = is_listed_as("settings", f"{kind}.{method.attr}")
            yield Cause(effect, call.line, call.text, True, shared=shared)
        return
    if method.attr in CALLS["pure_methods"] and not is_given_more(call.node):
        return
    owner = method.value
    if _is_file_in_memory(around, owner) and method.attr in _OF_FILES:
        return
    if not around.is_part and is_own_stream(around.function, around.whole, owner):
        if not all(map(around.has_made, changed_by_stream(call.node))):
            yield Cause(Effect.UNKNOWN, call.line, call.text, True)
        return
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
    effect = Effect.DRAWS if drawn else Effect.UNKNOWN
    yield Cause(effect, call.line, call.text, True, open=None if drawn else method)


_OF_FILES = frozenset("read readline readlines seek tell truncate write writelines".split())


def _is_file_in_memory(around: Around, owner: ast.expr) -> bool:
    """Whether it is a ``StringIO`` or a ``BytesIO`` which the function has made."""
    return (
        isinstance(owner, ast.Name)
        and owner.id in around.fresh
        and kind_of(around.function, owner) in ("BytesIO", "StringIO")
    )


_STREAMS = frozenset({"sys.stdout.write", "sys.stdout.writelines", "stdout.write"})
