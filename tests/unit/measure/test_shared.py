"""What all code of a process shares is put back after a call, or told."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import pytest

from epochly.errors import EpochlyError, TargetError, WorkerError
from epochly.measure import shared
from epochly.measure.shared import Shared


@pytest.fixture(autouse=True)
def _own_functions() -> Iterator[None]:
    kept = dict(vars(builtins))
    yield
    vars(builtins).update(kept)


def test_a_replaced_function_is_put_back_and_named() -> None:
    kept, real = Shared(), builtins.sum
    builtins.sum = None  # type: ignore[assignment]
    assert kept.restore() == "builtins.sum"
    assert builtins.sum is real
    assert kept.restore() == ""


def test_new_names_and_those_of_tools_are_left_alone() -> None:
    kept, imported = Shared(), builtins.__import__
    try:
        builtins.__import__ = lambda *args: imported(*args)
        builtins.price = 1  # type: ignore[attr-defined]
        kept.restore()
        assert builtins.price == 1  # type: ignore[attr-defined]
        assert builtins.__import__ is not imported
    finally:
        builtins.__import__ = imported
        del builtins.price  # type: ignore[attr-defined]


def test_what_a_module_replaced_when_imported_stays_unless_nothing_runs_with_it() -> None:
    kept, real = Shared(), builtins.sum
    builtins.sum = None  # type: ignore[assignment]
    kept.accept()
    kept.restore()
    assert builtins.sum is None
    blamed = kept.blame(TypeError("no sum"))
    assert isinstance(blamed, TargetError)
    assert "it replaces builtins.sum" in blamed.what
    assert "no sum" in blamed.what
    assert builtins.sum is real


def test_an_exception_with_every_function_in_its_place_is_a_defect() -> None:
    try:
        raise TypeError("ours")
    except TypeError as error:
        blamed = Shared().blame(error)
    assert type(blamed) is EpochlyError
    assert "a defect" in blamed.what


def test_a_limit_that_stays_low_is_told_and_one_that_suffices_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, now, asked = Shared(), [0, 64], []

    def refuse(which: int, wanted: tuple[int, int]) -> None:
        asked.append(wanted)
        if wanted[1] > now[1]:
            raise ValueError

    monkeypatch.setattr(shared, "getrlimit", lambda _: tuple(now))
    monkeypatch.setattr(shared, "setrlimit", refuse)
    with pytest.raises(WorkerError, match="RLIMIT_NOFILE"):
        kept.restore()
    assert asked[-1] == (64, 64)
    now[1] = 4096
    kept.restore()
    assert asked[-1] == (4096, 4096)
