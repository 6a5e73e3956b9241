"""NumPy's functions of one number, by its own loops: with the bits that it gives on this processor.

NumPy brings its own `exp`, `log` and the like for many a processor. They err by a few ulp, and
other ones than the C library's, which Numba would call; `int(np.log10(x))` would be off by one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, cast

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic

from epochly_backends.numba_jit.mathematics import NUMPY_INEXACT

cgutils = cast(Any, _cgutils)


class _Ufunc(ctypes.Structure):
    """What follows the head of a PyUFuncObject (numpy/ufuncobject.h, a part of NumPy's ABI)."""

    _fields_ = (
        ("inputs", ctypes.c_int),
        ("outputs", ctypes.c_int),
        ("arguments", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("kinds", ctypes.c_int),
    )


def _publish(name: str) -> None:
    """Let compiled code find the loop over float64 by its name, kept on disk or not.

    Raises
    ------
    RuntimeError
        When this NumPy has another layout.
    """
    ufunc = getattr(np, name)
    found = _Ufunc.from_address(id(ufunc) + object.__basicsize__)
    counts = found.inputs, found.outputs, found.arguments, found.kinds
    if counts != (ufunc.nin, ufunc.nout, ufunc.nargs, ufunc.ntypes):
        raise RuntimeError(f"np.{name} of NumPy {np.__version__} is laid out in an unknown way")
    position = ufunc.types.index("d->d")
    function = found.functions[position]
    llvmlite.binding.add_symbol(_loop_name(name), function)
    # A loop without data does not look at it, but a name must stand for something.
    llvmlite.binding.add_symbol(_data_name(name), found.data[position] or function)


def _loop_name(name: str) -> str:
    return f"epochly_loop_{name}"


def _data_name(name: str) -> str:
    return f"epochly_data_{name}"


def _single(name: str) -> Any:
    """A call of the loop over one number."""

    def operation(typing_context: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            double, size, place = ir.DoubleType(), ir.IntType(64), ir.IntType(8).as_pointer()
            kind = ir.FunctionType(
                ir.VoidType(), (place.as_pointer(), size.as_pointer(), size.as_pointer(), place)
            )
            loop = cgutils.get_or_insert_function(builder.module, kind, _loop_name(name))
            data = builder.module.globals.get(_data_name(name))
            if data is None:
                data = ir.GlobalVariable(builder.module, ir.IntType(8), _data_name(name))
            given = cgutils.alloca_once(builder, double)
            result = cgutils.alloca_once(builder, double)
            builder.store(arguments[0], given)
            both = [builder.bitcast(one, place) for one in (given, result)]
            places = cgutils.pack_array(builder, both)
            steps = cgutils.pack_array(builder, [size(8), size(8)])
            builder.call(
                loop,
                (
                    _first(builder, places),
                    _first(builder, cgutils.pack_array(builder, [size(1)])),
                    _first(builder, steps),
                    data,
                ),
            )
            return builder.load(result)

        return types.float64(types.float64), generate

    return intrinsic(operation)


def _first(builder: Any, array: Any) -> Any:
    """The address of an array's first element, the array being kept on the stack."""
    kept = cgutils.alloca_once_value(builder, array)
    return builder.bitcast(kept, array.type.element.as_pointer())


def loops() -> dict[str, Callable[[float], float]]:
    """The functions by the names that compiled programs have for them."""
    made = {}
    for name in NUMPY_INEXACT:
        _publish(name)
        made[f"np_{name}"] = _single(name)
    return made
