"""Level 2 with Numba: a whole numeric function compiled, or refused with the line in its way."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from epochly.backend import Available, Capabilities, Prepared, Unavailable
from epochly.call import Arguments, Refused
from epochly.errors import Deoptimize, SourceError
from epochly.installed import version_of
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly_backends.numba_jit.values import Refusal

__all__ = ["NumbaJit"]

Made = TypeVar("Made")
_LOOPS = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class NumbaJit:
    """Compiles with Numba what it can show to return exactly what plain Python returns."""

    name = "numba"
    level = Level.COMPILE
    capabilities = Capabilities(runs_python=False)

    def availability(self) -> Available | Unavailable:
        """Whether Numba is installed; it is not imported to find out."""
        if find_spec("numba") is None:
            python = f"{sys.version_info.major}.{sys.version_info.minor}"
            return Unavailable(
                f"Numba is not installed for Python {python}",
                "pip install numba, on a Python that Numba supports",
            )
        return Available(f"Numba {version_of('numba')}")

    def prepare(self, function: Function, example: Arguments) -> Prepared | Refused:
        """Compile for the kinds of the example's arguments."""
        if function.plain is None:
            return function.without_python()
        from epochly_backends.numba_jit.prepared import CompiledFunction

        return _or_refused(function, partial(CompiledFunction, function, function.plain, example))

    def refused_early(self, function: Function, example: Arguments) -> Refused | None:
        """Why it refuses, as far as that shows without Numba; None where Numba has to be asked."""
        if function.plain is None:
            return function.without_python()
        from epochly.code.function import signature_of
        from epochly_backends.numba_jit.prepared import values_of
        from epochly_backends.numba_jit.specialization import kinds_of, translated

        plain = function.plain

        def translate() -> None:
            given = function.arguments_of_plain(example)
            translated(plain, kinds_of(values_of(signature_of(plain), given)))

        return _or_refused(function, translate)

    def anticipate(self, function: Function, example: Arguments) -> bool:
        """Import Numba, and do what loading any compiled program begins with.

        It takes 0.2 s, so only if nothing in the function's loops speaks against compiling it.

        Returns
        -------
        bool
            Whether that is so.
        """
        if not _has_loops(function) or self.refused_early(function, example) is not None:
            return False
        from epochly_backends.numba_jit.functions import get_ready

        get_ready()
        return True


def _or_refused(function: Function, step: Callable[[], Made]) -> Made | Refused:
    """What a step in compiling gives, or why there is nothing to compile."""
    from epochly_backends.numba_jit.values import Refusal

    try:
        return step()
    except Refusal as refusal:
        return _refused(function, refusal)
    except Deoptimize as error:
        return Refused(error.what, remedy="give arguments that the function takes")
    except RecursionError:
        return Refused("an expression is nested too deeply", remedy="split the longest expression")


def _refused(function: Function, refusal: Refusal) -> Refused:
    vectorized = _vectorized_line(function)
    if vectorized is None:
        return Refused(refusal.reason, refusal.line, refusal.remedy)
    return Refused(
        "already vectorized: nothing for a compiler to remove",
        vectorized,
        "stay at level 0, or try level 4 where the arrays are large",
    )


def _has_loops(function: Function) -> bool:
    try:
        return any(isinstance(part, _LOOPS) for part in ast.walk(function.source.node))
    except SourceError:
        return False


def _vectorized_line(function: Function) -> int | None:
    """Line of the first NumPy call of a function without loops, or None."""
    from epochly_backends.numba_jit.guards import Guards
    from epochly_backends.numba_jit.values import Refusal

    assert function.plain is not None
    try:
        node = function.source.node
    except SourceError:
        return None
    if _has_loops(function):
        return None
    guards = Guards()
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            try:
                called = guards.resolve(function.plain, part.func)
            except Refusal:
                continue
            module = str(getattr(called, "__module__", None) or "")
            if module.partition(".")[0] == "numpy" or type(called).__name__ == "ufunc":
                return part.lineno
    return None
