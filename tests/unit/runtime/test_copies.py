"""Copies that cloudpickle makes by value, as joblib and dask do of functions in `__main__`."""

import asyncio
import logging

import cloudpickle
import pytest

import epochly

LEVELS = [None, 0, 1, 2, 3]


def make(level, factor):
    how = {} if level is None else {"level": level}

    @epochly.optimize(**how)
    def scaled(value):
        total = 0
        for i in range(3):
            total += value * factor * i
        return total

    return scaled


def travelled(value):
    return cloudpickle.loads(cloudpickle.dumps(value))


@pytest.mark.parametrize("calls", [0, 1, 600])
@pytest.mark.parametrize("level", LEVELS)
def test_a_copy_does_the_same_before_and_after_the_first_call(level, calls, caplog):
    caplog.set_level(logging.CRITICAL, "epochly")
    function = make(level, 2)
    assert [function(5) for _ in range(calls)] == calls * [30]
    copy = travelled(function)
    assert copy(5) == 30
    assert copy.__name__ == "scaled"
    assert copy.__wrapped__(5) == 30


def test_a_copy_of_a_prepared_function_is_prepared_where_it_is(caplog):
    caplog.set_level(logging.CRITICAL, "epochly")
    function = epochly.optimize(level=3)(lambda values: [value + 1 for value in values])
    function([1, 2])
    assert travelled(function)([1, 2]) == [2, 3]


def test_a_copy_is_explained_and_counted_for_itself():
    function = make(0, 2)
    copy = travelled(function)
    copy(1)
    assert epochly.get_metrics(copy)["total_calls"] == 1
    assert "level 0" in epochly.explain(copy)


def test_a_copy_of_a_function_that_chose_a_level_begins_anew(monkeypatch):
    from epochly.runtime import undecided

    monkeypatch.setattr(undecided, "AFTER_S", 0.0)
    function = make(None, 2)
    for _ in range(600):
        function(5)
    assert travelled(function)(5) == 30


def test_what_calls_itself_and_what_goes_on_after_it_returned_are_copied():
    @epochly.optimize
    def depth(n):
        return 0 if n == 0 else 1 + depth(n - 1)

    @epochly.optimize
    def count(n):
        yield from range(n)

    @epochly.optimize
    async def later(n):
        return n

    assert depth(3) == 3
    assert travelled(depth)(5) == 5
    assert list(travelled(count)(3)) == [0, 1, 2]
    assert asyncio.run(travelled(later)(4)) == 4


def test_an_object_of_a_class_with_decorated_methods_is_copied():
    class Account:
        def __init__(self, balance):
            self.balance = balance

        @epochly.optimize
        def doubled(self):
            return 2 * self.balance

    account = Account(21)
    assert account.doubled() == 42
    assert travelled(account).doubled() == 42
    assert travelled(account.doubled)() == 42


def test_a_plain_function_is_copied_while_a_block_redirects_it():
    def half(value):
        return value / 2

    with epochly.optimize_context(level=0) as context:
        copy = travelled(half)
        assert half(3) == 1.5
        assert copy(5) == 2.5
    assert context.reached
    assert copy(5) == 2.5
