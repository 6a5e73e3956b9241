from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from types import SimpleNamespace

import pytest

import epochly.doctor as doctor
from epochly.backend import Unavailable
from epochly.errors import EpochlyError
from epochly.levels import Level


@pytest.fixture(scope="module")
def facts() -> dict[str, doctor.Fact]:
    return {fact.name: fact for fact in doctor.examine()}


def test_every_subject_is_examined_once(facts):
    assert list(facts) == [
        "python",
        "cores",
        "gil",
        "cpython jit",
        "numba",
        "blas",
        "py-spy",
        "gpu",
        "cupy",
        "/dev/shm",
        "clock",
    ]


def test_every_warning_has_a_remedy_and_every_fact_a_value(facts):
    assert all(fact.value for fact in facts.values())
    assert all(fact.remedy for fact in facts.values() if fact.state == "warn")


def test_this_python_is_a_tested_one(facts):
    assert facts["python"].state == "ok"
    assert sys.executable in facts["python"].value


def test_one_core_is_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("epochly.cores.usable_cores", lambda: 1)
    assert doctor._cores().state == "warn"


def test_a_wrong_limit_of_workers_is_told_and_does_not_end_the_examination(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("EPOCHLY_MAX_WORKERS", "many")
    assert "many" in doctor._cores().value
    assert doctor._blas().value


@pytest.mark.parametrize(
    ("configured", "variable", "value"),
    [
        ("", None, "not built"),
        ("'--enable-experimental-jit'", None, "built and enabled"),
        ("'--enable-experimental-jit=yes-off'", None, "built, not enabled"),
        ("'--enable-experimental-jit=yes-off'", "1", "built and enabled"),
        ("'--enable-experimental-jit=interpreter'", None, "not built"),
        ("'--enable-experimental-jit'", "0", "built, not enabled"),
    ],
)
def test_the_jit_is_known_by_how_the_interpreter_was_configured(
    monkeypatch: pytest.MonkeyPatch, configured: str, variable: str | None, value: str
):
    monkeypatch.delattr(sys, "_jit", raising=False)
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: configured)
    monkeypatch.delenv("PYTHON_JIT", raising=False)
    if variable is not None:
        monkeypatch.setenv("PYTHON_JIT", variable)
    assert doctor._cpython_jit().value.startswith(value)


def test_an_interpreter_that_tells_of_its_jit_is_asked(monkeypatch: pytest.MonkeyPatch):
    jit = SimpleNamespace(is_available=lambda: True, is_enabled=lambda: False)
    monkeypatch.setattr(sys, "_jit", jit, raising=False)
    assert doctor._cpython_jit().remedy == "PYTHON_JIT=1 enables it"


def test_a_card_is_named_with_its_driver(monkeypatch: pytest.MonkeyPatch):
    answer = subprocess.CompletedProcess([], 0, "NVIDIA H200, 570.1, 143771 MiB\n", "")
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(doctor, "_answer", lambda command: answer)
    assert doctor._gpu() == doctor.Fact("gpu", "ok", "NVIDIA H200, 143771 MiB, driver 570.1")


def test_a_tool_that_fails_is_no_card(monkeypatch: pytest.MonkeyPatch):
    answer = subprocess.CompletedProcess([], 9, "", "no driver")
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(doctor, "_answer", lambda command: answer)
    assert doctor._gpu().state == "warn"


def test_a_tool_that_cannot_be_run_gives_no_answer():
    assert doctor._answer(["/nowhere/tool"]) is None


def test_without_py_spy_the_remedy_installs_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    assert doctor._py_spy().remedy == "pip install py-spy"


def test_a_tracer_that_may_not_says_why(monkeypatch: pytest.MonkeyPatch):
    answer = subprocess.CompletedProcess([], 1, "", "Permission denied\nmore")
    monkeypatch.setattr("shutil.which", lambda name, path=None: "/usr/bin/py-spy")
    monkeypatch.setattr(doctor, "_answer", lambda command: answer)
    fact = doctor._py_spy()
    assert fact.state == "warn"
    assert fact.value == "may not trace: Permission denied"


def test_little_shared_memory_is_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.path.isdir", lambda path: True)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=2**20, total=2**26))
    assert "--shm-size" in doctor._shared_memory().remedy


def test_backends_are_sorted_by_level_and_a_broken_one_says_why(monkeypatch: pytest.MonkeyPatch):
    entries = EntryPoints(
        EntryPoint(name, f"there:{name}", "epochly.backends") for name in ("broken", "b", "a")
    )

    def get_backend(name: str) -> object:
        if name == "broken":
            raise EpochlyError("it cannot be imported", remedy="reinstall it")
        found = Unavailable("no card", "buy one")
        return SimpleNamespace(name=name, level=Level(ord(name) - 96), availability=lambda: found)

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    monkeypatch.setattr("epochly.registry.get_backend", get_backend)
    first, second, last = doctor.examine_backends()
    assert (first.name, first.level, first.detail, first.remedy) == ("a", 1, "no card", "buy one")
    assert second.name == "b"
    assert (last.name, last.level, last.available) == ("broken", None, False)
    assert (last.detail, last.remedy) == ("it cannot be imported", "reinstall it")
