import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.profile.counters import Times
from epochly.profile.fractions import busy_fraction, fractions

seconds = st.floats(0, 10)


def test_a_thread_that_computes_half_of_the_time_waits_for_the_other_half():
    assert busy_fraction(Times(2.0, 1.0, 1.0)) == pytest.approx(0.5)


def test_standing_in_the_queue_for_a_core_is_not_waiting():
    assert busy_fraction(Times(2.0, 1.0, 1.0, queue_s=1.0)) == pytest.approx(1.0)
    assert busy_fraction(Times(3.0, 1.0, 1.0, queue_s=1.0)) == pytest.approx(0.5)


def test_a_call_whose_other_threads_compute_is_busy():
    assert busy_fraction(Times(1.0, 0.01, 1.9)) == pytest.approx(1.0)


def test_calls_of_no_time_are_busy():
    assert busy_fraction(Times()) == 1.0


def test_without_samples_only_waiting_is_known():
    found = fractions(0.4, Times(1.0, 0.4, 0.4), 0, 0, exact_looks=True)
    assert found.wait == pytest.approx(0.6)
    assert found.gil is found.native is found.error is None


def test_three_states_of_a_third_each():
    found = fractions(2 / 3, Times(3.0, 2.0, 2.0), 100, 300, exact_looks=True)
    assert (found.wait, found.gil, found.native) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_the_gil_held_in_the_queue_counts_for_the_computing_it_belongs_to():
    times = Times(4.0, 1.0, 1.0, queue_s=2.0)
    found = fractions(busy_fraction(times), times, 75, 100, exact_looks=True)
    assert found.wait == pytest.approx(0.5)
    assert found.gil == pytest.approx(0.5)
    assert found.native == pytest.approx(0.0)


def test_four_times_the_samples_halve_the_error():
    few, many = (
        fractions(1.0, Times(1.0, 1.0, 1.0), looks // 2, looks, exact_looks=True).error
        for looks in (100, 400)
    )
    assert few == pytest.approx(0.05)
    assert many == pytest.approx(few / 2)


def test_an_expected_number_of_samples_leaves_more_open_than_a_counted_one():
    times = Times(1.0, 1.0, 1.0)
    counted, expected = (
        fractions(1.0, times, 90, 100, exact_looks=exact).error for exact in (True, False)
    )
    assert expected > counted > 0


def test_a_state_never_seen_is_not_known_to_be_absent():
    assert fractions(1.0, Times(1.0, 1.0, 1.0), 0, 100, exact_looks=True).error > 0


@given(seconds, seconds, seconds, seconds, st.integers(0, 1000), st.integers(1, 1000))
def test_the_three_always_add_up_to_one(wall, thread, process, queue, held, looks):
    times = Times(wall, thread, process, queue)
    busy = busy_fraction(times)
    found = fractions(busy, times, held, looks, exact_looks=False)
    assert 0 <= found.wait <= 1
    if found.gil is not None:
        assert 0 <= found.gil <= busy
        assert found.wait + found.gil + found.native == pytest.approx(1)
