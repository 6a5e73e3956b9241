"""CPython's own JIT: offered only by an interpreter that has it, and on in its process only."""

from __future__ import annotations

import sys
import sysconfig
from types import SimpleNamespace
from typing import Any

import pytest
from epochly_backends import cpython_jit
from epochly_backends.cpython_jit import CPythonJit

from epochly.backend import Available, Unavailable
from epochly.code.function import function_of
from epochly.errors import EpochlyError
from epochly.levels import Level
from epochly.model import Arguments, Refused


def total(n: int) -> int:
    result = 0
    for i in range(n):
        result += i
    return result


def interpreter(
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int],
    *,
    flags: str = "",
    jit: tuple[bool, bool] | None = None,
    free_threaded: bool = False,
) -> None:
    """Make the backend see another interpreter; `jit` is (available, enabled) of `sys._jit`."""
    fake: dict[str, Any] = {
        "version_info": SimpleNamespaceTuple((*version, 0)),
        "implementation": SimpleNamespace(name="cpython"),
        "flags": SimpleNamespace(ignore_environment=False),
    }
    if jit is not None:
        fake["_jit"] = SimpleNamespace(is_available=lambda: jit[0], is_enabled=lambda: jit[1])
    monkeypatch.setattr(cpython_jit, "sys", SimpleNamespace(**fake))
    variables = {"CONFIG_ARGS": flags, "Py_GIL_DISABLED": int(free_threaded)}
    monkeypatch.setattr(cpython_jit, "sysconfig", SimpleNamespace(get_config_var=variables.get))


class SimpleNamespaceTuple(tuple[int, ...]):
    @property
    def major(self) -> int:
        return self[0]

    @property
    def minor(self) -> int:
        return self[1]


BUILT = "'--enable-experimental-jit=yes-off'"


@pytest.mark.parametrize(
    ("version", "options", "reason"),
    [
        ((3, 12), {}, "has no JIT"),
        ((3, 13), {}, "built without its JIT"),
        ((3, 13), {"flags": "'--enable-experimental-jit=interpreter'"}, "built without its JIT"),
        ((3, 13), {"flags": BUILT, "free_threaded": True}, "without the GIL"),
        ((3, 14), {"jit": (False, False)}, "built without its JIT"),
    ],
)
def test_an_interpreter_without_the_jit_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, version: Any, options: dict[str, Any], reason: str
) -> None:
    interpreter(monkeypatch, version, **options)
    found = CPythonJit().availability()
    assert isinstance(found, Unavailable)
    assert reason in found.reason
    assert found.remedy
    refused = CPythonJit().prepare(function_of(total), Arguments((3,)))
    assert isinstance(refused, Refused)
    assert refused.reason == found.reason


@pytest.mark.parametrize(
    ("version", "options", "environment", "on"),
    [
        ((3, 13), {"flags": BUILT}, None, False),
        ((3, 13), {"flags": BUILT}, "0", False),
        ((3, 13), {"flags": BUILT}, "1", True),
        ((3, 13), {"flags": "'--enable-experimental-jit'"}, None, True),
        ((3, 13), {"flags": "'--enable-experimental-jit'"}, "0", False),
        ((3, 14), {"jit": (True, False)}, None, False),
        ((3, 14), {"jit": (True, True)}, None, True),
    ],
)
def test_a_function_is_taken_only_where_the_jit_is_on(
    monkeypatch: pytest.MonkeyPatch,
    version: Any,
    options: dict[str, Any],
    environment: str | None,
    on: bool,
) -> None:
    interpreter(monkeypatch, version, **options)
    if environment is None:
        monkeypatch.delenv("PYTHON_JIT", raising=False)
    else:
        monkeypatch.setenv("PYTHON_JIT", environment)
    found = CPythonJit().availability()
    assert isinstance(found, Available)
    assert ("JIT on" in found.detail) is on
    made = CPythonJit().prepare(function_of(total), Arguments((3,)))
    if not on:
        assert isinstance(made, Refused)
        assert "PYTHON_JIT=1" in made.remedy
        return
    assert not isinstance(made, Refused)
    assert made(10) == 45
    assert (made.realized.level, made.realized.backend) == (Level.COMPILE, "cpython_jit")
    assert made.stats() == {"calls": 1}
    made.close()
    with pytest.raises(EpochlyError, match="closed"):
        made(10)


def test_its_worker_is_started_with_the_jit_on() -> None:
    backend = CPythonJit()
    assert backend.capabilities.worker_environment == {"PYTHON_JIT": "1"}
    assert (backend.name, backend.level) == ("cpython_jit", Level.COMPILE)


def test_this_interpreter_is_judged_as_it_was_built() -> None:
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    built = sys.version_info >= (3, 13) and "--enable-experimental-jit" in flags
    assert isinstance(CPythonJit().availability(), Available if built else Unavailable)


def test_a_builtin_is_refused() -> None:
    assert isinstance(CPythonJit().prepare(function_of(len), Arguments(([],))), Refused)
