"""Unit: a function and its helpers translated together for given kinds of arguments."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType
from typing import Any

from epochly.call import Part
from epochly.code.function import undecorated
from epochly.code.source import source_of
from epochly.errors import SourceError
from epochly_backends.numba_jit.calls import table
from epochly_backends.numba_jit.creation import copied
from epochly_backends.numba_jit.definitions import Definitions
from epochly_backends.numba_jit.desugaring import desugared, frames_of
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
    number,
)
from epochly_backends.numba_jit.passing import (
    Translated,
    bound,
    in_order_of_call,
    origins,
    seen_from_inside,
    seen_from_outside,
)
from epochly_backends.numba_jit.statements import Statements
from epochly_backends.numba_jit.values import Refusal, Value, coerce

DEPTH = "calls_left"


class Unit:
    """Collects what the translation of a function and its helpers finds out.

    Parameters
    ----------
    counting : bool
        Whether each function is told how many calls may still stand within each other, as Python
        counts them: in the last parameter, `DEPTH`.

    Attributes
    ----------
    recursive : bool
        Whether a function calls itself, which asks for one that counts.
    draws : set of str
        Random streams used: ``numpy``, ``python``.
    warns : bool
        Whether NumPy might warn.
    allocates : bool
        Whether it makes arrays or lists.
    """

    def __init__(self, *, counting: bool = False) -> None:
        self.counting = counting
        self.recursive = False
        self.guards = Guards()
        self.draws: set[str] = set()
        self.warns = False
        self.allocates = False
        self.parts: list[Part] = []
        self.names: list[str] = []
        self.lines: list[tuple[int, str]] = []
        self._done: dict[tuple[FunctionType, tuple[Kind, ...]], Translated] = {}
        self._open: list[FunctionType] = []
        # Of those, what is assumed of their results while their own bodies are translated.
        self._assumed: list[tuple[tuple[Kind, ...], Translated]] = []
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
            return self._itself(function, kinds)
        if (function, kinds) in self._done:
            return self._done[function, kinds]
        self._open.append(function)
        try:
            done = self._translated(function, kinds)
        finally:
            self._open.pop()
        self._done[function, kinds] = done
        return done

    def _itself(self, function: FunctionType, kinds: tuple[Kind, ...]) -> Translated:
        """What a function is taken for in its own body, until that shows otherwise."""
        assumed_for, assumed = self._assumed[-1]
        if function is not self._open[-1] or kinds != assumed_for:
            raise Refusal(
                f"{function.__qualname__} calls itself through another function, or with other"
                " types than it was called with",
                "write the recursion as a loop",
            )
        if not isinstance(assumed.kind, Number | None):
            raise Refusal(f"a recursion whose result is {assumed.kind}", "return numbers only")
        self.recursive = True
        return assumed

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
        name = f"f{len(self.names)}_{function.__name__}"
        self.names.append(name)
        returned: Kind | None = None
        writes: frozenset[int] = frozenset()
        while True:
            expressions.changed = False
            statements = Statements(expressions, returned)
            self._writes.append(statements.writes)
            self._assumed.append((kinds, Translated(name, returned, {}, writes)))
            try:
                for parameter, kind in zip(parameters, kinds, strict=True):
                    web = definitions.stored(parameter)
                    variable = f"{parameter.arg}_{web}"
                    statements.assign_web(web, variable, Value(kind, f"{parameter.arg}_p"))
                statements.block(node.body)
                if definitions.returns_none:
                    statements.give_back(Value(number(NONE), "None"))
            finally:
                self._writes.pop()
                self._assumed.pop()
            found = statements.returned, frozenset(statements.writes)
            if not expressions.changed and found == (returned, writes):
                break
            returned, writes = found
        return self._finished(name, source, node, expressions, statements)

    def _finished(
        self,
        name: str,
        source: Any,
        node: ast.FunctionDef,
        expressions: Expressions,
        statements: Statements,
    ) -> Translated:
        arguments = ", ".join(f"{parameter.arg}_p" for parameter in _parameters(node))
        if self.counting:
            arguments = f"{arguments}, {DEPTH}" if arguments else DEPTH
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
        values = bound(expressions, node, function)
        if any(value.kind is None for value in values):
            return Value(None, "0")
        kinds = tuple(seen_from_inside(value.kind, at) for at, value in enumerate(values))
        done = self.translate(function, kinds)
        self._writes[-1].update(
            origin for at in done.writes for origin in origins(values[at].kind) if origin >= 0
        )
        arguments = [*in_order_of_call(node, function, values)]
        if self.counting:
            arguments.append(f"{DEPTH}=fewer({DEPTH}, {frames_of(node)})")
        text = f"{done.name}({', '.join(arguments)})"
        return Value(seen_from_outside(expressions, node, done, values), text)


def _parameters(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
