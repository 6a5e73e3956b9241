"""What items reach without naming it: levels 1 and 3 see it, or do not run them."""

import sys

import pytest
from unit.backends import hidden_programs as programs
from unit.backends.test_hazards import backwards, check, spread

from epochly.levels import Level
from epochly.model import Refused

BOTH = pytest.mark.parametrize("prepare", [backwards, spread])


@BOTH
@pytest.mark.parametrize("program", programs.REACHED)
def test_objects_of_modules_classes_and_functions_are_looked_at(program, prepare):
    check(program, prepare)


@BOTH
@pytest.mark.parametrize("program", programs.TAKEN_FOR_NEW)
def test_what_only_looks_new_or_unused_is_not_taken_for_it(program, prepare, monkeypatch):
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    check(program, prepare)


@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
@pytest.mark.parametrize("program", programs.ELSEWHERE)
def test_what_a_copy_would_forget_stays_as_it_is(program, trusted):
    check(program, spread, trusted=trusted)


def test_nan_is_no_reason_to_stay():
    ready = check(programs.nans_that_are_items, spread)
    assert list(ready._ways.values()) == ["processes"]


@BOTH
@pytest.mark.parametrize("program", programs.SPREAD)
def test_what_is_new_and_only_read_is_no_reason_to_stay(program, prepare):
    ready = check(program, prepare)
    assert not isinstance(ready, Refused), ready
    assert ready.realized.level is not Level.MONITOR
