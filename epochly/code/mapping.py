"""Loops whose iterations do not depend on each other, and the function that maps them instead."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from epochly.call import Refused
from epochly.code.collected import is_private_list, may_swallow, records_warnings
from epochly.code.effects import Cause, Effect, effects_in
from epochly.code.function import Function
from epochly.code.helpers import class_of_self
from epochly.code.kinds import is_load
from epochly.code.leaking import reached_by_name
from epochly.code.loops import stored_names
from epochly.code.mapper_calls import LAZY, MAPPER, Changer, Copier, Lazy, appended
from epochly.code.rebuild import rebuild
from epochly.code.scopes import live_value
from epochly.code.touching import touches
from epochly.errors import SourceError

_LATE = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp, ast.ClassDef)
_LEAVING = (ast.Break, ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)
_NAMING = (ast.Global, ast.Nonlocal, ast.Delete, ast.NamedExpr, ast.Import, ast.ImportFrom)
_FRAMES = frozenset({"locals", "vars", "dir", "eval", "exec", "globals", "super"})
# Beside the loop as well: there they see a function whose loop was taken out.
_ALL_LOCALS = frozenset({"locals", "eval", "exec"})
_READERS = (all, any, dict, frozenset, list, max, min, set, sorted, sum, tuple)


Mapper = Callable[[int, FunctionType, Any], list[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class MapLoop:
    """A loop whose items can run side by side.

    Parameters
    ----------
    node : ast.ListComp or ast.For
    line, end_line : int
    kind : str
        ``comprehension`` or ``append-loop``.
    replayable : bool
        Whether its items are proven to be pure or only to read, so that one may run again.
    in_place : tuple of Cause
        What changes the object that a name holds, should that be one that can be changed.
    """

    node: ast.ListComp | ast.For
    line: int
    end_line: int
    kind: str
    replayable: bool
    in_place: tuple[Cause, ...] = ()

    def is_shared(self, cause: Cause) -> bool:
        """Whether a cause of ``in_place`` changes what more than one item holds."""
        return cause.shared or cause.root not in _private(self.node)


@dataclass(frozen=True, slots=True, eq=False)
class Mappable:
    """A function with the loops that can be mapped, and those that cannot with their reasons."""

    function: Function
    loops: tuple[MapLoop, ...]
    refused: tuple[Refused, ...]

    def build(self, mapper: Mapper) -> FunctionType:
        """The function with each loop replaced by one call of a mapper.

        Parameters
        ----------
        mapper : callable
            Called with the loop's number, a function from an item to the list of what the
            iteration yields, and the iterable; returns those lists joined in order.

        Raises
        ------
        SourceError
            When the function cannot be built again.
        """
        assert self.function.plain is not None
        node = self.function.source.node
        marks = {id(loop.node): number for number, loop in enumerate(self.loops)}
        changer = Changer(marks, self.function.plain)
        changed = changer.visit(Copier().copy(node, changer))
        return rebuild(self.function.plain, changed, names={MAPPER: mapper, LAZY: Lazy})


def map_loops(function: Function) -> Mappable | Refused:
    """Find the outermost loops of a function whose items may run side by side.

    The bodies must be pure or only read the world; with `Function.independent` calls whose
    effects are unknown or write are taken as well. What is visible in the source is never taken
    on trust: a dependence between iterations, a store to something that outlives one, a draw of
    random numbers.

    Returns
    -------
    Mappable or Refused
    """
    if function.plain is None:
        return function.without_python()
    try:
        node = function.source.node
    except SourceError as error:
        return Refused(error.what, function.line, error.remedy or "")
    if not isinstance(node, ast.FunctionDef):
        return Refused("it is a lambda or asynchronous", function.line, "write it as a plain def")
    for name in _ALL_LOCALS.intersection(function.plain.__code__.co_names):
        reason = f"it calls {name}(), which would see other local variables"
        return Refused(reason, function.line, f"call {name}() in a function of its own")
    loops: list[MapLoop] = []
    refused: list[Refused] = []
    _search(function, node, node.body, False, loops, refused)
    if loops:
        return Mappable(function, tuple(loops), tuple(refused))
    if refused:
        return refused[0]
    return Refused(
        "no comprehension or append-loop whose items could run side by side",
        function.line,
        "write the independent work as [work(item) for item in items]",
    )


def _search(
    function: Function,
    whole: ast.FunctionDef,
    nodes: Sequence[ast.AST],
    guarded: bool,
    loops: list[MapLoop],
    refused: list[Refused],
) -> None:
    untrusted = dataclasses.replace(function, independent=False)
    for node in nodes:
        if isinstance(node, _LATE):
            continue
        if isinstance(node, (ast.ListComp, ast.For)):
            kind = "comprehension" if isinstance(node, ast.ListComp) else "append-loop"
            is_candidate = isinstance(node, ast.ListComp) or appended(node) is not None
            if is_candidate:
                reason = _why_not(function, whole, node, guarded)
                if reason is None:
                    proven = _why_not(untrusted, whole, node, guarded) is None
                    end = node.end_lineno or node.lineno
                    changing = _changed_in_place(function, node)
                    loops.append(MapLoop(node, node.lineno, end, kind, proven, changing))
                    continue
                refused.append(reason)
        inside = guarded or isinstance(node, (ast.Try, ast.TryStar))
        if isinstance(node, ast.With) and function.plain is not None:
            if records_warnings(function.plain, node):
                refused.append(
                    _no("warnings are recorded around its loops", node, "record them elsewhere")
                )
                continue
            inside = inside or may_swallow(function.plain, node)
        _search(function, whole, list(ast.iter_child_nodes(node)), inside, loops, refused)


def _why_not(
    function: Function, whole: ast.FunctionDef, node: ast.ListComp | ast.For, guarded: bool
) -> Refused | None:
    if isinstance(node, ast.ListComp):
        if len(node.generators) > 1 or node.generators[0].is_async:
            return _no("the comprehension has more than one `for`", node, "nest two comprehensions")
        allowed: str | None = None
    else:
        allowed = appended(node)
        if guarded or node.orelse:
            return _no(
                "the loop has an `else`, or a `try` or `with` around it may catch what it raises",
                node,
                "move it out",
            )
        assert function.plain is not None
        if not is_private_list(function.plain, whole, node, allowed or ""):
            return _no(f"{allowed!r} may be seen by others while the loop runs", node, _LIST)
    body = _body(node)
    odd = _odd(function, body)
    if odd is not None:
        return odd
    parts = ast.walk(_target(node))
    if any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in parts):
        return _no("the loop assigns to a part of an object", node, "loop over a plain name")
    if isinstance(node, ast.For):
        problem = reached_by_name(function, whole, node)
        if problem is not None:
            return problem
    private = _private(node)
    for part in body:
        problem = touches(part, private, allowed)
        if problem is not None:
            return problem
    return _effects(function, node, allowed)


def _private(node: ast.ListComp | ast.For) -> set[str]:
    """Names that an iteration binds, those of comprehensions in it counted in."""
    return {
        inner.id
        for part in (_target(node), *_body(node))
        for inner in ast.walk(part)
        if isinstance(inner, ast.Name) and not is_load(inner)
    }


def _target(node: ast.ListComp | ast.For) -> ast.expr:
    return node.generators[0].target if isinstance(node, ast.ListComp) else node.target


def _body(node: ast.ListComp | ast.For) -> list[ast.AST]:
    if isinstance(node, ast.ListComp):
        return [node.elt, *node.generators[0].ifs]
    return list(node.body)


def _causes(
    function: Function, node: ast.ListComp | ast.For, classes: Mapping[str, type] | None = None
) -> tuple[Cause, ...]:
    plain = function.plain
    assert plain is not None
    items = frozenset(stored_names(_target(node)))
    told = class_of_self(function) if classes is None else classes
    return effects_in(plain, _body(node), items, told).causes


def changed_by_methods(
    function: Function, node: ast.ListComp | ast.For, classes: Mapping[str, type]
) -> Refused | None:
    """Why a loop cannot be mapped with objects of these classes behind its variables, or None."""
    out = appended(node) if isinstance(node, ast.For) else None
    known = {n: c for n, c in classes.items() if n.partition(".")[0] not in _private(node)}
    return _effects(function, node, out, known)


def _changed_in_place(function: Function, node: ast.ListComp | ast.For) -> tuple[Cause, ...]:
    return tuple(cause for cause in _causes(function, node) if cause.in_place)


_LIST = "append to a list that the function has just made"


def _no(reason: str, node: Any, remedy: str) -> Refused:
    return Refused(reason, node.lineno, remedy)


def _odd(function: Function, body: Sequence[ast.AST]) -> Refused | None:
    at_once = _used_at_once(function, body)
    for part in body:
        for inner in ast.walk(part):
            if isinstance(inner, _LATE) and id(inner) not in at_once:
                return _no("a function is made inside the loop", inner, "define it outside")
            if isinstance(inner, _LEAVING + _NAMING):
                text = type(inner).__name__.lower()
                return _no(f"the loop holds a `{text}`", inner, "move it out of the loop")
            if (
                isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Name)
                and inner.func.id in _FRAMES
            ):
                return _no(f"the loop calls {inner.func.id}()", inner, "name what it needs")
    return None


def _used_at_once(function: Function, body: Sequence[ast.AST]) -> set[int]:
    """Generators and keys that a call reads to their end before the iteration goes on."""
    assert function.plain is not None
    found: set[int] = set()
    for part in body:
        for inner in ast.walk(part):
            if not isinstance(inner, ast.Call):
                continue
            known, called = live_value(function.plain, inner.func)
            if known and any(called is reader for reader in _READERS):
                found |= {id(a) for a in inner.args if isinstance(a, ast.GeneratorExp)}
                keys = [k.value for k in inner.keywords if k.arg == "key" and called is not dict]
                found |= {id(key) for key in keys if isinstance(key, ast.Lambda)}
    return found


def _effects(
    function: Function,
    node: ast.ListComp | ast.For,
    out: str | None,
    classes: Mapping[str, type] | None = None,
) -> Refused | None:
    private = _private(node)
    for cause in _causes(function, node, classes):
        if cause.effect is Effect.DRAWS:
            return Refused(
                f"{cause.what} draws random numbers, whose order would change",
                cause.line,
                "draw them before the loop",
            )
        outlives = cause.shared or (bool(cause.root) and cause.root not in private | {out})
        if cause.effect is Effect.WRITES and outlives:
            return Refused(
                f"{cause.what} changes what all items share", cause.line, "return the value instead"
            )
        if cause.effect is Effect.WRITES and cause.what.endswith("print"):
            return Refused(
                f"{cause.what} prints, whose order would change",
                cause.line,
                "print after the loop",
            )
        if cause.effect in (Effect.WRITES, Effect.UNKNOWN) and not function.independent:
            if cause.what == f"{out}.append":
                continue
            what = "writes" if cause.effect is Effect.WRITES else "has unknown effects"
            return Refused(
                f"{cause.what} {what}",
                cause.line,
                "say that the items are independent: level=1 or 3 set by hand, --allow-effects",
            )
    return None
