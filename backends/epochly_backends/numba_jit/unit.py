"""Unit: a function and its helpers translated together for given kinds of arguments."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from epochly.call import Part
from epochly.code.function import signature_of, undecorated
from epochly.code.source import source_of
from epochly.errors import SourceError
from epochly_backends.numba_jit.calls import table
from epochly_backends.numba_jit.creation import copied
from epochly_backends.numba_jit.definitions import Definitions
from epochly_backends.numba_jit.desugaring import desugared
from epochly_backends.numba_jit.elements import taken_from
from epochly_backends.numba_jit.expressions import Expressions
from epochly_backends.numba_jit.guards import Guards
from epochly_backends.numba_jit.kinds import (
    NONE,
    NUMPY_BIT,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    TupleOf,
    number,
)
from epochly_backends.numba_jit.statements import Statements
from epochly_backends.numba_jit.values import Refusal, Value, coerce


@dataclass(frozen=True, slots=True)
class Translated:
    """One function of the compiled program.

    Parameters
    ----------
    name : str
        Its name there.
    kind : Kind
        Kind of its result.
    elements : mapping of int to Kind
        Elements of the lists that it makes, by their place.
    writes : frozenset of int
        Positions of the parameters whose memory it writes.
    """

    name: str
    kind: Kind
    elements: dict[int, Kind | None]
    writes: frozenset[int]


class Unit:
    """Collects what the translation of a function and its helpers finds out.

    Attributes
    ----------
    draws : set of str
        Random streams used: ``numpy``, ``python``.
    warns : bool
        Whether NumPy might warn.
    allocates : bool
        Whether it makes arrays or lists.
    """

    def __init__(self) -> None:
        self.guards = Guards()
        self.draws: set[str] = set()
        self.warns = False
        self.allocates = False
        self.parts: list[Part] = []
        self.names: list[str] = []
        self.lines: list[tuple[int, str]] = []
        self._done: dict[tuple[FunctionType, tuple[Kind, ...]], Translated] = {}
        self._open: list[FunctionType] = []
        self._writes: list[set[int]] = []

    def note_warnings(self, kind: Kind | None) -> None:
        """Note that an operation with a result of this kind was used."""
        if isinstance(kind, Number) and any(tag & NUMPY_BIT for tag in kind.tags):
            self.warns = True

    def translate(self, function: FunctionType, kinds: tuple[Kind, ...]) -> Translated:
        """Translate a function for arguments of such kinds, in the order of its parameters.

        Raises
        ------
        Refusal
            When it cannot be compiled with its meaning kept.
        """
        if function in self._open:
            raise Refusal(f"{function.__qualname__} calls itself", "write the recursion as a loop")
        if (function, kinds) in self._done:
            return self._done[function, kinds]
        self._open.append(function)
        try:
            done = self._translated(function, kinds)
        finally:
            self._open.pop()
        self._done[function, kinds] = done
        return done

    def _translated(self, function: FunctionType, kinds: tuple[Kind, ...]) -> Translated:
        try:
            source = source_of(function)
        except SourceError as error:
            raise Refusal(f"the source is not known: {error.what}", error.remedy or "") from error
        original = source.node
        if not isinstance(original, ast.FunctionDef):
            raise Refusal("a lambda or coroutine", "write it as a plain function", source.line)
        if function.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE):
            raise Refusal("a generator", "return a list", source.line)
        for part in ast.walk(original):
            if isinstance(part, ast.Global | ast.Nonlocal):
                raise Refusal(
                    "a variable of an outer scope is declared to be written",
                    "return the new value instead",
                    part.lineno,
                )
        if original.args.vararg or original.args.kwarg:
            raise Refusal("*args or **kwargs", "name the parameters", source.line)
        node = desugared(original, function)
        definitions = Definitions(node)
        expressions = Expressions(function, self, definitions)
        parameters = _parameters(node)
        returned: Kind | None = None
        while True:
            expressions.changed = False
            statements = Statements(expressions, returned)
            self._writes.append(statements.writes)
            try:
                for parameter, kind in zip(parameters, kinds, strict=True):
                    name = parameter.arg
                    web = definitions.stored(parameter)
                    statements.assign_web(web, f"{name}_{web}", Value(kind, f"{name}_p"))
                statements.block(node.body)
                if definitions.returns_none:
                    statements.give_back(Value(number(NONE), "None"))
            finally:
                self._writes.pop()
            if not expressions.changed and statements.returned == returned:
                break
            returned = statements.returned
        return self._finished(source, function, node, expressions, statements)

    def _finished(
        self,
        source: Any,
        function: FunctionType,
        node: ast.FunctionDef,
        expressions: Expressions,
        statements: Statements,
    ) -> Translated:
        name = f"f{len(self.names)}_{function.__name__}"
        arguments = ", ".join(f"{parameter.arg}_p" for parameter in _parameters(node))
        self.names.append(name)
        self.lines += [(source.line, f"def {name}({arguments}):"), *statements.lines]
        elsewhere = source.file != self._open[0].__code__.co_filename
        file = source.file if elsewhere else None
        self.parts.append(Part(source.line, source.end_line, "numba", "compiled", file))
        if statements.returned is None:
            raise Refusal("a function that never returns", line=source.line)
        return Translated(
            name, statements.returned, expressions.elements, frozenset(statements.writes)
        )

    def call(self, expressions: Expressions, node: ast.Call) -> Value:
        """Translate a call found in an expression."""
        root = node.func
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and root.id in expressions.definitions.locals:
            return self._method(expressions, node)
        called = expressions.resolve(node.func)
        called = undecorated(called)
        try:
            handler = table().get(called)
        except TypeError:  # It has no hash, as an instance or a function of ctypes.
            handler = None
        if handler is not None:
            return handler(expressions, node)
        if isinstance(called, FunctionType) and not str(called.__module__).startswith("numpy"):
            return self._helper(expressions, node, called)
        raise Refusal(
            f"a call of {ast.unparse(node.func)}",
            "keep it outside of the numeric loop, or write it with numbers and loops",
        )

    def _method(self, expressions: Expressions, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Attribute):
            raise Refusal(f"a call of {ast.unparse(node.func)}, which is a variable")
        owner = expressions.value(node.func.value)
        arguments = node.args
        match owner.kind, node.func.attr, len(arguments) + len(node.keywords):
            case None, _, _:
                return Value(None, "0")
            case NewList() as made, "append", 1:
                item = expressions.value(arguments[0])
                held = expressions.fill(made, item.kind)
                return Value(number(NONE), f"{owner.text}.append({coerce(item, held)})")
            case NewList() as made, "pop", 0:
                return Value(expressions.fill(made), f"{owner.text}.pop()")
            case Array(), "copy", 0:
                return copied(expressions, node, owner)
            case GivenList() | NewList(), "copy", 0:
                return taken_from(expressions, node, owner, f"listed({owner.text})")
        raise Refusal(
            f"the method {node.func.attr} of a value that is {owner.kind}",
            "write it with loops and indices",
        )

    def _helper(self, expressions: Expressions, node: ast.Call, function: FunctionType) -> Value:
        self.guards.watch(function)
        values = self._bound(expressions, node, function)
        if any(value.kind is None for value in values):
            return Value(None, "0")
        kinds = tuple(_seen_from_inside(value.kind, at) for at, value in enumerate(values))
        done = self.translate(function, kinds)
        self._writes[-1].update(
            origin for at in done.writes for origin in _origins(values[at].kind) if origin >= 0
        )
        text = f"{done.name}({', '.join(_in_order_of_call(node, function, values))})"
        return Value(self._seen_from_outside(expressions, node, done, values), text)

    def _bound(
        self, expressions: Expressions, node: ast.Call, function: FunctionType
    ) -> list[Value]:
        signature = signature_of(function)
        if any(isinstance(item, ast.Starred) for item in node.args):
            raise Refusal("an unpacked argument")
        # `**more` has no name, so that binding refuses it.
        keywords = {keyword.arg or "": keyword.value for keyword in node.keywords}
        try:
            bound = signature.bind(*node.args, **keywords)
        except TypeError as error:
            raise Refusal(f"a call that does not fit {function.__qualname__}: {error}") from error
        values = []
        for name, parameter in signature.parameters.items():
            if name in bound.arguments and isinstance(bound.arguments[name], ast.expr):
                values.append(expressions.value(bound.arguments[name]))
            elif parameter.default is not parameter.empty:
                values.append(expressions.constant(parameter.default, f"the default of {name}"))
            else:
                raise Refusal("*args or **kwargs in a helper", "name its parameters")
        return values

    def _seen_from_outside(
        self, expressions: Expressions, node: ast.Call, done: Translated, values: list[Value]
    ) -> Kind | None:
        kind = done.kind
        if isinstance(kind, NewList):
            held = (done.elements.get(site) for site in kind.sites)
            return expressions.new_list(node, *held)
        if isinstance(kind, Array):
            origins = {
                outer
                for inner in kind.origins
                for outer in (
                    _origins(values[inner].kind) if inner >= 0 else {expressions.site(node)}
                )
            }
            return replace(kind, origins=frozenset(origins), view=True)
        if isinstance(kind, Number) or kind is None:
            return kind
        if isinstance(kind, TupleOf) and all(isinstance(item, Number) for item in kind.items):
            return kind
        raise Refusal(f"a helper whose result is {kind}", "return numbers or one array")


def _parameters(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _in_order_of_call(node: ast.Call, function: FunctionType, values: list[Value]) -> Iterator[str]:
    """Texts of a helper's arguments, evaluated in the order in which they are written."""
    names = signature_of(function).parameters
    texts = {name: value.text for name, value in zip(names, values, strict=True)}
    for name in list(texts)[: len(node.args)]:
        yield texts.pop(name)
    for keyword in node.keywords:
        if keyword.arg is not None:
            yield f"{keyword.arg}_p={texts.pop(keyword.arg)}"
    for name, text in texts.items():
        yield f"{name}_p={text}"


def _seen_from_inside(kind: Kind | None, position: int) -> Kind:
    if isinstance(kind, Array):
        return replace(kind, origins=frozenset((position,)), view=False)
    if isinstance(kind, GivenList):
        return replace(kind, origin=position)
    if isinstance(kind, NewList) or kind is None:
        raise Refusal("a list passed on to a helper", "pass an array, or inline the helper")
    if isinstance(kind, TupleOf) and not all(isinstance(item, Number) for item in kind.items):
        raise Refusal("a tuple of arrays passed on to a helper", "pass each array on its own")
    return kind


def _origins(kind: Kind | None) -> frozenset[int]:
    if isinstance(kind, Array):
        return kind.origins
    return frozenset((kind.origin,)) if isinstance(kind, GivenList) else frozenset()
