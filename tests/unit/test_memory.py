"""How much memory values take, and how much is left."""

from collections import deque
from types import SimpleNamespace

import numpy as np
import pandas as pd
import psutil
import pytest

from epochly import memory
from epochly.memory import free_bytes, has_room_for, held_by

ARRAY = np.ones(100_000)


class Slotted:
    __slots__ = ("data",)


class Counted(list):
    def __sizeof__(self):
        raise AssertionError("a method of the user's was called")


@pytest.mark.parametrize(
    "value",
    [
        ARRAY,
        np.ma.masked_array(ARRAY),
        [ARRAY[:1000]] * 100,
        (ARRAY,),
        {"a": ARRAY},
        {1: {2: [ARRAY]}},
        deque([ARRAY]),
        SimpleNamespace(data=ARRAY),
        pd.DataFrame({"a": ARRAY}),
        pd.Series(ARRAY),
        "x" * 800_000,
        bytearray(800_000),
        [1.5] * 25_000,
    ],
)
def test_a_value_takes_what_it_holds(value):
    assert 800_000 <= held_by(value).size <= 820_000


@pytest.mark.parametrize("value", [None, 3, [], (), {}, Slotted(), Counted([1]), range(10**9)])
def test_a_value_that_holds_little_takes_little(value):
    assert 0 < held_by(value).size < 1000


class Proxy:
    """Says that it is an array, and fails when it is asked for more."""

    __class__ = np.ndarray

    @property
    def __dict__(self):
        raise RuntimeError("it stands for nothing yet")


def test_what_only_says_that_it_is_an_array_is_not_asked_for_its_size():
    assert isinstance(Proxy(), np.ndarray)
    assert 0 < held_by([Proxy(), ARRAY]).size - held_by(ARRAY).size < 1000


def test_a_value_that_holds_itself_has_a_size():
    value = []
    value.append(value)
    assert held_by(value).size > 0


def test_little_is_there_without_asking(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)
    assert has_room_for(1 << 20)
    assert not has_room_for(1 << 30)


@pytest.mark.parametrize(("free", "expected"), [(1 << 31, True), ((1 << 31) - 1, False)])
def test_half_of_what_is_free_is_left_to_others(free, expected, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: free)
    assert has_room_for(1 << 30) is expected


@pytest.mark.parametrize(
    "files",
    [
        {"memory.max": "5000\n", "memory.current": "3000\n"},
        {"memory/memory.limit_in_bytes": "5000\n", "memory/memory.usage_in_bytes": "3000\n"},
    ],
)
def test_a_cgroup_leaves_what_its_limit_leaves(files, tmp_path):
    (tmp_path / "memory").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert free_bytes(tmp_path) == 2000


def test_without_a_limit_all_that_is_available_is_free(tmp_path):
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("3000\n")
    assert free_bytes(tmp_path) > 0.5 * psutil.virtual_memory().available


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (ARRAY, 1),
        ([ARRAY] * 100, 101),
        ([1.5] * 1000, 1001),
        ({"a": [ARRAY]}, 4),
        ([[1, 2]] * 10, 31),
    ],
)
def test_a_value_is_of_as_many_pieces_as_objects(value, pieces):
    assert held_by(value).pieces == pieces
