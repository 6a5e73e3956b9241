"""Expressions: the translation of one expression into the compiled program."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any

from epochly_backends.numba_jit import comparisons, elements, operators
from epochly_backends.numba_jit.kinds import (
    NONE,
    NP_BOOL,
    NP_FLOAT,
    NP_INT,
    PY_BOOL,
    PY_FLOAT,
    PY_INT,
    Array,
    Kind,
    NewList,
    Number,
    Opaque,
    TupleOf,
    join,
    kind_of,
    number,
    tag_of_constant,
)
from epochly_backends.numba_jit.values import Refusal, Value, coerce, real, truth

if TYPE_CHECKING:
    from epochly_backends.numba_jit.definitions import Definitions
    from epochly_backends.numba_jit.unit import Unit

INTS = frozenset((PY_INT, NP_INT))


class Expressions:
    """Translates the expressions of one function for the kinds its variables have so far."""

    def __init__(self, function: FunctionType, unit: Unit, definitions: Definitions) -> None:
        self.function = function
        self.unit = unit
        self.definitions = definitions
        self.kinds: dict[int, Kind | None] = {}
        self.elements: dict[int, Kind | None] = {}
        self.held: dict[ast.AST, Value] = {}
        self.changed = False
        self._sites: dict[ast.AST, int] = {}

    def site(self, node: ast.AST) -> int:
        """The negative number of the place in the source that makes a new array or list."""
        self.unit.allocates = True
        return self._sites.setdefault(node, -1 - len(self._sites))

    def new_list(self, node: ast.AST, *held: Kind | None) -> NewList:
        """A list made here that holds elements of such kinds."""
        made = NewList(frozenset((self.site(node),)))
        for kind in held:
            self.fill(made, kind)
        return made

    def fill(self, kind: NewList, element: Kind | None = None) -> Kind | None:
        """Note that a list holds such an element; returns the kind of all of them.

        Lists that one variable may hold come to hold elements of one kind.
        """
        if element is not None and not isinstance(element, Number):
            raise Refusal(f"a list that holds a value that is {element}", "use arrays of numbers")
        after: Kind | None = element
        for site in kind.sites:
            after = join(after, self.elements.get(site))
        for site in kind.sites:
            if self.elements.get(site) != after:
                self.elements[site] = after
                self.changed = True
        return after

    def resolve(self, node: ast.expr) -> Any:
        """What a global name or an attribute of a module means."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self.definitions.locals:
            raise Refusal(f"{ast.unparse(node)} is known only when the program runs")
        return self.unit.guards.resolve(self.function, node)

    def value(self, node: ast.expr) -> Value:
        """An expression's kind and text.

        Raises
        ------
        Refusal
            When it cannot be compiled with its meaning kept.
        """
        try:
            return self.held.get(node) or self._value(node)
        except Refusal as refusal:
            if refusal.line is None:
                refusal.line = node.lineno
            raise

    def test(self, node: ast.expr) -> str:
        """Text of an expression's truth."""
        match node:
            case ast.BoolOp():
                word = " and " if isinstance(node.op, ast.And) else " or "
                return f"({word.join(self.test(part) for part in node.values)})"
            case ast.UnaryOp(op=ast.Not()):
                return f"(not {self.test(node.operand)})"
            case ast.Compare():
                return comparisons.comparison(self, node).text
        return truth(self.value(node))

    def constant(self, value: Any, what: str) -> Value:
        """A number, or a tuple of numbers, fixed when the function is compiled."""
        kind = kind_of(value, 0)
        if isinstance(kind, Number):
            tag = kind.single
            if tag == NONE:
                return Value(kind, "None")
            plain = value if tag_of_constant(value) is not None else value.item()
            text = repr(plain)
            return Value(kind, f"({text})" if text.startswith("-") else text)
        if isinstance(kind, TupleOf):
            items = [self.constant(item, what) for item in value]
            return Value(kind, f"({', '.join(item.text for item in items)},)")
        raise Refusal(
            f"{what} is {'a text' if isinstance(value, str) else kind}",
            "pass arrays and other data as arguments; only numbers may be fixed",
        )

    def _value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant():
                return self.constant(node.value, "the constant")
            case ast.Name():
                return self._name(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BoolOp():
                parts = [self.value(part) for part in node.values]
                if any(part.kind not in (None, number(PY_BOOL)) for part in parts):
                    raise Refusal("`and`/`or` as a value", "use `if`, or compare first")
                return Value(number(PY_BOOL), self.test(node))
            case ast.Compare():
                result = comparisons.comparison(self, node)
                if isinstance(result.kind, Number) and result.kind.single is None:
                    raise Refusal(f"a comparison whose result is {result.kind}", "use bool(...)")
                return result
            case ast.IfExp():
                test, first, second = (
                    self.test(node.test),
                    *map(self.value, (node.body, node.orelse)),
                )
                kind = join(first.kind, second.kind)
                return Value(kind, f"({coerce(first, kind)} if {test} else {coerce(second, kind)})")
            case ast.Tuple() if not any(isinstance(item, ast.Starred) for item in node.elts):
                items = [self.value(item) for item in node.elts]
                if any(item.kind is None for item in items):
                    return Value(None, "0")
                kinds = tuple(item.kind for item in items if item.kind is not None)
                return Value(TupleOf(kinds), f"({', '.join(item.text for item in items)},)")
            case ast.List():
                return self._list(node)
            case ast.Subscript():
                return elements.subscript(self, node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self.unit.call(self, node)
        raise Refusal(f"{_NAMES.get(type(node), type(node).__name__)}", _REMEDY)

    def _name(self, node: ast.Name) -> Value:
        if node.id not in self.definitions.locals:
            return self.constant(self.resolve(node), f"the global {node.id}")
        if node in self.definitions.unbound:
            raise Refusal(
                f"{node.id} may be unassigned here", f"assign {node.id} before the loop or branch"
            )
        web = self.definitions.loaded(node)
        kind = self.kinds.get(web)
        if isinstance(kind, Opaque):
            raise Refusal(f"{node.id} is {kind}", "pass numbers, arrays and lists of numbers")
        return Value(kind, f"{node.id}_{web}")

    def _binary(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
            return self._repeated(node.left, self.value(node.right))
        if isinstance(node.op, ast.Mult) and isinstance(node.right, ast.List):
            return self._repeated(node.right, self.value(node.left), times_first=True)
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Add) and isinstance(left.kind, NewList):
            return self._concatenated(node, left, right)
        if isinstance(node.op, ast.Pow) and _is_negative_int(node.right):
            if isinstance(left.kind, Number) and left.kind.tags & {NP_INT, NP_BOOL}:
                raise Refusal("a NumPy integer to a negative power", "use a float base")
            right = Value(number(PY_FLOAT), real(right))
        return self.arithmetic(node.op, left, right)

    def arithmetic(self, operator: ast.operator, left: Value, right: Value) -> Value:
        """`left operator right`, noting whether NumPy might warn."""
        result = operators.binary(operator, left, right)
        self.unit.note_warnings(result.kind)
        return result

    def _unary(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Value(number(PY_BOOL), self.test(node))
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            value = node.operand.value
            if isinstance(value, int | float) and not isinstance(value, bool):
                return self.constant(-value, "the constant")
        operand = self.value(node.operand)
        if isinstance(node.op, ast.USub):
            return operators.negative(operand)
        if isinstance(node.op, ast.Invert):
            return operators.inverted(operand)
        if operand.kind is None or operand.kind in _SIGNED:
            return operand
        raise Refusal(f"`+` before a value that is {operand.kind}")

    def _list(self, node: ast.List) -> Value:
        items = [self.value(item) for item in node.elts]
        made = self.new_list(node, *(item.kind for item in items))
        held = self.fill(made)
        return Value(made, f"[{', '.join(coerce(item, held) for item in items)}]")

    def _repeated(self, node: ast.List, times: Value, *, times_first: bool = False) -> Value:
        if times.kind is not None and times.kind != number(PY_INT):
            raise Refusal(f"a list times a value that is {times.kind}", "use an int")
        made = self._list(node)
        factors = [made.text, f"repeats({times.text}, {len(node.elts)})"]
        # As written: either may draw random numbers.
        return Value(made.kind, f"({' * '.join(reversed(factors) if times_first else factors)})")

    def _concatenated(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if not isinstance(left.kind, NewList) or not isinstance(right.kind, NewList | None):
            raise Refusal(f"a list plus a value that is {right.kind}", "append in a loop")
        sites = left.kind.sites | (right.kind.sites if right.kind is not None else frozenset())
        made = NewList(sites | {self.site(node)})
        self.fill(made)
        return Value(self.new_list(node), f"({left.text} + {right.text})")

    def _attribute(self, node: ast.Attribute) -> Value:
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id not in self.definitions.locals:
            return self.constant(self.resolve(node), ast.unparse(node))
        owner = self.value(node.value)
        if isinstance(owner.kind, Array) and node.attr in ("shape", "size", "ndim"):
            whole_kind: Kind = number(PY_INT)
            if node.attr == "shape":
                whole_kind = TupleOf((whole_kind,) * owner.kind.dimensions)
            return Value(whole_kind, f"{owner.text}.{node.attr}")
        if owner.kind is None:
            return Value(None, "0")
        raise Refusal(f"the attribute {node.attr} of a value that is {owner.kind}", _REMEDY)


def _is_negative_int(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(size))):
            return size > 0
    return False


_SIGNED = tuple(number(tag) for tag in (PY_INT, PY_FLOAT, NP_INT, NP_FLOAT))
_REMEDY = "keep the numeric loop in a function of its own, with numbers and arrays only"
_NAMES: dict[type[ast.AST], str] = {
    ast.JoinedStr: "a text",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.DictComp: "a dictionary",
    ast.SetComp: "a set",
    ast.ListComp: "a list comprehension inside an expression",
    ast.GeneratorExp: "a generator",
    ast.Lambda: "a nested function",
    ast.Await: "`await`",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield from`",
    ast.NamedExpr: "`:=`",
    ast.Starred: "an unpacked argument",
    ast.Slice: "a slice",
}
