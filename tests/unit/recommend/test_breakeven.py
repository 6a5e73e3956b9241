"""After how many calls a level has paid for its first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.recommend.breakeven import breakeven_calls


@pytest.mark.parametrize(
    ("first", "later", "plain", "calls"),
    [
        (0.5, 0.5, 1.0, 1),
        (1.0, 0.5, 1.0, 1),
        (1.5, 0.5, 1.0, 2),
        (10.0, 0.5, 1.0, 19),
        (5.0, 1.0, 1.0, None),
    ],
)
def test_known_cases(first, later, plain, calls):
    assert breakeven_calls(first, later, plain) == calls


SECONDS = st.floats(1e-6, 1e3)


@given(SECONDS, SECONDS, SECONDS)
def test_it_is_the_least_number_of_calls_that_is_not_slower(first, later, plain):
    calls = breakeven_calls(first, later, plain)
    if calls is None:
        assert later >= plain
        return

    def total(n):
        return first + (n - 1) * later

    assert total(calls) <= calls * plain * (1 + 1e-9) + 1e-12
    if calls > 1:
        assert total(calls - 1) >= (calls - 1) * plain * (1 - 1e-9) - 1e-12
