"""Desugaring: comprehensions written out as loops, before anything else is analysed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from types import FunctionType
from typing import Any, cast

from epochly.code.asking import attribute_of
from epochly.code.scopes import live_value
from epochly_backends.numba_jit.comprehensions import (
    Comprehension,
    appending,
    branching,
    choosing,
    searching,
)

_FRAMES = "epochly_frames"
_TAKES_ALL = (sum, max, min, list)
_SEARCHES = (any, all)
# They change nothing that was read before, unlike a function that is given an array.
_HARMLESS: tuple[Any, ...] = (
    *(abs, all, any, bool, divmod, enumerate, float, int, len, list, max, min, pow, range),
    *(reversed, round, sum, zip),
)
# Nothing that is evaluated later can change these: numbers, and parts that never change.
_STILL: tuple[type[ast.AST], ...] = (
    *(ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Attribute, ast.BinOp, ast.UnaryOp),
    *(ast.Compare, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop),
)


class Found(ast.Name):
    """The variable that tells whether the search of an `any` or `all` ended early."""


def desugared(node: ast.FunctionDef, function: FunctionType) -> ast.FunctionDef:
    """A copy of a function in which comprehensions are loops before the statement they stand in.

    A generator is written out only where it is used up at once, as by `sum` and `any`. What cannot
    be moved without changing the order of what a statement does stays, and is refused when it is
    met.

    Parameters
    ----------
    node : ast.FunctionDef
    function : FunctionType
        The live function, which tells what `sum` and the like stand for.
    """
    copied = copy.deepcopy(node)
    for made in ast.walk(copied):
        for part in ast.walk(made) if isinstance(made, Comprehension) else ():
            setattr(part, _FRAMES, frames_of(part) + 2)
    return cast(ast.FunctionDef, _Desugaring(function).visit(copied))


def frames_of(node: ast.AST) -> int:
    """How many calls at most Python counts for one of a function.

    Around one in a comprehension stand that, which may be a frame of its own, and what uses it up.
    """
    return int(getattr(node, _FRAMES, 1))


class _Desugaring(ast.NodeTransformer):
    """Rewrites statements, each as what must come before it and what is left of it."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self._made = 0

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        evaluation = _Evaluation(self)
        if not isinstance(node.target, ast.Name):
            # It is read before the value is computed, which may change it in between.
            evaluation.passed(node.target)
        node.value = evaluation.value(node.value)
        return [*evaluation.before, node]

    def visit_For(self, node: ast.For) -> list[ast.stmt]:
        evaluation = _Evaluation(self)
        node.iter = evaluation.value(node.iter)
        return [*evaluation.before, cast(ast.For, self.generic_visit(node))]

    def visit_While(self, node: ast.While) -> ast.stmt:
        if _has_comprehension(node.test) and not node.orelse:
            leave = ast.If(ast.UnaryOp(ast.Not(), node.test), [ast.Break()], [])
            test = ast.Constant(True)
            node = ast.copy_location(ast.While(test, [leave, *node.body], []), node)
            _locate(node, node)
        return cast(ast.While, self.generic_visit(node))

    def _with_value(
        self, node: ast.Assign | ast.AnnAssign | ast.Return | ast.Expr
    ) -> list[ast.stmt]:
        if node.value is None:
            return [node]
        evaluation = _Evaluation(self)
        node.value = evaluation.value(node.value)
        return [*evaluation.before, node]

    def _with_test(self, node: ast.If | ast.Assert) -> list[ast.stmt]:
        evaluation = _Evaluation(self)
        node.test = evaluation.test(node.test)
        return [*evaluation.before, cast(ast.stmt, self.generic_visit(node))]

    visit_Assign = visit_AnnAssign = visit_Return = visit_Expr = _with_value
    visit_If = visit_Assert = _with_test

    def new_name(self, what: str) -> str:
        """A name for a variable that the program does not have."""
        self._made += 1
        return f"{what}{self._made}_"

    def written_out(self, made: Sequence[ast.stmt], node: ast.expr) -> list[ast.stmt]:
        """Statements just made of an expression, with what stands in them written out as well."""
        done: list[ast.stmt] = []
        for statement in made:
            _locate(statement, node)
            found = self.visit(statement)
            done += found if isinstance(found, list) else [found]
        return done


