"""Whose turn it is to look for a level."""

from epochly.runtime.turns import Turns


def test_only_one_has_its_turn():
    turns, told = Turns(), []
    assert turns.take(lambda: told.append("first"))
    assert not turns.take(lambda: told.append("second"))
    assert told == []


def test_all_who_wait_are_told_once_when_a_turn_ends():
    turns, told = Turns(), []
    turns.take(lambda: told.append("first"))
    turns.take(lambda: told.append("second"))
    turns.take(lambda: told.append("third"))
    turns.pass_on()
    assert told == ["second", "third"]
    assert turns.take(lambda: told.append("second"))
    turns.pass_on()
    assert told == ["second", "third"]


def test_one_that_is_told_may_take_its_turn_at_once():
    turns, had = Turns(), []

    def again():
        had.append(turns.take(again))

    turns.take(again)
    turns.take(again)
    turns.pass_on()
    assert had == [True]
