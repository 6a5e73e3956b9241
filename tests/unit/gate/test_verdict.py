"""Whether the head is slower is decided from the spread over processes, corrected for many."""

import math

import numpy as np
import pytest

from epochly.gate.duel import Generation
from epochly.gate.verdict import Limit, compare, corrected, decided, interval
from epochly.levels import Level

LIMIT = Limit(max_slowdown=0.05, min_delta_s=0.0)


def generations(slowdown, count=12, noise=0.01, seed=0, seconds=1e-3, itself=None):
    """Sets of processes whose head is so many times slower, each with a bias of its own."""
    generator = np.random.default_rng(seed)
    return [
        Generation(
            slowdown=math.log(slowdown) + generator.normal(0, noise),
            itself=generator.normal(0, noise if itself is None else itself),
            gain=None,
            reference_s=seconds,
            head_s=seconds * slowdown,
            rounds=20,
        )
        for _ in range(count)
    ]


def judged(*args, limit=LIMIT, **kwargs):
    return compare(Level.MONITOR, "monitor", generations(*args, **kwargs), limit)


def test_equal_code_passes():
    assert judged(1.0).judgement == "passed"


def test_a_slowdown_beyond_the_limit_fails():
    found = judged(1.10)
    assert found.judgement == "slower"
    assert found.low > 1.05
    assert found.low < found.slowdown < found.high


def test_a_slowdown_within_the_limit_passes():
    assert judged(1.02).judgement == "passed"


def test_an_interval_that_holds_the_limit_is_undecided():
    assert judged(1.05).judgement == "undecided"


def test_a_slowdown_of_less_than_min_delta_passes():
    limit = Limit(max_slowdown=0.05, min_delta_s=200e-6)
    assert judged(1.10, limit=limit).judgement == "passed"
    assert judged(1.10, limit=limit, seconds=1e-2).judgement == "slower"


def test_an_undecided_slowdown_that_is_surely_less_than_min_delta_passes():
    limit = Limit(max_slowdown=0.05, min_delta_s=200e-6)
    assert judged(1.05, limit=limit).judgement == "passed"


def test_a_limit_below_the_noise_floor_is_raised_to_it():
    found = judged(1.0, itself=0.1, limit=Limit(0.05, 0.0), noise=0.02)
    assert found.asked_slowdown == 0.05
    assert found.max_slowdown == found.noise_floor > 0.05
    assert found.judgement == "passed"


def test_a_limit_that_noise_would_more_than_double_decides_nothing():
    found = judged(1.0, itself=0.3)
    assert found.noise_floor > 2 * found.asked_slowdown
    assert found.judgement == "undecided"


def test_fewer_than_four_sets_of_processes_decide_nothing():
    assert judged(2.0, count=3).judgement == "undecided"
    assert judged(2.0, count=1).slowdown is None


def test_a_process_that_is_slow_for_its_whole_life_does_not_count():
    slow = generations(1.0, count=14)
    lucky = [Generation(0.2, 0.0, None, 1e-3, 1.2e-3, 20), *slow[1:]]
    found = compare(Level.MONITOR, "monitor", lucky, LIMIT)
    assert found.judgement == "passed"
    assert found.slowdown == pytest.approx(1.0, abs=0.01)


def test_the_smallest_slowdown_that_could_be_seen_lies_beyond_the_limit():
    quiet, noisy = judged(1.0, noise=0.005), judged(1.0, noise=0.03)
    assert 0.05 < quiet.detectable < noisy.detectable


def test_nine_of_ten_runs_find_a_slowdown_of_the_size_called_detectable():
    size = np.median([judged(1.0, seed=n).detectable for n in range(200)])
    found = [judged(1.0 + size, seed=n).judgement == "slower" for n in range(400)]
    assert 0.8 < np.mean(found) < 0.97


def test_an_interval_holds_the_truth_in_95_of_100_runs_for_any_number_of_processes():
    generator = np.random.default_rng(3)
    for count in (4, 6, 10, 15):
        hits = 0
        for _ in range(600):
            found = interval(generator.normal(0.0, 0.02, count))
            hits += found.low <= 1.0 <= found.high
        assert hits / 600 > 0.92, count


def test_looking_early_stops_on_strong_evidence_alone():
    assert decided(judged(1.5, count=5), 1)
    assert decided(judged(0.9, count=8), 1)
    assert not decided(judged(1.08, count=5, noise=0.02), 1)
    assert not decided(judged(1.5, count=3), 1)


def test_more_comparisons_need_stronger_evidence_to_stop_early():
    found = judged(1.15, count=5, noise=0.015, seed=1)
    assert decided(found, 1)
    assert not decided(found, 10_000)


def test_a_limit_raised_by_noise_does_not_stop_early_for_a_pass():
    assert not decided(judged(0.9, count=8, itself=0.1), 1)


def test_looking_after_every_set_of_processes_finds_no_slowdown_in_equal_code():
    alarms = 0
    for seed in range(50):
        values = generations(1.0, count=15, noise=0.02, seed=seed)
        for count in range(4, 16):
            found = compare(Level.MONITOR, "monitor", values[:count], Limit(0.02, 0.0))
            if decided(found, 1) or count == 15:
                alarms += found.judgement == "slower"
                break
    assert alarms <= 1


def test_holms_correction_multiplies_the_smallest_by_the_number_of_comparisons():
    found = corrected([judged(1.10, seed=1), judged(1.0, seed=2), judged(1.0, seed=3)])
    assert found[0].p_adjusted == pytest.approx(3 * found[0].p_value)
    assert all(one.p_adjusted >= one.p_value for one in found)
    assert found[0].judgement == "slower"


def test_one_that_seems_slower_among_many_is_undecided():
    borderline = next(
        one
        for one in (judged(1.063, seed=n) for n in range(500))
        if one.judgement == "slower" and one.p_value > 0.005
    )
    among = corrected([borderline, *(judged(1.0, seed=n) for n in range(20))])
    assert corrected([borderline])[0].judgement == "slower"
    assert among[0].judgement == "undecided"


def test_comparisons_without_a_p_value_are_left_as_they_are():
    bare = judged(1.0, count=1)
    assert corrected([bare, judged(1.10)])[0] == bare
