"""How a budget is divided, and in which order contenders are visited."""

from collections import Counter

import pytest

from epochly.measure.schedule import (
    FIRST_LOOK,
    MOST_GENERATIONS,
    in_one_group,
    inner_loops,
    plan,
    rotated,
)


def test_a_large_budget_takes_several_generations_and_looks_before_the_last():
    chosen = plan(20.0, 0.5, 0.05)
    assert chosen.generations == MOST_GENERATIONS
    assert chosen.first_look == FIRST_LOOK
    assert chosen.generations * chosen.sampling_s + (chosen.generations - 1) * 0.5 <= 20.001


def test_slow_starts_leave_most_of_the_budget_to_samples():
    chosen = plan(4.0, 2.0, 0.05)
    assert chosen.generations == 2
    assert chosen.sampling_s > 0


def test_calls_longer_than_the_budget_run_in_one_generation():
    assert plan(1.0, 0.5, 10.0).generations == 1


@pytest.mark.parametrize(
    ("call_s", "make_s", "repeatable", "loops"),
    [(1.0, 0.0, True, 1), (0.001, 0.0, True, 10), (0.001, 0.0, False, 1), (0.001, 0.1, True, 400)],
)
def test_short_calls_that_change_nothing_are_repeated_within_a_sample(
    call_s, make_s, repeatable, loops
):
    assert inner_loops(call_s, make_s, repeatable) == loops


def test_every_contender_takes_every_place_equally_often():
    places = Counter()
    for number in range(8):
        for place, name in enumerate(rotated("abcd", number)):
            places[name, place] += 1
    assert set(places.values()) == {2}


def test_workers_that_do_not_fit_in_memory_together_run_in_pairs():
    assert in_one_group(100, 4, 400)
    assert not in_one_group(101, 4, 400)
