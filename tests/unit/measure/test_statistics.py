"""Intervals of paired ratios."""

import math
import random

import pytest

from epochly.measure.statistics import paired_ratio


def generations(speedup, noise=0.02, bias=0.0, count=5, rounds=20, seed=1):
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        process = rng.gauss(0, bias)
        made.append(
            [
                (math.exp(rng.gauss(0, noise)), math.exp(rng.gauss(process, noise)) / speedup)
                for _ in range(rounds)
            ]
        )
    return made


@pytest.mark.parametrize("speedup", [0.1, 1.0, 3.0, 400.0])
def test_the_estimate_lies_in_its_interval_and_near_the_truth(speedup):
    ratio = paired_ratio(generations(speedup))
    assert ratio.low <= ratio.estimate <= ratio.high
    assert ratio.estimate == pytest.approx(speedup, rel=0.03)


def test_noise_that_both_share_cancels():
    rng = random.Random(2)
    pairs = [[(load, load / 2) for load in (rng.uniform(1, 9) for _ in range(20))]] * 3
    ratio = paired_ratio(pairs)
    assert (ratio.low, ratio.high) == (pytest.approx(2.0), pytest.approx(2.0))


def test_the_bias_of_processes_widens_the_interval():
    steady = paired_ratio(generations(2.0))
    biased = paired_ratio(generations(2.0, bias=0.2))
    assert biased.high / biased.low - 1 > 3 * (steady.high / steady.low - 1)


def test_most_intervals_of_equal_times_hold_one():
    held = 0
    for seed in range(60):
        ratio = paired_ratio(generations(1.0, bias=0.05, seed=seed))
        held += ratio.low <= 1.0 <= ratio.high
    assert held >= 54


def test_fewer_than_three_pairs_say_nothing():
    assert paired_ratio([[(1.0, 2.0)], [(1.0, 2.0)]]) is None
    assert paired_ratio([]) is None


def test_the_same_samples_give_the_same_interval():
    assert paired_ratio(generations(1.5)) == paired_ratio(generations(1.5))


@pytest.mark.parametrize("rounds", [3, 4, 5])
def test_a_few_rounds_of_one_process_hold_the_truth_as_often_as_they_say(rounds):
    ratios = [
        paired_ratio(generations(1.0, count=1, rounds=rounds, seed=seed)) for seed in range(200)
    ]
    assert sum(ratio.low <= 1.0 <= ratio.high for ratio in ratios) >= 180
