"""What is done for candidates that are still looked for."""

from types import SimpleNamespace

import numpy as np
import pytest
from epochly_backends.numba_jit import NumbaJit

from epochly.call import Arguments
from epochly.code.function import function_of
from epochly.runtime.ahead import LIKELY_SHARE, UNLIKELY_SHARE, expect


def summed(values):
    total = 0.0
    for value in values:
        total += value
    return total


def told(spent, value):
    shares = []
    tier = SimpleNamespace(spent=spent, expect=shares.append)
    expect(tier, function_of(summed), Arguments((value,)))
    return shares


NUMBERS = [1.0, 2.0]
LONG, SHORTER, SHORT = (0.1, 0.05), (0.1, 0.02), (9.0, 0.001)


@pytest.mark.parametrize(
    ("spent", "value", "compiles", "shares"),
    [
        (LONG, NUMBERS, True, [LIKELY_SHARE]),
        (LONG, NUMBERS, False, [UNLIKELY_SHARE]),
        (SHORTER, NUMBERS, True, [UNLIKELY_SHARE]),
        (SHORT, NUMBERS, True, []),
        (LONG, np.ones(400_000), True, [LIKELY_SHARE]),
        (LONG, np.ones(400_000), False, []),
        (LONG, np.ones(2_000_000), True, []),
        (LONG, [1.0] * 10_000, True, [LIKELY_SHARE]),
        (LONG, [float(n) for n in range(100_000)], True, []),
    ],
)
def test_calls_wait_where_copies_of_their_arguments_take_little_of_what_may_be_gained(
    monkeypatch, spent, value, compiles, shares
):
    monkeypatch.setattr(NumbaJit, "anticipate", lambda *given: compiles)
    assert told(spent, value) == shares


def test_a_damaged_library_stands_in_nobodys_way(monkeypatch):
    def anticipate(*given):
        raise OSError("its library is damaged")

    monkeypatch.setattr(NumbaJit, "anticipate", anticipate)
    assert told(LONG, NUMBERS) == [UNLIKELY_SHARE]
