"""A backend of another distribution that is broken takes only itself with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import epochly
from epochly import registry
from epochly.backend import Available, Capabilities, Unavailable
from epochly.call import Arguments, Realized, Refused
from epochly.code.function import function_of
from epochly.errors import EpochlyError
from epochly.levels import Level

REMEDY = "report it to who provides an unknown distribution"


class Theirs:
    name = "theirs"
    level: Any = Level.COMPILE
    capabilities = Capabilities()
    available: Any = Available("1")
    answer: Any = None

    def availability(self) -> Any:
        if isinstance(self.available, Exception):
            raise self.available
        return self.available

    def prepare(self, function: object, example: object) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = ModuleType("their_backends")
    module.Theirs = Theirs  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "their_backends", module)
    entry = EntryPoint("theirs", "their_backends:Theirs", registry.GROUP)
    monkeypatch.setattr(registry, "_entry_points", lambda: {"theirs": entry})
    registry.get_backend.cache_clear()
    yield
    registry.get_backend.cache_clear()


def prepared() -> Any:
    return registry.get_backend("theirs").prepare(function_of(prepared), Arguments())


@pytest.mark.parametrize("available", [OSError("no driver"), None])
def test_a_backend_that_cannot_tell_is_unavailable(monkeypatch, available):
    monkeypatch.setattr(Theirs, "available", available)
    found = registry.get_backend("theirs").availability()
    assert isinstance(found, Unavailable)
    assert "availability()" in found.reason
    assert found.remedy == REMEDY


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (ZeroDivisionError("by zero"), "raised ZeroDivisionError: by zero in prepare()"),
        (None, "answered NoneType, which is neither"),
        (SimpleNamespace(realized=None), "answered SimpleNamespace, which is neither"),
    ],
)
def test_what_it_does_wrong_is_told_as_its_own_fault(monkeypatch, answer, what):
    monkeypatch.setattr(Theirs, "answer", answer)
    with pytest.raises(EpochlyError) as caught:
        prepared()
    assert what in caught.value.what
    assert caught.value.remedy == REMEDY


class Doubled:
    realized = Realized(Level.COMPILE, "theirs")
    closed = False

    def __call__(self, value: float) -> float:
        return 2 * value

    def stats(self) -> dict[str, float]:
        return {"compile_s": 0.5}

    def close(self) -> None:
        self.closed = True


class Broken(Doubled):
    def stats(self) -> dict[str, float]:
        raise KeyError("kernels")

    def close(self) -> None:
        raise OSError("no device")


def test_a_refusal_is_handed_on(monkeypatch):
    monkeypatch.setattr(Theirs, "answer", Refused("it yields"))
    assert prepared() is Theirs.answer


def test_what_it_prepares_runs_counts_and_closes(monkeypatch):
    monkeypatch.setattr(Theirs, "answer", Doubled())
    made = prepared()
    assert (made(4), made.stats(), made.realized) == (8, {"compile_s": 0.5}, Doubled.realized)
    made.close()
    assert Theirs.answer.closed


def test_calls_go_on_where_it_cannot_count_or_close(monkeypatch, caplog):
    monkeypatch.setattr(Theirs, "answer", Broken())
    function = epochly.optimize(backend="theirs")(lambda value: 2 * value)
    assert function(4) == 8
    assert "runs: level 2 (compile), theirs" in epochly.explain(function)
    prepared().close()
    told = "the backend 'theirs' raised "
    assert caplog.messages[0] == f"{told}KeyError: 'kernels' in stats(); {REMEDY}"
    assert caplog.messages[-1] == f"{told}OSError: no device in close(); {REMEDY}"


@pytest.mark.parametrize(
    ("attribute", "value", "what"),
    [
        ("__init__", lambda self: 1 / 0, "cannot be loaded: ZeroDivisionError"),
        ("level", 2.5, "its level is 2.5"),
    ],
)
def test_one_that_cannot_be_made_says_why(monkeypatch, attribute, value, what):
    monkeypatch.setattr(Theirs, attribute, value)
    with pytest.raises(EpochlyError, match=what):
        registry.get_backend("theirs")


def test_a_module_that_raises_anything_says_why(monkeypatch):
    entry = EntryPoint("theirs", "their_backends:Missing", registry.GROUP)
    monkeypatch.setattr(registry, "_entry_points", lambda: {"theirs": entry})
    with pytest.raises(EpochlyError, match="cannot be loaded: AttributeError"):
        registry.get_backend("theirs")


@pytest.mark.parametrize("missing", ["name", "level", "capabilities"])
def test_one_without_what_every_backend_has_says_what_is_missing(monkeypatch, missing):
    monkeypatch.delattr(Theirs, missing)
    with pytest.raises(EpochlyError, match=f"cannot be loaded: .*{missing}"):
        registry.get_backend("theirs")
