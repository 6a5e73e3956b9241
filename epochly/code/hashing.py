"""Whether a function's result depends on hashes of texts, which are other ones in each process."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType

from epochly.code.callgraph import call_graph, is_users
from epochly.code.kinds import assigned, is_load
from epochly.code.scopes import binding_of, live_value
from epochly.code.source import source_of
from epochly.errors import SourceError

_SETS = (set, frozenset)
_SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_GIVING_SETS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_ASKING = frozenset({"isinstance", "issubclass"})
_UNORDERED = frozenset({"all", "any", "bool", "frozenset", "isinstance", "len", "set", "sorted"})
_SAFE_METHODS = _GIVING_SETS | frozenset(
    "add clear difference_update discard intersection_update isdisjoint issubset issuperset "
    "remove symmetric_difference_update update".split()
)


def order_of_hashes(function: FunctionType) -> str | None:
    """Where a function or a helper of it uses ``hash``, or the order that a set has, or None."""
    for member in with_methods(call_graph(function).functions):
        try:
            whole = source_of(member).node
        except SourceError:
            continue
        where = _Sets(member, whole).used()
        if where is not None:
            return f"{where} depends on the hashes of this process"
    return None


def with_methods(functions: Iterable[FunctionType]) -> Iterator[FunctionType]:
    """Functions, and the methods of the user's classes that they name."""
    for function in functions:
        yield function
        for name in _names(function.__code__):
            cls = binding_of(function, name).value
            if isinstance(cls, type):
                for attribute, raw in vars(cls).items():
                    raw = getattr(raw, "__func__", getattr(raw, "fget", raw))
                    if attribute != "__hash__" and isinstance(raw, FunctionType) and is_users(raw):
                        yield raw


def _names(code: CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


class _Sets:
    """The sets that one function makes, and what becomes of them."""

    def __init__(self, function: FunctionType, whole: ast.AST) -> None:
        self._function = function
        self._whole = whole
        self._parents = {
            id(child): parent
            for parent in ast.walk(whole)
            for child in ast.iter_child_nodes(parent)
        }

    def used(self) -> str | None:
        for node in ast.walk(self._whole):
            if isinstance(node, ast.Name) and node.id == "hash" and is_load(node):
                return "hash()"
            if isinstance(node, ast.Attribute) and node.attr == "__hash__":
                return "__hash__()"
            if self._is_factory(node):
                return "a factory of sets"
            if isinstance(node, ast.expr) and self.is_set(node) and not self._is_unordered(node):
                return f"the order of {ast.unparse(node)}"
        return None

    def _is_factory(self, node: ast.AST) -> bool:
        """Whether a class of sets is handed to something that may make one."""
        if not isinstance(node, ast.Name) or node.id not in ("set", "frozenset"):
            return False
        parent = self._parents.get(id(node))
        if isinstance(parent, ast.keyword):
            parent = self._parents.get(id(parent))
        return (
            isinstance(parent, ast.Call)
            and parent.func is not node
            and not (isinstance(parent.func, ast.Name) and parent.func.id in _ASKING)
        )

    def returns(self) -> bool:
        return any(
            isinstance(node, ast.Return) and node.value is not None and self.is_set(node.value)
            for node in ast.walk(self._whole)
        )

    def is_set(self, node: ast.expr, names: frozenset[str] = frozenset()) -> bool:
        if isinstance(node, (ast.Set, ast.SetComp)):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, _SET_OPERATORS):
            return any(
                self.is_set(side, names) or _is_view(side) for side in (node.left, node.right)
            )
        if isinstance(node, ast.IfExp):
            return self.is_set(node.body, names) or self.is_set(node.orelse, names)
        if isinstance(node, ast.BoolOp):
            return any(self.is_set(value, names) for value in node.values)
        if isinstance(node, ast.Call):
            return self._is_call_for_set(node, names)
        if not isinstance(node, ast.Name) or not is_load(node) or node.id in names:
            return False
        known, value = live_value(self._function, node)
        if known:
            return isinstance(value, _SETS)
        values = [value for value in assigned(self._whole, node.id) if value is not None]
        return any(self.is_set(value, names | {node.id}) for value in values)

    def _is_call_for_set(self, node: ast.Call, names: frozenset[str]) -> bool:
        known, called = live_value(self._function, node.func)
        if known and isinstance(called, FunctionType) and is_users(called):
            try:
                return (
                    called is not self._function and _Sets(called, source_of(called).node).returns()
                )
            except (SourceError, RecursionError):
                return True
        if known:
            return called in _SETS
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in _GIVING_SETS
            and self.is_set(node.func.value, names)
        )

    def _is_unordered(self, node: ast.expr) -> bool:
        """Whether what is done with a set cannot tell in which order it is."""
        parent = self._parents.get(id(node))
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            return all(isinstance(target, ast.Name) for target in targets)
        if isinstance(parent, (ast.Compare, ast.Return)):
            return True
        if isinstance(parent, (ast.BinOp, ast.BoolOp, ast.Expr, ast.If, ast.While, ast.UnaryOp)):
            return True
        if isinstance(parent, (ast.IfExp, ast.ListComp)):
            return True
        if isinstance(parent, ast.Attribute):
            return parent.attr in _SAFE_METHODS
        if isinstance(parent, ast.Call):
            name = parent.func.id if isinstance(parent.func, ast.Name) else ""
            method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
            unordered = name in _UNORDERED and not _has_key(parent)
            return unordered or method in _SAFE_METHODS or method == "append"
        if isinstance(parent, ast.comprehension):
            return self._is_unordered_loop(self._parents.get(id(parent)))
        return False

    def _is_unordered_loop(self, made: ast.AST | None) -> bool:
        if isinstance(made, ast.SetComp):
            return True
        around = self._parents.get(id(made))
        if not isinstance(made, ast.GeneratorExp) or not isinstance(around, ast.Call):
            return False
        name = around.func.id if isinstance(around.func, ast.Name) else ""
        if name in _UNORDERED:
            return not _has_key(around)
        return name == "sum" and isinstance(made.elt, ast.Constant)


def _has_key(call: ast.Call) -> bool:
    """Whether ``sorted`` may leave texts whose keys are equal in the order in which they came."""
    return any(keyword.arg in ("key", None) for keyword in call.keywords)


def _is_view(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"keys", "items"}
    )
