"""Prepared functions: the choice among specializations on each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Signature
from types import FunctionType
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments, Realized
from epochly.code.function import signature_of
from epochly.errors import ClosedError, Deoptimize
from epochly.levels import Level
from epochly_backends.numba_jit.guards import parts_of, still
from epochly_backends.numba_jit.kinds import kind_of
from epochly_backends.numba_jit.specialization import Specialization
from epochly_backends.numba_jit.values import PASSING, Refusal

if TYPE_CHECKING:
    from epochly.code.function import Function

MOST_SPECIALIZATIONS = 8
_FLAGS = 0x1 | 0x2 | 0x100 | 0x400  # C order, Fortran order, aligned, writable


class CompiledFunction:
    """A function that runs compiled for the kinds of arguments it meets.

    Parameters
    ----------
    function : Function
        The user's function.
    plain : FunctionType
        The Python function behind it.
    example : Arguments
        Arguments to compile for at once.

    Raises
    ------
    Refusal
        When it cannot be compiled for the example.
    OSError, MemoryError
        When it cannot be compiled now.
    """

    def __init__(self, function: Function, plain: FunctionType, example: Arguments) -> None:
        import numpy

        self._plain = plain
        self._code = plain.__code__
        self._function = function
        self._signature = signature_of(plain)
        self._parts = parts_of(plain)
        bound = function.arguments_of_plain(Arguments())
        self._prefix = list(bound.args)
        self._direct = len(self._signature.parameters) if not bound.kwargs else -1
        if any(p.kind is p.KEYWORD_ONLY for p in self._signature.parameters.values()):
            self._direct = -1
        scalars = (int, float, bool, type(None), numpy.float64, numpy.int64, numpy.bool_)
        self._scalars = frozenset(scalars)
        self._array = numpy.ndarray
        self._specializations: dict[tuple[Any, ...], Specialization | Refusal] = {}
        self._compilations = self._calls = self._deoptimizations = 0
        self._compile_s = 0.0
        self._closed = False
        values = self._values(example.args, dict(example.kwargs))
        first = self._specialized(self._key(values), values)
        if isinstance(first, Refusal):
            raise first
        root, *helpers = reversed(first.parts)
        self._realized = Realized(Level.COMPILE, "numba", (root, *helpers))

    @property
    def realized(self) -> Realized:
        return self._realized

    def stats(self) -> Mapping[str, float]:
        """Calls, deoptimizations, specializations, those given up, and compile seconds."""
        made = [s for s in self._specializations.values() if isinstance(s, Specialization)]
        return {
            "calls": self._calls,
            "deoptimizations": self._deoptimizations,
            "specializations": len(made),
            "given_up": sum(item.given_up for item in made),
            "compile_s": self._compile_s,
        }

    def close(self) -> None:
        """Forget what was compiled; a later call is an error."""
        self._closed = True
        self._specializations.clear()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._plain.__qualname__)
        self._calls += 1
        try:
            if self._plain.__code__ is not self._code:
                raise Deoptimize("its code was replaced after it was compiled")
            if kwargs or len(self._prefix) + len(args) != self._direct:
                values = self._values(args, kwargs)
            else:
                values = [*self._prefix, *args]
            key = self._key(values)
            chosen = self._specializations.get(key)
            if chosen is None or (isinstance(chosen, Specialization) and not chosen.guards.hold()):
                chosen = self._specialized_now(key, values)
            if isinstance(chosen, Refusal):
                raise Deoptimize(chosen.reason, line=chosen.line)
            return chosen(values)
        except Deoptimize:
            self._deoptimizations += 1
            raise

    def _values(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        if not still(self._plain, self._parts):
            self._parts = parts_of(self._plain)
            self._signature = signature_of(self._plain)
        given = Arguments(tuple(args), kwargs)
        return values_of(self._signature, self._function.arguments_of_plain(given))

    def _key(self, values: Sequence[Any]) -> tuple[Any, ...]:
        key: list[Any] = []
        for value in values:
            kind = type(value)
            if kind in self._scalars:
                key.append(kind)
            elif kind is self._array:
                key.append((value.dtype.num, value.dtype, value.ndim, value.flags.num & _FLAGS))
            else:
                key.append(kind_of(value, len(key)))
        return tuple(key)

    def _specialized_now(
        self, key: tuple[Any, ...], values: Sequence[Any]
    ) -> Specialization | Refusal:
        try:
            return self._specialized(key, values)
        except PASSING as error:
            # A later call tries again.
            said = f"it cannot be compiled now: {type(error).__name__}: {error}"
            raise Deoptimize(said) from error

    def _specialized(self, key: tuple[Any, ...], values: Sequence[Any]) -> Specialization | Refusal:
        if self._compilations >= MOST_SPECIALIZATIONS:
            raise Deoptimize(
                f"called with more than {MOST_SPECIALIZATIONS} combinations of types,"
                " or globals that keep changing"
            )
        self._compilations += 1
        made: Specialization | Refusal
        try:
            made = Specialization(self._plain, values)
            self._compile_s += made.compile_s
        except Refusal as refusal:
            made = refusal
        except RecursionError:
            made = Refusal("an expression is nested too deeply", "split the longest expression")
        self._specializations[key] = made
        return made


def values_of(signature: Signature, arguments: Arguments) -> list[Any]:
    """Arguments in the order of the parameters, with defaults.

    Raises
    ------
    Deoptimize
        When the function does not take them.
    """
    try:
        bound = signature.bind(*arguments.args, **arguments.kwargs)
    except TypeError as error:
        raise Deoptimize(f"the arguments do not fit: {error}") from error
    bound.apply_defaults()
    return list(bound.arguments.values())
