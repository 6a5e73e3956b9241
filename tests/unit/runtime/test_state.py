"""What a call has changed shows, however it was reached."""

import functools
import itertools
import os
import random
import sys
import types

import numpy as np
import pytest
from unit.runtime import leading_programs as leading

from epochly.runtime.state import state_of

TOOLS = types.ModuleType("tools")
TOOLS.__file__ = __file__
TOOLS.CONF = {"n": [0]}
TOOLS.TICKETS = iter(range(1000))
NUMBERS = itertools.count()
OWN = random.Random(1)
LEGACY = np.random.RandomState(1)
GENERATOR = np.random.default_rng(1)
GRID = np.zeros(10)
LARGE = np.zeros(1 << 20)
ROWS = [[1.0], [2.0]]
NAMED = {"seen": set()}
TEXT = bytearray(b"abc")
SPACE = types.SimpleNamespace(items=[])


class Log:
    lines = []
    count = 0


class Slotted:
    __slots__ = ("value",)

    def __init__(self):
        self.value = 0


SLOTTED = Slotted()
LATER = functools.partial(leading.noted, [])


def helper():
    return next(NUMBERS)


def cell():
    kept = [0]

    def counts():
        kept[0] += 1

    return counts


class Counted:
    def __init__(self):
        grid = GRID
        grid += 1.0

    def __iter__(self):
        return iter(ROWS)


KINDS = {"counted": Counted}


def makes_what_counts():
    return [KINDS[name]() for name in KINDS]


def appends_to_what_it_iterates():
    for row in Counted():
        row.append(0.0)


def changes_a_table_of_a_module():
    conf = TOOLS.CONF
    conf["n"].append(1)


def takes_from_an_iterator_of_a_module():
    return next(TOOLS.TICKETS)


def has_a_helper_count():
    return helper()


def draws_from_its_own():
    return OWN.random()


def draws_from_a_legacy_one():
    return LEGACY.normal()


def draws_from_a_new_one():
    return GENERATOR.normal()


def fills_an_array():
    GRID[3] += 1.0


def fills_all_of_a_large_array():
    LARGE[:] += 1.0


def appends_to_a_row():
    ROWS[1].append(0.0)


def adds_to_a_set():
    NAMED["seen"].add(len(NAMED["seen"]))


def writes_bytes():
    TEXT[0] += 1


def appends_within_a_library_object():
    SPACE.items.append(1)


def counts_in_a_class():
    Log.count += 1


def appends_in_a_class():
    Log().lines.append(1)


def fills_a_slot():
    SLOTTED.value += 1


def appends_to_what_a_partial_holds():
    LATER.args[0].append(1)


def counts_in_an_attribute_of_its_own():
    counts_in_an_attribute_of_its_own.calls += 1


counts_in_an_attribute_of_its_own.calls = 0


def adds_to_its_default(seen=[]):  # noqa: B006
    seen.append(1)


def sets_the_environment():
    where = os.environ
    where["EPOCHLY_TEST_STATE"] = where.get("EPOCHLY_TEST_STATE", "") + "x"


def appends_to_the_path():
    where = sys.path
    where.append("nowhere")


def rebinds_a_global():
    globals()["NUMBER"] = NUMBER + 1


NUMBER = 1


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (changes_a_table_of_a_module, "TOOLS.CONF"),
        (takes_from_an_iterator_of_a_module, "TOOLS.TICKETS"),
        (has_a_helper_count, "NUMBERS"),
        (draws_from_its_own, "OWN"),
        (draws_from_a_legacy_one, "LEGACY"),
        (draws_from_a_new_one, "GENERATOR"),
        (fills_an_array, "GRID"),
        (fills_all_of_a_large_array, "LARGE"),
        (appends_to_a_row, "ROWS"),
        (adds_to_a_set, "NAMED"),
        (writes_bytes, "TEXT"),
        (appends_within_a_library_object, "SPACE"),
        (counts_in_a_class, "Log.count"),
        (appends_in_a_class, "Log.lines"),
        (fills_a_slot, "SLOTTED"),
        (appends_to_what_a_partial_holds, "LATER"),
        (counts_in_an_attribute_of_its_own, "counts_in_an_attribute_of_its_own.calls"),
        (adds_to_its_default, "a default of adds_to_its_default"),
        (sets_the_environment, "os.environ"),
        (appends_to_the_path, "sys.path"),
        (rebinds_a_global, "NUMBER"),
        (makes_what_counts, "GRID"),
        (appends_to_what_it_iterates, "ROWS"),
        (cell(), "kept"),
    ],
)
def test_what_a_call_changed_is_told_by_where_it_is(function, place, monkeypatch):
    monkeypatch.setenv("EPOCHLY_TEST_STATE", "")
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = state_of([function])
    assert state_of([function]) == before
    function()
    after = state_of([function])
    assert place in {name for name in before if after.get(name) != before[name]}


@pytest.mark.parametrize(
    "function",
    [
        leading.changes_what_is_really_its_own,
        leading.fills_a_grid_of_its_own,
        leading.draws_from_everybodys_by_another_name,
    ],
)
def test_what_changes_nothing_leaves_the_same_state(function):
    before = state_of([function])
    function(3)
    assert state_of([function]) == before


class Counts(list):
    def __iter__(self):
        pytest.fail("a list was asked for its items")

    __len__ = __iter__


def test_nothing_of_the_users_is_run(monkeypatch):
    rows = Counts([[1.0], [2.0]])
    monkeypatch.setitem(globals(), "ROWS", rows)
    before = state_of([appends_to_a_row])
    list.append(rows, 1)
    assert state_of([appends_to_a_row]) != before


def test_objects_that_lead_back_to_themselves_have_an_end(monkeypatch):
    loop = []
    loop.append(loop)
    monkeypatch.setitem(globals(), "ROWS", loop)
    before = state_of([appends_to_a_row])
    loop.append(1)
    assert state_of([appends_to_a_row]) != before
