"""Whether a function may be run a second time beside itself, as far as its source shows."""

from __future__ import annotations

import ast
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from epochly.code.giving import changes_more
from epochly.code.known_calls import CALLS
from epochly.code.lasting import lasting_class_part, lasting_in, lasting_member
from epochly.code.methods import Methods, may_be_called
from epochly.code.outside import defaults_of, functions_behind, names_in, outside
from epochly.code.sharing import is_own, named_parts
from epochly.code.zones import zone_with_effects
from epochly.runtime.method_calls import methods_called
from epochly.runtime.owning import owned_by

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly.runtime.given import Given


class Replay(NamedTuple):
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
    changes : bool
        Whether it changes more than what it makes, and its arguments themselves: perhaps what
        others share with these.
    methods : Methods or None
        The methods of unknown objects that it calls, which each call's arguments have to tell.
    changing : Methods or None
        Those under the names of methods that change a list or the like, which matter where it is
        given objects of the user's.
    """

    allowed: Literal["twice", "proven", "never"]
    draws: bool = False
    reason: str = ""
    changes: bool = False
    methods: Methods | None = None
    changing: Methods | None = None


def replay_of(function: Function) -> Replay:
    """What may be done with a function, from the effects that its source shows.

    A store into one of its own arguments is no obstacle, since a second run gets copies.
    """
    from epochly.code.around import Opened
    from epochly.code.effects import Effect, effects_of
    from epochly.code.harmless import hazard
    from epochly.code.sharing import changed_by_reading
    from epochly.runtime.given import Given

    if function.plain is None:
        return Replay("never", reason=function.without_python().reason)
    opened = Opened()
    own = owned_by(function, opened)
    draws = changes = False
    reads = open_to = ""
    called: set[str] = set()
    changed_by: set[str] = set()
    effects = effects_of(function.plain, opened)
    for cause in (*effects.causes, *effects.notes):
        changes = changes or (
            cause.effect in (Effect.PURE, Effect.WRITES) and not own.is_given(cause)
        )
        if (cause.in_place or cause.is_note) and not own.covers(cause):
            reason = f"{cause.what} may change what outlives the call (line {cause.line})"
            return Replay("never", draws, reason)
        if cause.effect is Effect.DRAWS:
            draws = True
        elif cause.effect is Effect.READS:
            reads = reads or f"{cause.what} reads the outside world (line {cause.line})"
        elif cause.effect is Effect.WRITES and not cause.outside and own.covers(cause):
            changed_by |= CALLS["changing_methods"] & {cause.what.rpartition(".")[2]}
        elif isinstance(cause.open, ast.Name) and cause.open.id in own.given:
            open_to = f"{cause.what} is unknown (line {cause.line})"
        elif isinstance(cause.open, ast.Attribute) and may_be_called(cause.open.attr):
            open_to = f"{cause.what} is unknown (line {cause.line})"
            called.add(cause.open.attr)
        elif cause.effect is not Effect.PURE:
            what = "writes" if cause.effect is Effect.WRITES else "has unknown effects"
            return Replay("never", draws, f"{cause.what} {what} (line {cause.line})")
    if reads:
        # No arguments are looked at where nothing runs twice.
        return Replay("never" if open_to else "proven", draws, open_to or reads)
    held = _held(function)
    more = changed_by_reading(held.values, held.names)
    given = Given(_defaults(function, functions_behind(function.plain)))
    more = more or given.reason or _of_found(held, given.found, changes=changes)
    methods = methods_called(function, own, called) if called else None
    if isinstance(methods, str):
        return Replay("never", draws, methods)
    # Objects of the user's may have methods under the names of those that change a list.
    changing = methods_called(function, own, changed_by) if changed_by and not called else None
    if methods is None:
        why = hazard(held.objects, held.names, changing=held.changing)
        if why is not None and isinstance(changing, Methods):
            methods = changing
        else:
            more = more or why
    if changes:
        more = more or _shared_by_instances(held.objects)
    if more is not None:
        return Replay("never", draws, more)
    others = changing if isinstance(changing, Methods) and methods is None else None
    return Replay("twice", draws, changes=changes, methods=methods, changing=others)


def hazard_of(function: Function, given: Given, replay: Replay) -> str | None:
    """What arguments do, beside what the source shows, where a function uses them.

    Parameters
    ----------
    function : Function
    given : Given
        The arguments of a call: their functions, and the operators, properties and methods of the
        user's classes, are looked at.
    replay : Replay
        What the function's source allows.
    """
    why = given.reason or zone_with_effects()
    if why is not None:
        return why
    if not (given.found or given.others or replay.methods):
        return None
    held = _held(function)
    other = given.asked_by_name(held.names)
    if other is not None:
        return other
    if replay.methods is None:
        why = _of_found(held, given.found, changes=replay.changes) if given.found else None
        if why is None or replay.changing is None:
            return why
    methods = replay.methods or replay.changing
    assert methods is not None
    if given.others:
        return f"{given.others[0].__qualname__} objects may have any method"
    found = [*given.found, *held.objects]
    # Most methods only tell something, and then may also look at what outlives the call.
    telling = Methods(methods.called)
    reason = _of_found(held, found, changes=replay.changes, methods=telling)
    return reason and _of_found(held, found, changes=True, methods=methods)


def state_reached(function: Function, given: Given) -> dict[str, int]:
    """What a call can reach besides its arguments, in digests (`state_of`).

    Parameters
    ----------
    function : Function
    given : Given
        The arguments: they are copied, but their classes and functions are not.
    """
    from epochly.runtime.state import state_of

    assert function.plain is not None
    code = [value for value in given.found if callable(value) and not is_own(type(value))]
    classes = {type(value) for value in given.found}
    parts = functions_behind(function.plain)
    return state_of([*parts, *_defaults(function, parts), *classes, *code])


def _of_found(
    held: _Held, found: list[Any], *, changes: bool, methods: Methods | None = None
) -> str | None:
    """What objects and functions of the user's do where they are used."""
    from epochly.code.harmless import hazard

    shared = _shared_by_instances(found) or _given_by(found, held.names) if changes else None
    return shared or hazard(found, held.names, changing=held.changing, methods=methods)


