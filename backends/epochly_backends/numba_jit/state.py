"""State: the caller's random streams, lent to compiled code and taken back."""

from __future__ import annotations

import ctypes
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from epochly.errors import Deoptimize

_WORDS = 624
# Two threads that were lent the same state would draw the same numbers.
_lock = threading.RLock()


class _Generator(ctypes.Structure):
    """Numba's `rnd_state_t`: a Mersenne Twister with a Gaussian that may be pending."""

    _fields_ = [
        ("index", ctypes.c_int),
        ("words", ctypes.c_uint32 * _WORDS),
        ("has_gauss", ctypes.c_int),
        ("gauss", ctypes.c_double),
        ("is_initialized", ctypes.c_int),
    ]


def with_streams(draws: frozenset[str], call: Callable[[], Any]) -> Any:
    """Call compiled code with Numba's generators of this thread in the state of the caller's.

    The caller's move on only when the call returns; Numba's own are as before in any case.

    Parameters
    ----------
    draws : frozenset of str
        Which streams it draws from: ``numpy``, ``python``.

    Raises
    ------
    Deoptimize
        When `np.random` no longer runs on a Mersenne Twister.
    """
    with _lock, _numpy_lock(draws):
        return _call_with(draws, call)


def _numpy_lock(draws: frozenset[str]) -> AbstractContextManager[Any]:
    """What keeps other threads from drawing from `np.random` meanwhile."""
    import numpy

    if "numpy" not in draws:
        return nullcontext()
    generators: Any = numpy.random
    lock: AbstractContextManager[Any] = generators.get_bit_generator().lock
    return lock


def _call_with(draws: frozenset[str], call: Callable[[], Any]) -> Any:
    from numba import _helperlib

    library: Any = _helperlib
    address = {"numpy": library.rnd_get_np_state_ptr, "python": library.rnd_get_py_state_ptr}
    lend = {"numpy": _lend_numpy, "python": _lend_python}
    take = {"numpy": _take_numpy, "python": _take_python}
    borrowed = {stream: _Generator.from_address(address[stream]()) for stream in draws}
    before = {stream: bytes(generator) for stream, generator in borrowed.items()}
    try:
        for stream, generator in borrowed.items():
            lend[stream](generator)
        result = call()
        for stream, generator in borrowed.items():
            take[stream](generator)
    finally:
        for stream, generator in borrowed.items():
            ctypes.memmove(ctypes.addressof(generator), before[stream], len(before[stream]))
    return result


def _lend_numpy(generator: _Generator) -> None:
    import numpy

    state: Any = numpy.random.get_state(legacy=False)
    name = state["bit_generator"]
    if name != "MT19937":
        raise Deoptimize(f"np.random runs on {name}, not on a Mersenne Twister")
    ctypes.memmove(generator.words, state["state"]["key"].ctypes.data, 4 * _WORDS)
    generator.index = state["state"]["pos"]
    generator.has_gauss, generator.gauss = state["has_gauss"], state["gauss"]
    generator.is_initialized = 1


def _take_numpy(generator: _Generator) -> None:
    import numpy

    words = numpy.frombuffer(generator.words, dtype=numpy.uint32).copy()
    gauss = generator.gauss if generator.has_gauss else 0.0
    state = "MT19937", words, generator.index, generator.has_gauss, gauss
    numpy.random.set_state(state)


def _lend_python(generator: _Generator) -> None:
    _, words, _ = random.getstate()
    generator.words[:] = words[:_WORDS]
    generator.index = words[_WORDS]
    generator.is_initialized = 1


def _take_python(generator: _Generator) -> None:
    version, _, pending = random.getstate()
    random.setstate((version, (*generator.words, generator.index), pending))
