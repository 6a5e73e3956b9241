"""A promise is kept or broken by an interval, and never by what was not measured."""

import pytest

from epochly.gate.promise import Tried, kept, promise_check
from epochly.levels import Level
from epochly.workload import Limits, Workload

WORKLOAD = Workload("shop:price", ".", "price", limits=Limits(min_speedup={Level.COMPILE: 20.0}))
FAST = Tried("numba", 22.0, 21.0, 25.0)
SLOW = Tried("other", 1.0, 0.9, 1.1)
REFUSED = Tried("numba", ran=False, reason="a call of print", remedy="leave it out")
MISSING = Tried("other", ran=False, available=False, reason="no JIT", remedy="install it")


def check(*tried):
    return promise_check(WORKLOAD, Level.COMPILE, tried)


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [
        (20.0, 25.0, "passed"),
        (5.0, 19.9, "failed"),
        (15.0, 20.0, "undecided"),
        (19.9, 25.0, "undecided"),
    ],
)
def test_only_an_interval_wholly_on_one_side_decides(low, high, state):
    assert kept(low, high, 20.0) == state
    found = check(Tried("numba", (low + high) / 2, low, high))
    assert (found.kind, found.state) == ("min_speedup", state)
    assert "promised are 20.0x" in found.message


def test_any_backend_of_the_level_may_keep_it():
    for tried in ((FAST, SLOW), (SLOW, FAST), (MISSING, FAST)):
        assert (check(*tried).state, check(*tried).backend) == ("passed", "numba")


def test_a_level_that_does_not_run_breaks_it():
    for tried in ((REFUSED,), (REFUSED, MISSING), (MISSING, REFUSED)):
        found = check(*tried)
        assert (found.kind, found.state, found.backend) == ("realized", "failed", "numba")
        assert "a call of print" in found.message


def test_a_level_that_this_machine_lacks_leaves_it_undecided():
    found = check(MISSING)
    assert (found.kind, found.state, found.remedy) == ("min_speedup", "undecided", "install it")
    assert "not measured: no JIT" in found.message


def test_too_few_samples_leave_it_undecided():
    found = check(Tried("numba"))
    assert found.state == "undecided"
    assert "--budget" in found.remedy


def test_a_level_without_a_promise_is_not_checked():
    assert promise_check(WORKLOAD, Level.CORES, [FAST]) is None
