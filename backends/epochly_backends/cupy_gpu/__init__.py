"""Level 4: the same NumPy code with CuPy's arrays, on an NVIDIA GPU."""

from __future__ import annotations

import ctypes.util
import random
import sys
import threading
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from epochly.backend import Available, Capabilities, Prepared, Unavailable
from epochly.call import Arguments, Part, Realized, Refused
from epochly.errors import ClosedError, Deoptimize
from epochly.interrupted import let_through
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly_backends.cupy_gpu.rewriting import Rewritten

__all__ = ["CupyGpu"]

_INSTALL = "pip install 'epochly-cli[gpu]', or the CuPy that fits the driver"


class CupyGpu:
    """Runs functions of whole arrays on the device, where CuPy means what NumPy means."""

    name = "cupy"
    level = Level.GPU
    capabilities = Capabilities()

    def availability(self) -> Available | Unavailable:
        """Whether there is a driver, CuPy and a card, in this order; CuPy is imported last."""
        library = "nvcuda" if sys.platform == "win32" else "cuda"
        if ctypes.util.find_library(library) is None:
            return Unavailable("there is no NVIDIA driver", "use a machine with an NVIDIA GPU")
        if find_spec("cupy") is None:
            return Unavailable("CuPy is not installed", _INSTALL)
        try:
            import cupy

            properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
        except ImportError as error:
            return Unavailable(f"CuPy cannot be imported: {error}", _INSTALL)
        except cupy.cuda.runtime.CUDARuntimeError as error:
            return Unavailable(f"no usable NVIDIA GPU: {error}", "check `nvidia-smi`")
        return Available(f"{properties['name'].decode()}, CuPy {cupy.__version__}")

    def prepare(self, function: Function, example: Arguments) -> Prepared | Refused:
        """Rewrite the function and its helpers for device arrays."""
        found = self.availability()
        if isinstance(found, Unavailable):
            return Refused(found.reason, remedy=found.remedy)
        import cupy

        return prepare_on(cupy, function, example)


def prepare_on(xp: Any, function: Function, example: Arguments) -> Prepared | Refused:
    """Rewrite a function for the arrays of a module like CuPy.

    Parameters
    ----------
    xp : module
        CuPy, or what stands in for it in tests.
    function : Function
    example : Arguments

    Returns
    -------
    OnDevice or Refused
    """
    from epochly_backends.cupy_gpu.device import Device
    from epochly_backends.cupy_gpu.rewriting import Rewritten, Unsuited

    if function.plain is None:
        return function.without_python()
    device = Device(xp)
    try:
        rewritten = Rewritten(function.plain, device)
    except Unsuited as found:
        return Refused(found.reason, found.line, found.remedy)
    given = (*example.args, *example.kwargs.values(), *function.bound.args)
    if not rewritten.uses_arrays and not _holds_array(given):
        reason = "nothing in it works on NumPy arrays"
        return Refused(reason, function.line, "level 2 compiles loops over numbers")
    return OnDevice(xp, function, rewritten)


class OnDevice:
    """A function whose array work runs on the device.

    Whatever goes wrong there, the caller's arguments are still untouched and the random state is
    put back, so every failure gives up and the original runs.
    """

    def __init__(self, xp: Any, function: Function, rewritten: Rewritten) -> None:
        self._xp = xp
        self._function = function
        self._rewritten = rewritten
        self._device = rewritten.device
        self._lock = threading.Lock()
        self._closed = False

    @property
    def realized(self) -> Realized:
        """The function and its helpers, by line."""
        parts = tuple(
            Part(line, end_line, "cupy", name)
            for name, (line, end_line) in self._rewritten.lines.items()
        )
        return Realized(Level.GPU, "cupy", parts)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._function.qualname)
        _check_errors_are_quiet()
        given = self._function.arguments_of_plain(Arguments(args, kwargs))
        with self._lock:
            state = _random_state() if self._rewritten.draws else None
            try:
                return self._run(given)
            except Exception as error:
                if state is not None:
                    _restore_random_state(state)
                if isinstance(error, Deoptimize):
                    raise
                let_through(error)
                what = f"on the device: {type(error).__name__}: {error}"
                raise Deoptimize(what) from error

    def stats(self) -> Mapping[str, float]:
        """Calls, operations, bytes moved each way and scalars brought home, so far."""
        return dict(self._device.counts)

    def close(self) -> None:
        """Give the device's memory back; a later call is an error."""
        if not self._closed:
            self._closed = True
            self._xp.get_default_memory_pool().free_all_blocks()
            self._xp.get_default_pinned_memory_pool().free_all_blocks()

    def _run(self, given: Arguments) -> Any:
        from epochly.code.function import signature_of
        from epochly_backends.cupy_gpu.transfer import Visit

        assert self._function.plain is not None
        bound = signature_of(self._function.plain).bind(*given.args, **given.kwargs)
        bound.apply_defaults()
        visit = Visit(self._xp, watches_writes=self._rewritten.writes)
        for name, value in bound.arguments.items():
            bound.arguments[name] = visit.move(value)
        self._device.begin(visit)
        result = visit.finish(self._rewritten.call(*bound.args, **bound.kwargs))
        self._xp.cuda.get_current_stream().synchronize()
        counts = self._device.counts
        counts["calls"] += 1
        counts["bytes_in"] += visit.bytes_in
        counts["bytes_out"] += visit.bytes_out
        return result


def _check_errors_are_quiet() -> None:
    """The device neither warns nor raises for invalid numbers, so the caller must not ask it to."""
    import numpy as np

    if any(way not in ("warn", "ignore") for way in np.geterr().values()):
        raise Deoptimize("np.errstate asks for errors that the device does not raise")
    # Only filters that could turn NumPy's RuntimeWarning into an error matter.
    for action, _, category, _, _ in warnings.filters:
        if action == "error" and issubclass(RuntimeWarning, category):
            raise Deoptimize("a warning filter asks for errors that the device does not raise")


def _holds_array(values: Any) -> bool:
    import numpy as np

    return any(
        isinstance(value, np.ndarray) or (isinstance(value, list | tuple) and _holds_array(value))
        for value in values
    )


def _random_state() -> tuple[Any, Any]:
    import numpy as np

    return random.getstate(), np.random.get_state()


def _restore_random_state(state: tuple[Any, Any]) -> None:
    import numpy as np

    random.setstate(state[0])
    np.random.set_state(state[1])
