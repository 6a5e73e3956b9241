"""Operators: what `+`, `//`, `<` and the like mean for numbers of known kinds."""

from __future__ import annotations

import ast

from epochly_backends.numba_jit.kinds import (
    NP_BOOL,
    NP_FLOAT,
    NP_INT,
    NUMPY_BIT,
    PY_BOOL,
    PY_INT,
    Number,
    number,
)
from epochly_backends.numba_jit.values import (
    BOOLS,
    FLOATS,
    Refusal,
    Value,
    exact_real,
    known_number,
    pair,
    real,
    whole,
)

_INT = {
    ast.Add: "add_int",
    ast.Sub: "sub_int",
    ast.Mult: "mul_int",
    ast.FloorDiv: "floordiv_int",
    ast.Mod: "mod_int",
    ast.Pow: "power_int",
    ast.LShift: "lshift_int",
    ast.RShift: "rshift_int",
}
_BITS = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"}
_FLOAT = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_NAMED_POWERS = {"2": "square", "2.0": "square", "0.5": "root"}
_CHECKED_FLOAT = {ast.FloorDiv: "floordiv_float", ast.Mod: "mod_float"}
_PAIR = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
_REAL_PAIR = _PAIR | {ast.Div: "divide"}
_WHOLE_PAIR = _PAIR | {
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
_COMPARE = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def binary(operator: ast.operator, left: Value, right: Value) -> Value:
    """`left operator right` for two numbers, or a `Refusal`."""
    if left.kind is None or right.kind is None:
        return Value(None, "0")
    first, second = known_number(left), known_number(right)
    if first.single is None or second.single is None:
        return _on_pairs(operator, left, right)
    if type(operator) in _BITS and {first.single, second.single} <= BOOLS:
        tag = NP_BOOL if NP_BOOL in (first.single, second.single) else PY_BOOL
        return Value(number(tag), f"({left.text} {_BITS[type(operator)]} {right.text})")
    if {first.single, second.single} in ({NP_BOOL}, {NP_BOOL, PY_BOOL}):
        raise Refusal("arithmetic on NumPy booleans", "convert them with int() first")
    tag = _arithmetic_tag(first.single) | _arithmetic_tag(second.single)
    if tag in FLOATS:
        return Value(number(tag), _on_floats(operator, left, right, tag))
    return _on_ints(operator, left, right, tag)


def _arithmetic_tag(tag: int) -> int:
    return tag & NUMPY_BIT if tag in BOOLS else tag


def _on_floats(operator: ast.operator, left: Value, right: Value, tag: int) -> str:
    first, second = real(left), real(right)
    kind = type(operator)
    if kind in _FLOAT:
        return f"({first} {_FLOAT[kind]} {second})"
    if kind is ast.Div:
        return f"divide_{'ieee' if tag == NP_FLOAT else 'float'}({first}, {second})"
    if kind is ast.Pow:
        ieee = "_ieee" if tag == NP_FLOAT else ""
        if right.text in _NAMED_POWERS:
            return f"{_NAMED_POWERS[right.text]}{ieee}({first})"
        return f"{'libm_pow' if ieee else 'power_float'}({first}, {second})"
    if kind in _CHECKED_FLOAT:
        return f"{_CHECKED_FLOAT[kind]}({first}, {second})"
    raise Refusal(f"{_name(operator)} on floats", "use it on ints only")


def _on_ints(operator: ast.operator, left: Value, right: Value, tag: int) -> Value:
    first, second = whole(left), whole(right)
    kind = type(operator)
    if kind in _BITS:
        return Value(number(tag), f"({first} {_BITS[kind]} {second})")
    if kind is ast.Div and tag == NP_INT:
        return Value(number(NP_FLOAT), f"divide_ieee(float({first}), float({second}))")
    if kind is ast.Div:
        return Value(number(tag | 1), f"divide_int({first}, {second})")
    if kind is ast.Pow and right.text == "2":
        return Value(number(tag), f"square_int({first})")
    if kind in _INT:
        return Value(number(tag), f"{_INT[kind]}({first}, {second})")
    raise Refusal(f"{_name(operator)} on ints", "write the product as a loop")


def _on_pairs(operator: ast.operator, left: Value, right: Value) -> Value:
    left, right = _counted(left), _counted(right)
    first, second = known_number(left), known_number(right)
    is_division = isinstance(operator, ast.Div)
    as_real = is_division or first.real or second.real
    name = (_REAL_PAIR if as_real else _WHOLE_PAIR).get(type(operator))
    if name is None or (first.tags | second.tags) & BOOLS:
        raise Refusal(
            f"{_name(operator)} on a value that is {first if first.single is None else second}",
            "give the variable the same type on every path, such as 0.0 instead of 0",
        )
    tags = frozenset(a | b | is_division for a in first.tags for b in second.tags)
    kind = Number(tags)
    if kind.single is not None and kind.real and type(operator) in _FLOAT:
        return Value(kind, f"({real(left)} {_FLOAT[type(operator)]} {real(right)})")
    call = f"{name}_{'real' if as_real else 'whole'}"
    text = f"{call}({pair(left, as_real=as_real)}, {pair(right, as_real=as_real)})"
    return Value(kind, f"{text}[0]" if kind.single is not None else text)


def _counted(value: Value) -> Value:
    """A boolean as the int that it counts for beside another number."""
    tag = known_number(value).single
    if tag not in BOOLS:
        return value
    return Value(number(_arithmetic_tag(tag)), whole(value))


def negative(operand: Value) -> Value:
    """`-operand` for a number."""
    if operand.kind is None:
        return operand
    kind = known_number(operand)
    if kind.single is None:
        if kind.tags & BOOLS:
            raise Refusal(f"minus on a value that is {kind}")
        return Value(kind, f"neg_{'real' if kind.real else 'whole'}({operand.text})")
    if kind.single in FLOATS:
        return Value(kind, f"(-{operand.text})")
    if kind.single == NP_BOOL:
        raise Refusal("arithmetic on NumPy booleans", "convert them with int() first")
    return Value(number(_arithmetic_tag(kind.single)), f"neg_int({whole(operand)})")


def absolute(operand: Value) -> Value:
    """`abs(operand)` for a number."""
    if operand.kind is None:
        return operand
    kind = known_number(operand)
    if kind.single is None:
        if kind.tags & BOOLS:
            raise Refusal(f"abs() of a value that is {kind}")
        return Value(kind, f"abs_{'real' if kind.real else 'whole'}({operand.text})")
    if kind.single in FLOATS:
        return Value(kind, f"fabs({operand.text})")
    if kind.single == NP_BOOL:
        return operand
    return Value(number(_arithmetic_tag(kind.single)), f"abs_int({whole(operand)})")


def inverted(operand: Value) -> Value:
    """`~operand` for an int."""
    if operand.kind is None:
        return operand
    kind = known_number(operand)
    if kind.single not in (PY_INT, NP_INT):
        raise Refusal(f"`~` on a value that is {kind}", "use `not` for truth values")
    return Value(kind, f"(~{operand.text})")


def compare(operator: ast.cmpop, left: Value, right: Value) -> Value:
    """A comparison of two numbers; the text is a boolean even where the kind has two tags."""
    if left.kind is None or right.kind is None:
        return Value(None, "False")
    if type(operator) not in _COMPARE:
        raise Refusal(f"{_name(operator)} on numbers", "compare with == or !=")
    first, second = known_number(left), known_number(right)
    tags = frozenset(PY_BOOL | ((a | b) & NUMPY_BIT) for a in first.tags for b in second.tags)
    to_text = exact_real if first.real or second.real else whole
    return Value(Number(tags), f"({to_text(left)} {_COMPARE[type(operator)]} {to_text(right)})")


def _name(operator: ast.operator | ast.cmpop) -> str:
    return f"the operator {type(operator).__name__}"
