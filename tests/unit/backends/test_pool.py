"""Worker processes that functions share."""

import os

import pytest
from epochly_backends import pool
from epochly_backends.pool import Membership


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Nobody else takes part, not even the other tests."""
    monkeypatch.setattr(pool, "_members", set())


def test_workers_are_shared_and_end_with_the_last_function():
    one, other = Membership(), Membership()
    pid = one.executor(2).submit(os.getpid).result()
    shared = other.executor(2)
    one.end()
    assert not shared._flags.shutdown
    assert pid in shared._processes
    other.end()
    assert shared._flags.shutdown


def test_giving_up_a_part_that_was_never_taken_ends_nothing():
    user = Membership()
    shared = user.executor(2)
    Membership().end()
    assert not shared._flags.shutdown
    user.end()
