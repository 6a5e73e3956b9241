"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly import units


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (3e-10, "0.3 ns"),
        (1.5e-9, "1.50 ns"),
        (1e-6, "1.00 µs"),
        (9.999e-4, "1.00 ms"),
        (0.0123, "12.3 ms"),
        (0.9996, "1.00 s"),
        (99.96, "100 s"),
        (1234.5, "1234 s"),
    ],
)
def test_seconds_are_shown_in_the_unit_that_suits(value: float | None, text: str):
    assert units.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (2**30, "1.00 GiB")],
)
def test_bytes_are_shown_in_the_unit_that_suits(value: int | None, text: str):
    assert units.size(value) == text


@given(st.floats(min_value=1e-9, max_value=1e6))
def test_three_digits_are_within_one_per_cent(value: float):
    assert float(units.digits(value)) == pytest.approx(value, rel=0.01)
