"""What the samples of one set of processes come to."""

import math

import pytest

from epochly.gate.duel import MEDIAN_ROUNDS, log_ratio


def test_a_few_samples_that_others_held_up_do_not_count():
    assert log_ratio([0.22, 0.31], [0.35, 0.2]) == pytest.approx(math.log(1.1))


def test_of_many_pairs_the_median_ratio_counts():
    above = [1.1, 2.2, 1.1, 3.3, 1.1, 0.5]
    below = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0]

    assert len(above) >= MEDIAN_ROUNDS
    assert log_ratio(above, below) == pytest.approx(math.log(1.1))


@pytest.mark.parametrize("count", [2, 30])
def test_equal_times_are_a_ratio_of_one(count):
    assert log_ratio([0.3] * count, [0.3] * count) == 0.0
