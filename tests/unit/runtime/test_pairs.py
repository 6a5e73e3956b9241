"""Calls of a candidate and of the original by turns."""

import random

import pytest

from epochly.runtime.pairs import PAIRS, WON, Pairs


def take(pairs, plain_s, candidate_s):
    """A pair of calls, in the order that was drawn."""
    for _ in range(2):
        plain = pairs.is_originals_turn
        pairs.add(plain_s if plain else candidate_s, plain=plain)


def test_a_candidate_wins_by_most_of_the_pairs():
    pairs = Pairs()
    for number in range(PAIRS):
        assert not pairs.is_decided
        take(pairs, 1.0, 0.9 if number < WON else 1.2)
    assert (pairs.is_decided, pairs.is_won) == (True, True)
    assert pairs.gain == pytest.approx(1 / 0.9)


def test_it_is_lost_as_soon_as_it_cannot_be_won():
    pairs = Pairs()
    for _ in range(PAIRS - WON):
        take(pairs, 1.0, 1.1)
        assert not pairs.is_decided
    take(pairs, 1.0, 1.0)
    assert (pairs.is_decided, pairs.is_won) == (True, False)


def test_calls_that_are_not_in_their_turn_tell_nothing():
    pairs = Pairs(lambda: 0.0)
    for _ in range(20):
        pairs.add(1.0, plain=True)
    assert (pairs.plain_s, pairs.candidate_s) == ([1.0], [])
    for _ in range(20):
        pairs.add(0.9, plain=False)
    assert (pairs.plain_s, pairs.candidate_s) == ([1.0], [0.9])


def test_calls_that_differ_by_turns_themselves_favour_nobody():
    chance = random.Random(7).random
    won = 0
    for _ in range(1000):
        pairs = Pairs(chance)
        while not pairs.is_decided:
            for seconds in (1.04, 0.96):
                pairs.add(seconds, plain=pairs.is_originals_turn)
        won += pairs.is_won
    assert won < 40


def test_the_programs_random_numbers_stay_as_they_are():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    take(Pairs(), 1.0, 1.0)
    assert random.random() == expected


def test_a_clock_too_coarse_to_see_the_candidate_is_no_error():
    pairs = Pairs()
    take(pairs, 1.0, 0.0)
    assert pairs.gain > 1000
