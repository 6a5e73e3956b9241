"""When looking for another level may pay."""

import pytest

from epochly.runtime.due import AFTER_S, due_s


@pytest.mark.parametrize(("call_s", "expected"), [(0.1, AFTER_S), (0.0125, AFTER_S), (0.01, 1.2)])
def test_looking_for_levels_costs_a_twentieth_of_a_hundred_calls_or_of_all(call_s, expected):
    assert due_s(2 * call_s, call_s, AFTER_S) == pytest.approx(expected)


def test_a_first_call_that_takes_longer_is_no_reason_to_look_early():
    assert due_s(0.1, 0.001, AFTER_S) > AFTER_S
