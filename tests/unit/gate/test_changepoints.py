from __future__ import annotations

import numpy as np
import pytest

from epochly.gate.changepoints import FEWEST, change_points

RUNS = 30
SERIES = 100
NOISE = 0.02


def noisy(levels, generator: np.random.Generator, noise: float = NOISE) -> list[float]:
    """Times around levels, with the skewed noise that times have."""
    return list(np.asarray(levels) * np.exp(noise * generator.standard_gamma(2, len(levels))))


def step(size: float, at: int) -> np.ndarray:
    return np.where(np.arange(RUNS) < at, 1.0, size)


def test_at_most_3_of_100_steady_series_show_a_change():
    generator = np.random.default_rng(5)
    false = sum(bool(change_points(noisy(np.ones(RUNS), generator))) for _ in range(SERIES))
    assert false <= 0.03 * SERIES


def test_heavy_tails_do_not_make_changes():
    generator = np.random.default_rng(6)
    false = 0
    for _ in range(SERIES):
        values = np.exp(NOISE * generator.standard_t(3, RUNS))
        false += bool(change_points(values))
    assert false <= 0.03 * SERIES


@pytest.mark.parametrize("at", [10, 20, 25])
def test_a_step_of_10_per_cent_is_found_in_95_of_100_series(at: int):
    generator = np.random.default_rng(7)
    found = 0
    for _ in range(SERIES // 2):
        changes = change_points(noisy(step(1.10, at), generator))
        found += any(abs(change.index - at) <= 2 for change in changes)
    assert found >= 0.95 * SERIES // 2


def test_a_change_tells_its_place_both_medians_and_how_sure_it_is():
    generator = np.random.default_rng(8)
    (change,) = change_points(noisy(2.0 * step(0.5, 12), generator))
    assert change.index == 12
    assert change.before == pytest.approx(2.0, rel=0.1)
    assert change.after == pytest.approx(1.0, rel=0.1)
    assert change.change == pytest.approx(-0.5, abs=0.05)
    assert change.p_value <= 0.01


def test_two_changes_are_two_in_95_of_100_series():
    generator = np.random.default_rng(9)
    levels = np.repeat([1.0, 1.2, 0.9], 12)
    exact = 0
    for _ in range(40):
        found = [change.index for change in change_points(noisy(levels, generator))]
        exact += len(found) == 2 and abs(found[0] - 12) <= 1 and abs(found[1] - 24) <= 1
    assert exact >= 38


def test_one_slow_run_is_no_change():
    generator = np.random.default_rng(10)
    values = noisy(np.ones(RUNS), generator)
    values[17] *= 3
    assert change_points(values) == ()


def test_the_same_series_has_the_same_changes():
    values = noisy(step(1.05, 15), np.random.default_rng(11))
    assert change_points(values) == change_points(values)


@pytest.mark.parametrize("count", range(2 * FEWEST))
def test_too_few_runs_show_no_change(count: int):
    assert change_points([1.0, 1.0, 1.0, 9.0, 9.0, 9.0][:count]) == ()


def test_equal_times_are_steady():
    assert change_points([0.5] * 20) == ()
