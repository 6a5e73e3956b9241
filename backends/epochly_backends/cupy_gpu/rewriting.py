"""A function and its helpers with every operation on arrays sent through the device."""

from __future__ import annotations

import ast
import copy
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.function import undecorated
from epochly.code.rebuild import rebuild
from epochly.code.scopes import live_value, scope_of
from epochly.code.source import source_of
from epochly.errors import SourceError
from epochly_backends.cupy_gpu.device import Device
from epochly_backends.cupy_gpu.names import (
    ATTRIBUTES,
    CONTAINER_METHODS,
    METHODS,
    REFUSED_KEYWORDS,
    draws,
    is_host_callable,
    numpy_names,
)

DEVICE = "__epochly_gpu__"
_REFUSED = {
    ast.Yield: "a generator",
    ast.YieldFrom: "a generator",
    ast.GeneratorExp: "a generator",
    ast.Await: "a coroutine",
    ast.Try: "a `try`, whose exceptions differ on the device",
    ast.TryStar: "a `try`, whose exceptions differ on the device",
    ast.With: "a `with`",
    ast.Global: "a `global`",
    ast.Nonlocal: "a `nonlocal`",
    ast.Delete: "a `del`",
    ast.Import: "an `import`",
    ast.ImportFrom: "an `import`",
    ast.ClassDef: "a class",
    ast.FunctionDef: "a function made inside",
    ast.AsyncFunctionDef: "a function made inside",
    ast.Lambda: "a function made inside",
    ast.JoinedStr: "a formatted string",
    ast.Match: "a `match`",
}
_WRITING = {"fill", "sort"}
_GENERATOR_METHODS = frozenset(
    "random normal standard_normal uniform integers exponential poisson choice permutation".split()
)