class _Evaluation:
    """Goes through one statement's expressions in the order in which they are evaluated.

    Attributes
    ----------
    before : list of ast.stmt
        What comes before the statement.
    """

    def __init__(self, desugaring: _Desugaring) -> None:
        self.before: list[ast.stmt] = []
        self._desugaring = desugaring
        # What was evaluated so far and stays in the statement, after what is moved before it.
        self._reads = self._acts = False

    def test(self, node: ast.expr) -> ast.expr:
        """What is left of an expression of which only the truth is asked."""
        if isinstance(node, ast.BoolOp):
            values = [ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), one)) for one in node.values]
            if _has_comprehension(*node.values[1:]):
                node = ast.copy_location(ast.BoolOp(node.op, list[ast.expr](values)), node)
                _locate(node, node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.test(node.operand)
            return node
        return self.value(node)

    def value(self, node: ast.expr) -> ast.expr:
        """What is left of an expression."""
        if not _has_comprehension(node):
            self.passed(node)
            return node
        match node:
            case ast.ListComp():
                return self._listed(node)
            case ast.Call(args=[ast.GeneratorExp() as made], keywords=[]):
                return self._used_up(node, made)
            case ast.BoolOp(op=op, values=values) if _has_comprehension(*values[1:]):
                wanted = isinstance(op, ast.And)
                name = self._name("choice")
                return self._moved(node, choosing(values, name, wanted=wanted), _load(name))
            case ast.IfExp() if _has_comprehension(node.body, node.orelse):
                name = self._name("choice")
                return self._moved(node, branching(node, name), _load(name))
            case ast.BoolOp():
                node.values[0] = self.value(node.values[0])
                self.passed(*node.values[1:])
            case ast.IfExp():
                node.test = self.test(node.test)
                self.passed(node.body, node.orelse)
            case ast.Compare():
                node.left, node.comparators[0] = map(self.value, (node.left, node.comparators[0]))
                # The others may never be evaluated.
                self.passed(*node.comparators[1:])
            case ast.Lambda():
                self._acts = True
            case _:
                self._in_parts(node)
        self._left(node)
        return node

    def passed(self, *nodes: ast.expr) -> None:
        """Note that expressions stay as they are."""
        for node in nodes:
            for part in ast.walk(node):
                self._left(part)

    def _left(self, node: ast.AST) -> None:
        """Note that an operation stays in the statement, after what is moved before it later."""
        self._reads = self._reads or not isinstance(node, _STILL)
        if isinstance(node, ast.Call):
            self._acts = self._acts or not self._is_harmless(node)

    def _in_parts(self, node: ast.expr) -> None:
        for field, found in ast.iter_fields(node):
            if isinstance(found, ast.expr):
                setattr(node, field, self.value(found))
            for place, part in enumerate(found if isinstance(found, list) else ()):
                if isinstance(part, ast.expr):
                    found[place] = self.value(part)
                elif isinstance(part, ast.keyword):
                    part.value = self.value(part.value)

    def _used_up(self, node: ast.Call, made: ast.GeneratorExp) -> ast.expr:
        _, called = live_value(self._desugaring.function, node.func)
        if any(called is one for one in _TAKES_ALL):
            node.args = [self._listed(made)]
        elif any(called is one for one in _SEARCHES):
            name = self._name("comprehension")
            statements = searching(made, name, wanted=called is any)
            node.args = [self._moved(made, statements, Found(name, ast.Load()))]
        else:
            self._acts = True
        return node

    def _listed(self, node: Comprehension) -> ast.expr:
        name = self._name("comprehension")
        return self._moved(node, appending(node, name), _load(name))

    def _moved(self, node: ast.expr, made: list[ast.stmt], left: ast.expr) -> ast.expr:
        """Put statements before this one, unless it would matter to what was evaluated so far."""
        if self._acts or (self._reads and not self._changes_nothing(node)):
            self._acts = True
            return node
        self.before += self._desugaring.written_out(made, node)
        return ast.copy_location(left, node)

    def _name(self, what: str) -> str:
        return self._desugaring.new_name(what)

    def _changes_nothing(self, node: ast.expr) -> bool:
        calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
        return all(self._is_harmless(call) for call in calls)

    def _is_harmless(self, call: ast.Call) -> bool:
        known, called = live_value(self._desugaring.function, call.func)
        harmless = any(called is one for one in _HARMLESS)
        return known and (harmless or attribute_of(called, "__module__") == "math")


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _has_comprehension(*nodes: ast.expr) -> bool:
    return any(
        isinstance(part, ast.ListComp | ast.GeneratorExp)
        for node in nodes
        for part in ast.walk(node)
    )


def _locate(statement: ast.AST, node: ast.AST) -> None:
    for part in ast.walk(statement):
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
