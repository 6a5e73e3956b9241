"""Long runs of plain values, compared at once."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.verify import values
from epochly.verify.alike import surely_alike
from epochly.verify.compare import compare
from epochly.verify.outcome import outcome_of
from epochly.workload import Tolerance

OTHER_NAN = struct.unpack("d", struct.pack("q", 0x7FF8000000000123))[0]


class Shouting:
    def __eq__(self, other):
        raise AssertionError("called")

    __hash__ = None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([], []),
        ([1, 2**80, -1], [1, 2**80, -1]),
        (["a", b"a", None, True, 3], ["a", b"a", None, True, 3]),
        ((0.5, -0.0, math.inf, math.nan), (0.5, -0.0, math.inf, math.nan)),
        ({1: 2.0}.values(), {1: 2.0}.values()),
    ],
)
def test_plain_values_that_are_the_same_are_surely_alike(one, two):
    assert surely_alike(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([1], [True]),
        ([1], [1.0]),
        ([0.0], [-0.0]),
        ([math.nan], [OTHER_NAN]),
        ([1, 2], [2, 1]),
        (["a"], [b"a"]),
        ([1.0, 1], [1.0, 1]),
        ([[1]], [[1]]),
        ([Shouting()], [Shouting()]),
        ([1], [Shouting()]),
        ([1.0], [Shouting()]),
    ],
)
def test_what_is_not_plain_or_not_the_same_is_for_a_closer_look(one, two):
    assert not surely_alike(one, two)


ATOMS = st.one_of(
    st.integers(-3, 3),
    st.booleans(),
    st.sampled_from([0.0, -0.0, 1.0, math.nan, OTHER_NAN, math.inf, 1.0 + 1e-12, 1.5]),
    st.sampled_from(["", "a", b"a", None, 1j]),
)
DATA = st.recursive(ATOMS, lambda part: st.lists(part) | st.tuples(part, part), max_leaves=12)


@given(DATA | st.dictionaries(st.integers(0, 3), DATA), DATA, st.booleans())
def test_a_comparison_says_the_same_with_and_without_it(one, two, same):
    outcomes = [outcome_of(value, {}, streams=None) for value in (one, one if same else two)]
    quickly = compare(*outcomes, Tolerance())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(values, "surely_alike", lambda one, two: False)
        assert compare(*outcomes, Tolerance()) == quickly
