"""Level 2 with CPython's own compiler, which is switched on when an interpreter starts."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from epochly.backend import Available, Capabilities, Prepared, Unavailable
from epochly.call import Arguments, Part, Realized, Refused
from epochly.errors import ClosedError
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.code.function import Function

__all__ = ["CPythonJit"]

SWITCH = {"PYTHON_JIT": "1"}
_BUILD = "use a CPython 3.13 or later configured with --enable-experimental-jit"
_FREE = "use a build of CPython with the GIL: its JIT does not work without"


class CPythonJit:
    """Runs the original in an interpreter whose own JIT is on.

    See PEP 744 and the variable PYTHON_JIT in CPython's documentation.
    """

    name = "cpython_jit"
    level = Level.COMPILE
    capabilities = Capabilities(worker_environment=SWITCH)

    def availability(self) -> Available | Unavailable:
        """Whether this interpreter was built with the JIT, on or off."""
        running = f"CPython {sys.version_info.major}.{sys.version_info.minor}"
        if sys.implementation.name != "cpython":
            return Unavailable(f"{sys.implementation.name} is not CPython", _BUILD)
        if sys.version_info < (3, 13):
            return Unavailable(f"{running} has no JIT", _BUILD)
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            return Unavailable(f"{running} without the GIL has no JIT", _FREE)
        if not _built():
            return Unavailable(f"this {running} was built without its JIT", _BUILD)
        return Available(f"{running}, JIT {'on' if _enabled() else 'off until PYTHON_JIT=1'}")

    def prepare(self, function: Function, example: Arguments) -> Prepared | Refused:
        """Take any Python function, where the JIT of this process is on."""
        if function.plain is None:
            return function.without_python()
        found = self.availability()
        if isinstance(found, Unavailable):
            return Refused(found.reason, remedy=found.remedy)
        if not _enabled():
            return Refused(
                "CPython's JIT is off in this process",
                remedy="start the interpreter with PYTHON_JIT=1 in its environment",
            )
        return InterpretedFunction(function)


class InterpretedFunction:
    """The original itself: the interpreter compiles what it finds hot, inside."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._calls = 0
        self._closed = False

    @property
    def realized(self) -> Realized:
        code = self._function.plain.__code__ if self._function.plain is not None else None
        lines = [line for *_, line in code.co_lines() if line] if code is not None else []
        parts = (Part(min(lines), max(lines), "cpython_jit", "traced"),) if lines else ()
        return Realized(Level.COMPILE, "cpython_jit", parts)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._closed:
            raise ClosedError(self._function.qualname)
        self._calls += 1
        return self._function(*args, **kwargs)

    def stats(self) -> Mapping[str, float]:
        """Calls so far; what the interpreter compiles it does not say."""
        return {"calls": self._calls}

    def close(self) -> None:
        """A later call is an error."""
        self._closed = True


def _built() -> bool:
    status = getattr(sys, "_jit", None)
    if status is not None:
        return bool(status.is_available())
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    # `interpreter` runs the JIT's intermediate code without compiling it.
    return "--enable-experimental-jit" in flags and "--enable-experimental-jit=i" not in flags


def _enabled() -> bool:
    """Whether the JIT of this process is on."""
    import os

    status = getattr(sys, "_jit", None)
    if status is not None:
        return bool(status.is_enabled())
    setting = "" if sys.flags.ignore_environment else os.environ.get("PYTHON_JIT", "")
    if "--enable-experimental-jit=yes-off" in (sysconfig.get_config_var("CONFIG_ARGS") or ""):
        return setting not in ("", "0")
    return setting != "0"