def _shared_by_instances(values: list[Any]) -> str | None:
    """An object that all instances of a class of the user's share, and that may change."""
    parts = map(lasting_class_part, {_class_of(value) for value in values})
    part = next(filter(None, parts), None)
    return part and f"{part} is one object for all instances"


def _given_by(values: list[Any], names: frozenset[str]) -> str | None:
    """What functions and members of objects may give that others hold, and that may change."""
    code = [value for value in values if isinstance(value, (FunctionType, type))]
    parts = [
        *map(lasting_in, code),
        *(lasting_member(cls, names) for cls in {_class_of(value) for value in values}),
    ]
    part = next(filter(None, parts), None)
    return part and f"{part} may be changed, and outlives the call"


def _class_of(value: Any) -> type:
    return value if isinstance(value, type) else type(value)


class _Held(NamedTuple):
    """What a function and its helpers hold outside the arguments of a call, and what they name.

    `changing` is whether they change more than containers that they make there and then.
    """

    values: list[Any]
    names: frozenset[str]
    changing: bool

    @property
    def objects(self) -> list[Any]:
        """All but functions, judged with what they call, and modules, but what these hold."""
        found, todo = [], list(self.values)
        modules: list[ModuleType] = []
        while todo:
            value = todo.pop()
            if isinstance(value, ModuleType):
                todo += [] if value in modules else named_parts(value, self.names)
                modules.append(value)
            elif not callable(value) or isinstance(value, type) or is_own(type(value)):
                found.append(value)
        return found


def _held(function: Function) -> _Held:
    assert function.plain is not None
    parts = functions_behind(function.plain)
    values = _defaults(function, parts)
    names: frozenset[str] = frozenset()
    for part in parts:
        values += outside(part).values()
        names |= names_in(part.__code__)
    return _Held(values, names, any(changes_more(part, is_method=False) for part in parts))


def _defaults(function: Function, parts: list[FunctionType]) -> list[Any]:
    """What a function is bound to, and the defaults of it and its helpers."""
    values = [*function.bound.args, *function.bound.kwargs.values()]
    for part in parts:
        values += defaults_of(part).values()
    return values
