"""Whether a function may be run again, and by two processes at once."""

import os

import pytest

from epochly.code.function import function_of
from epochly.measure.repetition import repetition_of


def counts(values):
    found = {}
    for value in values:
        found[value % 7] = found.get(value % 7, 0) + 1
    return sorted(found.items())


def removes(path):
    os.remove(path)


def asks(service):
    return service.answer()


@pytest.mark.parametrize(
    ("function", "writes", "certain"),
    [(counts, None, True), (removes, "os.remove", False), (asks, None, False), (len, None, False)],
)
def test_only_what_is_known_through_and_through_may_run_in_two_processes_at_once(
    function, writes, certain
):
    found = repetition_of(function_of(function))
    assert (found["writes"], found["certain"]) == (writes, certain)
