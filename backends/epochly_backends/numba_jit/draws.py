"""Draws: random numbers that compiled code takes from the caller's streams."""

from __future__ import annotations

import ast
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from epochly_backends.numba_jit.handler import Handler, positional
from epochly_backends.numba_jit.kinds import NONE, PY_FLOAT, PY_INT, Number, number
from epochly_backends.numba_jit.values import Refusal, Value, known_number, real, whole

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

Stream = Literal["numpy", "python"]


def handlers(numpy_random: ModuleType, python_random: ModuleType) -> dict[Any, Handler]:
    """Handlers of the functions whose stream compiled code reproduces, by the function itself."""
    return {
        numpy_random.random: _floats("numpy", "np_random", ()),
        numpy_random.random_sample: _floats("numpy", "np_random", ()),
        numpy_random.rand: _floats("numpy", "np_random", ()),
        numpy_random.uniform: _floats("numpy", "np_uniform", ("0.0", "1.0")),
        numpy_random.normal: _floats("numpy", "np_normal", ("0.0", "1.0")),
        numpy_random.standard_normal: _floats("numpy", "np_standard_normal", ()),
        numpy_random.randint: _ints("numpy", "np_randint", least=1, inclusive=False),
        python_random.random: _floats("python", "py_random", ()),
        python_random.uniform: _floats("python", "py_uniform", (None, None)),
        python_random.randint: _ints("python", "py_randrange", least=2, inclusive=True),
        python_random.randrange: _ints("python", "py_randrange", least=1, inclusive=False),
        numpy_random.seed: _seed,
    }


def _floats(stream: Stream, name: str, defaults: tuple[str | None, ...]) -> Handler:
    """A draw of a Python float; a default of None must be given."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        least = sum(default is None for default in defaults)
        values = [expressions.value(item) for item in positional(node, least, len(defaults))]
        if any(value.kind is None for value in values):
            return Value(number(PY_FLOAT), "0.0")
        expressions.unit.draws.add(stream)
        texts = [real(value) for value in values]
        texts += [default for default in defaults[len(texts) :] if default is not None]
        for value in values:
            kind = known_number(value)
            if stream == "python" and not kind.tags <= {PY_INT, PY_FLOAT}:
                raise Refusal("a bound that is a NumPy number", "convert it with float() first")
        return Value(number(PY_FLOAT), f"{name}({', '.join(texts)})")

    return handle


def _ints(stream: Stream, name: str, *, least: int, inclusive: bool) -> Handler:
    """A draw of a Python int from below one bound or between two."""

    def handle(expressions: Expressions, node: ast.Call) -> Value:
        values = [expressions.value(item) for item in positional(node, least, 2)]
        if any(value.kind is None for value in values):
            return Value(number(PY_INT), "0")
        for value in values:
            if value.kind != number(PY_INT):
                raise Refusal(f"a bound that is {value.kind}", "convert it with int() first")
        expressions.unit.draws.add(stream)
        texts = ["0", *map(whole, values)][-2:]
        if inclusive:
            texts[1] = f"add_int({texts[1]}, 1)"
        return Value(number(PY_INT), f"{name}({', '.join(texts)})")

    return handle


def _seed(expressions: Expressions, node: ast.Call) -> Value:
    (seed,) = map(expressions.value, positional(node, 1, 1))
    if not isinstance(seed.kind, Number) or seed.kind.tags != {PY_INT}:
        raise Refusal("a seed that is no int", "seed outside of the function")
    expressions.unit.draws.add("numpy")
    return Value(number(NONE), f"np_seed({seed.text})")
