from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.errors import UsageError
from epochly.quantities import parse_duration, parse_share

FINITE = st.floats(min_value=0, max_value=1e300, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5%", 0.05),
        ("5 %", 0.05),
        (" 2.5% ", 0.025),
        ("0.05", 0.05),
        (".05", 0.05),
        ("5e-2", 0.05),
        ("0", 0.0),
        ("150%", 1.5),
    ],
)
def test_shares_are_read_as_people_write_them(text: str, share: float):
    assert parse_share(text) == pytest.approx(share, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("50us", 50e-6),
        ("50 µs", 50e-6),
        ("50 \u03bcs", 50e-6),
        ("1.5ms", 1.5e-3),
        ("2s", 2.0),
        ("100ns", 1e-7),
        ("0.00005", 5e-5),
        ("5e-05", 5e-5),
        ("0", 0.0),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float):
    assert parse_duration(text) == pytest.approx(seconds, rel=1e-15)


@given(FINITE)
def test_seconds_survive_the_way_python_writes_them(seconds: float):
    assert parse_duration(repr(seconds)) == seconds


@given(FINITE)
def test_a_percentage_is_a_hundredth(number: float):
    assert parse_share(f"{number!r}%") == number / 100


@pytest.mark.parametrize("text", ["5", "1", "1.0", "100"])
def test_a_plain_number_that_may_be_a_percentage_is_refused_and_both_are_shown(text: str):
    with pytest.raises(UsageError) as caught:
        parse_share(text)
    assert f"write {float(text):g}%, or {100 * float(text):g}%" in str(caught.value.remedy)


@pytest.mark.parametrize("parse", [parse_share, parse_duration])
@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "nan", "inf", "1e999", "5 5", "1_000", "0x10", "%", "5 furlongs"]
)
def test_what_is_neither_is_refused_with_a_remedy(parse, text: str):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "give a" in str(caught.value.remedy)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("parse", "text"), [(parse_share, "5ms"), (parse_duration, "5%")])
def test_a_unit_of_the_other_kind_is_refused(parse, text: str):
    with pytest.raises(UsageError, match="is not a unit"):
        parse(text)