class Unsuited(Exception):
    """Something in the source keeps the function from the device."""

    def __init__(self, reason: str, line: int | None, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.line, self.remedy = reason, line, remedy


class Rewritten:
    """The rewritten function with what was learnt of it on the way.

    Parameters
    ----------
    function : FunctionType
    device : Device
        What the rewritten code calls on.

    Raises
    ------
    Unsuited
        When it or a helper does what the device cannot do with NumPy's meaning.
    """

    def __init__(self, function: FunctionType, device: Device) -> None:
        self.device = device
        self.lines: dict[str, tuple[int, int]] = {}
        self.uses_arrays = False
        self.writes = False
        self.draws = False
        self._open: set[int] = set()
        self.call = self.rewrite(function)

    def rewrite(self, function: FunctionType) -> FunctionType:
        """Rewrite one function, and through its calls every helper."""
        try:
            source = source_of(function)
        except SourceError as error:
            line = function.__code__.co_firstlineno
            raise Unsuited(error.what, line, error.remedy or "") from error
        node = source.node
        if not isinstance(node, ast.FunctionDef):
            raise Unsuited("it is a lambda or asynchronous", source.line, "write a plain def")
        changed = copy.deepcopy(node)
        changed.decorator_list = []
        changer = _Changer(self, function, node)
        changed.body = [changer.visit(statement) for statement in changed.body]
        built = rebuild(function, ast.fix_missing_locations(changed), names={DEVICE: self.device})
        self.lines[function.__qualname__] = (source.line, source.end_line)
        return built

    def learn(self, value: Any, text: str, line: int) -> None:
        """Check what a call calls, and rewrite it where it is the user's helper.

        Raises
        ------
        Unsuited
        """
        if id(value) in numpy_names():
            self.uses_arrays = True
        elif draws(value):
            self.draws = True
        elif isinstance(value, FunctionType) and is_users(value):
            if id(value) not in self.device.helpers and id(value) not in self._open:
                self._check_defaults(value, line)
                self._open.add(id(value))
                self.device.helpers[id(value)] = self.rewrite(undecorated(value))
        elif not is_host_callable(value):
            raise Unsuited(f"{text} is not known to mean the same on the device", line, _SPLIT)

    def _check_defaults(self, helper: FunctionType, line: int) -> None:
        import numpy as np

        defaults = (*(helper.__defaults__ or ()), *(helper.__kwdefaults__ or {}).values())
        if any(isinstance(value, np.ndarray | list | dict) for value in defaults):
            raise Unsuited(f"{helper.__name__} has a default that can change", line, _SPLIT)


def _line(node: ast.expr | ast.stmt) -> ast.Constant:
    return ast.Constant(node.lineno)


_SPLIT = "move it out of the function, so that only array work remains"


class _Changer(ast.NodeTransformer):
    """Sends calls, indexing, loops and attributes through the device."""

    def __init__(self, whole: Rewritten, function: FunctionType, node: ast.FunctionDef) -> None:
        self._whole = whole
        self._function = function
        self._outer = scope_of(node).outer

    def visit(self, node: ast.AST) -> Any:
        what = _REFUSED.get(type(node))
        if what is not None:
            raise Unsuited(f"it holds {what}", getattr(node, "lineno", None), _SPLIT)
        return super().visit(node)

    def visit_Raise(self, node: ast.Raise) -> Any:
        # Any exception gives up, and the original raises it.
        return node

    def visit_Name(self, node: ast.Name) -> Any:
        if isinstance(node.ctx, ast.Load) and node.id in self._outer:
            return self._sent("outer", node, [node])
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        for keyword in node.keywords:
            if keyword.arg in REFUSED_KEYWORDS:
                raise Unsuited(f"it passes {keyword.arg}=", node.lineno, "leave it out")
        found, value = live_value(self._function, node.func)
        arguments = [self.visit(part) for part in node.args]
        keywords = [self.visit(keyword) for keyword in node.keywords]
        line = _line(node)
        if found:
            self._whole.learn(value, ast.unparse(node.func), node.lineno)
            return self._sent("call", node, [node.func, line, *arguments], keywords)
        if not isinstance(node.func, ast.Attribute):
            raise Unsuited(f"{ast.unparse(node.func)} is not known", node.lineno, _SPLIT)
        name = node.func.attr
        if name not in METHODS | CONTAINER_METHODS | _GENERATOR_METHODS:
            raise Unsuited(f".{name}() is not known on the device", node.lineno, _SPLIT)
        self._whole.writes |= name in _WRITING
        owner = self.visit(node.func.value)
        method = ast.Constant(name)
        return self._sent("method", node, [owner, method, line, *arguments], keywords)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if not isinstance(node.ctx, ast.Load):
            raise Unsuited(f"it stores to {ast.unparse(node)}", node.lineno, "return the value")
        found, value = live_value(self._function, node)
        if found:
            if isinstance(value, ModuleType):
                raise Unsuited(f"it hands {ast.unparse(node)} on", node.lineno, _SPLIT)
            return self._sent("outer", node, [node])
        if node.attr not in ATTRIBUTES:
            raise Unsuited(f".{node.attr} is not known on the device", node.lineno, _SPLIT)
        owner = self.visit(node.value)
        parts = [owner, ast.Constant(node.attr), _line(node)]
        return self._sent("attribute", node, parts)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        parts = [self.visit(node.value), self._index(node.slice), _line(node)]
        return self._sent("item", node, parts)

    def visit_Assign(self, node: ast.Assign) -> Any:
        value = self.visit(node.value)
        line = _line(node)
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            value = self._sent("unpacked", node, [value, line])
        place = node.targets[0]
        if len(node.targets) == 1 and isinstance(place, ast.Subscript):
            self._whole.writes = True
            parts = [value, self.visit(place.value), self._index(place.slice), line]
            return ast.copy_location(ast.Expr(self._sent("store", node, parts)), node)
        for target in node.targets:
            self._check_names(target)
        return ast.copy_location(ast.Assign(node.targets, value), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        self._check_names(node.target)
        node.value = None if node.value is None else self.visit(node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        if not isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            raise Unsuited("it assigns with an operator other than + - * /", node.lineno, _SPLIT)
        self._whole.writes = True
        value = self.visit(node.value)
        if isinstance(node.target, ast.Name):
            target = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
            node.value = self._sent("operand", node, [target, value])
            return node
        if not isinstance(node.target, ast.Subscript) or not isinstance(
            node.target.value, ast.Name
        ):
            raise Unsuited(f"it stores to {ast.unparse(node.target)}", node.lineno, _SPLIT)
        owner = ast.copy_location(ast.Name(node.target.value.id, ast.Load()), node)
        owner = self.visit(owner)
        index = self._index(node.target.slice)
        node.target.value = copy.deepcopy(owner)
        node.target.slice = self._sent("one_place", node, [owner, index, _line(node)])
        node.value = value
        return node

    def visit_Starred(self, node: ast.Starred) -> Any:
        node.value = self._sent("unpacked", node, [self.visit(node.value), _line(node)])
        return node

    def visit_For(self, node: ast.For) -> Any:
        self._check_names(node.target)
        node.iter = self._iterated(node.iter, node.target)
        node.body = [self.visit(statement) for statement in node.body]
        node.orelse = [self.visit(statement) for statement in node.orelse]
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        self._check_names(node.target)
        node.iter = self._iterated(node.iter, node.target)
        node.ifs = [self.visit(condition) for condition in node.ifs]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, ast.LShift | ast.RShift):
            raise Unsuited("it holds a shift", node.lineno, _SPLIT)
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            sign = ast.Constant("//" if isinstance(node.op, ast.FloorDiv) else "%")
            return self._sent("divided", node, [sign, left, right, _line(node)])
        way = {ast.Pow: "power", ast.MatMult: "matmul"}.get(type(node.op))
        if way is not None:
            return self._sent(way, node, [left, right, _line(node)])
        return ast.copy_location(ast.BinOp(left, node.op, right), node)

    def _index(self, node: ast.expr) -> ast.expr:
        """An index as an expression of its own: ``a:b`` becomes ``slice(a, b)``."""
        if isinstance(node, ast.Tuple):
            parts: list[ast.expr] = [self._index(part) for part in node.elts]
            return ast.copy_location(ast.Tuple(parts, ast.Load()), node)
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            parts = [ast.Constant(None) if b is None else self.visit(b) for b in bounds]
            return self._sent("span", node, parts)
        found: ast.expr = self.visit(node)
        return found

    def _iterated(self, node: ast.expr, target: ast.expr) -> ast.expr:
        unpack = not isinstance(target, ast.Name)
        parts = [self.visit(node), _line(node), ast.Constant(unpack)]
        return self._sent("iterate", node, parts)

    def _check_names(self, target: ast.expr) -> None:
        for part in ast.walk(target):
            if isinstance(part, ast.Subscript | ast.Attribute | ast.Starred):
                line = part.lineno
                raise Unsuited(f"it stores to {ast.unparse(part)}", line, "assign it by itself")

    def _sent(
        self,
        way: str,
        node: ast.AST,
        arguments: list[Any],
        keywords: list[ast.keyword] | None = None,
    ) -> ast.Call:
        owner = ast.Name(DEVICE, ast.Load())
        call = ast.Call(ast.Attribute(owner, way, ast.Load()), arguments, keywords or [])
        for part in (call, call.func, owner):
            ast.copy_location(part, node)
        return call
