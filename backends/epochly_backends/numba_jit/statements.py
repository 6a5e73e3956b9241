"""Statements: the translation of a function's body into lines of the compiled program."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochly_backends.numba_jit.creation import element_text
from epochly_backends.numba_jit.definitions import is_true
from epochly_backends.numba_jit.elements import subscript
from epochly_backends.numba_jit.kinds import (
    NONE,
    Array,
    GivenList,
    Kind,
    NewList,
    Number,
    Opaque,
    TupleOf,
    join,
    number,
)
from epochly_backends.numba_jit.loops import iterated
from epochly_backends.numba_jit.values import Refusal, Value, coerce

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

_NAMES: dict[type[ast.AST], str] = {
    ast.Try: "`try`",
    ast.TryStar: "`try`",
    ast.With: "`with`",
    ast.Global: "`global`",
    ast.Nonlocal: "`nonlocal`",
    ast.FunctionDef: "a nested function",
    ast.AsyncFunctionDef: "a nested function",
    ast.ClassDef: "a class",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.Delete: "`del`",
    ast.Match: "`match`",
    ast.AsyncFor: "`async for`",
    ast.AsyncWith: "`async with`",
}


class Statements:
    """Translates a function's body once, for the kinds known so far.

    Attributes
    ----------
    lines : list of (int, str)
        Line of the user's file and text of each line of the compiled program.
    returned : Kind or None
        Kind of what the function returns, as known before this translation.
    writes : set of int
        Positions of the parameters whose memory is written.
    """

    def __init__(self, expressions: Expressions, returned: Kind | None) -> None:
        self._expressions = expressions
        self._before = returned
        self._depth = 1
        self._line = 0
        self._temporaries = 0
        self.returned = returned
        self.lines: list[tuple[int, str]] = []
        self.writes: set[int] = set()

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Translate statements, leaving out those that control cannot reach."""
        start = len(self.lines)
        for node in body:
            if node not in self._expressions.definitions.dead:
                self._line = node.lineno
                try:
                    self._statement(node)
                except Refusal as refusal:
                    if refusal.line is None:
                        refusal.line = node.lineno
                    raise
        if len(self.lines) == start:
            self._emit("pass")

    def give_back(self, value: Value) -> None:
        """`return value`."""
        self.returned = join(self.returned, value.kind)
        if isinstance(self.returned, NewList):
            self._expressions.fill(self.returned)
        if isinstance(self.returned, Opaque):
            raise Refusal(f"a result that is {self.returned}", "return one type on every path")
        if isinstance(self._before, TupleOf) and self._before != value.kind:
            value = self._temporary(value)
        # Before the last translation, more may be returned than was known.
        self._emit(f"return {coerce(value, join(self._before, value.kind))}")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Store a value in a variable, an element, or several."""
        match target:
            case ast.Name():
                web = self._expressions.definitions.stored(target)
                self.assign_web(web, f"{target.id}_{web}", value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, value)
            case ast.Subscript():
                self._store(target, value)
            case _:
                raise Refusal(
                    f"an assignment to {ast.unparse(target)}", "assign variables and elements only"
                )

    def assign_web(self, web: int, name: str, value: Value) -> None:
        kinds = self._expressions.kinds
        before = kinds.get(web)
        after = join(before, value.kind)
        if after != before:
            kinds[web] = after
            self._expressions.changed = True
        if isinstance(after, NewList):
            self._expressions.fill(after)
        if isinstance(after, TupleOf) and after != value.kind:
            value = self._temporary(value)
        if isinstance(after, Opaque):
            self._emit(value.text)
        else:
            self._emit(f"{name} = {coerce(value, after)}")

    def _emit(self, text: str) -> None:
        self.lines.append((self._line, "    " * self._depth + text))

    def _indented(self, body: Sequence[ast.stmt]) -> None:
        self._depth += 1
        self.block(body)
        self._depth -= 1

    def _temporary(self, value: Value) -> Value:
        self._temporaries += 1
        name = f"t{self._temporaries}"
        self._emit(f"{name} = {value.text}")
        return Value(value.kind, name)

    def _statement(self, node: ast.stmt) -> None:
        expressions = self._expressions
        match node:
            case ast.Assign():
                self._assignment(node)
            case ast.AnnAssign():
                if node.value is not None:
                    self.assign(node.target, expressions.value(node.value))
            case ast.AugAssign():
                self._augmented(node)
            case ast.For():
                self._for(node)
            case ast.While():
                test = "True" if is_true(node.test) else expressions.test(node.test)
                self._emit(f"while {test}:")
                self._indented(node.body)
                self._otherwise(node.orelse)
            case ast.If():
                self._emit(f"if {expressions.test(node.test)}:")
                self._indented(node.body)
                self._otherwise(node.orelse)
            case ast.Return():
                none = Value(number(NONE), "None")
                self.give_back(none if node.value is None else expressions.value(node.value))
            case ast.Pass() | ast.Break() | ast.Continue():
                self._emit(type(node).__name__.lower())
            case ast.Raise():
                self._emit("raise ValueError('raised by the program')")
            case ast.Assert():
                self._emit(f"if not {expressions.test(node.test)}:")
                self._emit("    raise AssertionError('failed in the program')")
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Expr():
                self._emit(expressions.value(node.value).text)
            case _:
                raise Refusal(
                    _NAMES.get(type(node), f"the statement {type(node).__name__}"),
                    "keep the numeric loop in a function of its own",
                )

    def _otherwise(self, body: Sequence[ast.stmt]) -> None:
        if body:
            self._emit("else:")
            self._indented(body)

    def _assignment(self, node: ast.Assign) -> None:
        expressions = self._expressions
        target = node.targets[0]
        match target, node.value:
            case ((ast.Tuple() as places), (ast.Tuple() as items)) if len(
                node.targets
            ) == 1 and len(places.elts) == len(items.elts):
                values = [self._temporary(expressions.value(item)) for item in items.elts]
                for place, value in zip(places.elts, values, strict=True):
                    self.assign(place, value)
                return
        value = expressions.value(node.value)
        if len(node.targets) > 1 and value.kind is not None:
            value = self._temporary(value)
        for target in node.targets:
            self.assign(target, value)

    def _unpack(self, targets: Sequence[ast.expr], value: Value) -> None:
        if value.kind is None:
            kinds: Sequence[Kind | None] = [None] * len(targets)
        elif isinstance(value.kind, TupleOf) and len(value.kind.items) == len(targets):
            kinds = value.kind.items
            value = self._temporary(value)
        else:
            raise Refusal(
                f"a value that is {value.kind} unpacked into {len(targets)} variables",
                "unpack tuples of that length, or index",
            )
        for index, (target, kind) in enumerate(zip(targets, kinds, strict=True)):
            self.assign(target, Value(kind, f"{value.text}[{index}]"))

    def _for(self, node: ast.For) -> None:
        run = iterated(self._expressions, node.iter)
        self._temporaries += 1
        name = f"t{self._temporaries}"
        self._emit(f"for {name} in {run.text}:")
        self._depth += 1
        self.assign(node.target, Value(run.kind, name))
        self.block(node.body)
        self._depth -= 1
        self._otherwise(node.orelse)

    def _augmented(self, node: ast.AugAssign) -> None:
        expressions = self._expressions
        target = node.target
        if isinstance(target, ast.Name):
            read = ast.copy_location(ast.Name(target.id, ast.Load()), target)
            expressions.definitions.alias(read, target)
            old = expressions.value(read)
        elif isinstance(target, ast.Subscript):
            self._hold(target)
            old = subscript(expressions, target)
        else:
            raise Refusal(f"an assignment to {ast.unparse(target)}")
        if isinstance(old.kind, Array | NewList | GivenList):
            raise Refusal(
                f"an augmented assignment to a value that is {old.kind}", "write the loop out"
            )
        self.assign(target, expressions.arithmetic(node.op, old, expressions.value(node.value)))

    def _hold(self, target: ast.Subscript) -> None:
        """Evaluate an element's container and index once, before it is read and stored into."""
        index = target.slice
        for part in (target.value, *(index.elts if isinstance(index, ast.Tuple) else [index])):
            if not isinstance(part, ast.Constant | ast.Name | ast.Slice):
                self._expressions.held.pop(part, None)
                self._expressions.held[part] = self._temporary(self._expressions.value(part))

    def _store(self, target: ast.Subscript, value: Value) -> None:
        expressions = self._expressions
        container = expressions.value(target.value)
        place = subscript(expressions, target)
        if container.kind is None or value.kind is None:
            return
        if not isinstance(value.kind, Number) or NONE in value.kind.tags:
            raise Refusal(f"an element set to a value that is {value.kind}", "set numbers only")
        match container.kind:
            case Array() as array:
                if not array.writable:
                    raise Refusal("a store into an array that is read-only", "pass a copy")
                self.writes.update(origin for origin in array.origins if origin >= 0)
                if isinstance(place.kind, Array) and value.kind.real and array.dtype == "int64":
                    raise Refusal("a float stored into a slice of ints", "loop over the indices")
                self._emit(f"{place.text} = {element_text(value, array.element)}")
            case GivenList(element, origin):
                if value.kind != number(element):
                    raise Refusal(
                        f"a value that is {value.kind} stored into a {container.kind}",
                        "convert it to the type of the other elements",
                    )
                self.writes.add(origin)
                self._emit(f"{place.text} = {value.text}")
            case NewList() as made:
                held = expressions.fill(made, value.kind)
                self._emit(f"{place.text} = {coerce(value, held)}")
            case other:
                raise Refusal(f"a store into a value that is {other}")
