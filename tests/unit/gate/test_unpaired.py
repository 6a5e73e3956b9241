from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from epochly.gate.unpaired import difference

BEFORE = (1.00, 1.02, 0.99, 1.01, 1.03)


def test_a_factor_on_every_process_is_found_with_an_interval_around_it():
    found = difference(BEFORE, [1.5 * value for value in BEFORE], 0.05)
    assert found.times == pytest.approx(1.5)
    assert found.low < 1.5 < found.high
    assert found.p_value < 0.001


def test_the_interval_and_the_p_value_agree_at_the_limit():
    after = [1.08 * value for value in (0.97, 1.0, 1.04, 1.01)]
    low = difference(BEFORE, after, 0.05).low
    assert difference(BEFORE, after, low - 1).p_value == pytest.approx(0.025)


def test_it_is_yuens_interval():
    after = (1.2, 1.31, 1.15, 1.22)
    found = difference(BEFORE, after, 0.0)
    first, second = np.sort(np.log(BEFORE)), np.sort(np.log(after))
    # A fifth of five values is one at either end; of four it is none.
    winsorized = np.concatenate(([first[1]], first[1:4], [first[3]]))
    shares = (
        np.var(winsorized, ddof=1) * (5 - 1) / (3 * (3 - 1)),
        np.var(second, ddof=1) / 4,
    )
    freedom = sum(shares) ** 2 / (shares[0] ** 2 / (3 - 1) + shares[1] ** 2 / (4 - 1))
    reach = stats.t.ppf(0.975, freedom) * math.sqrt(sum(shares))
    centre = second.mean() - first[1:4].mean()
    assert math.log(found.times) == pytest.approx(centre)
    assert math.log(found.high) == pytest.approx(centre + reach)


def test_one_process_that_ran_slow_for_all_its_life_does_not_hide_a_slowdown():
    before = (1.00, 1.02, 0.99, 1.30, 1.03)
    assert difference(before, [1.2 * value for value in BEFORE], 0.05).low > 1.05


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), BEFORE),
        (BEFORE[:2], BEFORE),
        (BEFORE, BEFORE[:2]),
        ((1.0,) * 5, (2.0, 2.0, 2.0, 2.0, 9.0)),
    ],
)
def test_too_few_processes_or_no_spread_say_nothing(before, after):
    assert difference(before, after, 0.05) is None


def test_identical_code_is_rarely_called_slower_and_a_slowdown_mostly_found():
    generator = np.random.default_rng(0)
    runs = np.exp(0.02 * generator.standard_normal((300, 2, 5)))
    alarms = sum(difference(before, after, 0.0).low > 1 for before, after in runs)
    found = sum(difference(before, 1.2 * after, 0.05).low > 1.05 for before, after in runs)
    assert alarms <= 0.05 * len(runs)
    assert found >= 0.95 * len(runs)


def test_what_is_called_detectable_is_found_in_about_nine_runs_of_ten():
    generator = np.random.default_rng(1)
    spread = 0.02
    runs = np.exp(spread * generator.standard_normal((250, 2, 6)))
    claimed = float(np.median([difference(one, other, 0.05).detectable for one, other in runs]))
    found = sum(difference(one, (1 + claimed) * other, 0.05).low > 1.05 for one, other in runs)
    assert 0.8 * len(runs) <= found <= 0.97 * len(runs)
