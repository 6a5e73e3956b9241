"""Comprehensions within expressions, compiled, against plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from unit.backends.numba_jit import comprehended
from unit.backends.numba_jit.differential import differential, prepare

FLOATS = np.random.default_rng(3).standard_normal(30)
LIST = [float(x) for x in FLOATS]
TABLE = np.random.default_rng(4).standard_normal((4, 5))

WRITTEN_OUT: list[tuple[Any, tuple[Any, ...]]] = [
    (comprehended.mean_and_variance, (LIST,)),
    *((comprehended.is_prime, (n,)) for n in (-1, 0, 1, 2, 9, 91, 97)),
    (comprehended.primes_below, (60,)),
    (comprehended.counted, (LIST, 0.5)),
    (comprehended.counted, (LIST, 99.0)),
    (comprehended.any_of, (LIST, 0.5)),
    (comprehended.any_of, (LIST, 99.0)),
    *((comprehended.pair_that_adds_up, ([1, 4, 7], total)) for total in (8, 9, 3)),
    *((comprehended.searched_as_far_as_needed, (n,)) for n in (0, 1, 50)),
    (comprehended.any_and_all_of_sequences, ([0, 0],)),
    (comprehended.any_and_all_of_sequences, ([1, 0],)),
    (comprehended.any_and_all_of_sequences, ([3, -4],)),
    (comprehended.any_and_all_of_sequences, (np.array([0.0, float("nan")]),)),
    (comprehended.none_of_them, ([0.5, 2.0],)),
    (comprehended.none_of_them, ([0.5, -2.0],)),
    (comprehended.while_some_are_left, (3,)),
    (comprehended.while_some_are_left, (-30,)),
    (comprehended.while_some_are_left, (500,)),
    (comprehended.rows_added_up, (TABLE,)),
    (comprehended.product, (TABLE, TABLE.T)),
    (comprehended.integral, (40,)),
    (comprehended.one_or_the_other, (LIST, True)),
    (comprehended.one_or_the_other, (LIST, False)),
    (comprehended.drawn_in_turn, (LIST,)),
    (comprehended.arithmetic_before, (LIST, 7)),
    (comprehended.name_before_it_is_changed, (FLOATS.copy(),)),
    (comprehended.shadowed_variable, ([1, 2, 3],)),
    (comprehended.asserted, ([1, 2, 3],)),
    (comprehended.under_another_name, ([1, 2, 3],)),
]


@pytest.mark.parametrize(
    ("function", "args"),
    WRITTEN_OUT,
    ids=[f"{f.__name__}-{n}" for n, (f, _) in enumerate(WRITTEN_OUT)],
)
def test_a_comprehension_is_what_it_is_in_plain_python(
    function: Any, args: tuple[Any, ...]
) -> None:
    assert differential(function, *args) == "equal"


def test_what_an_assertion_searches_for_fails_in_plain_python() -> None:
    assert differential(comprehended.asserted, [1, -2, 3]) == "deoptimized"


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (comprehended.drawn_before, (LIST,)),
        (comprehended.read_before_it_is_changed, (FLOATS,)),
        (comprehended.smallest_before_it_is_changed, (FLOATS,)),
        (comprehended.added_before_it_is_changed, (FLOATS,)),
        (comprehended.never_evaluated, (LIST, 3)),
    ],
)
def test_one_that_cannot_be_moved_before_what_was_evaluated_is_refused(
    function: Any, args: tuple[Any, ...]
) -> None:
    refused = prepare(function, *args)
    assert "generator" in refused.reason or "comprehension" in refused.reason  # type: ignore[union-attr]


def test_a_function_of_the_users_under_a_builtin_name_gets_the_generator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(vars(comprehended), "any", lambda values: 7)
    assert "generator" in prepare(comprehended.any_of, LIST, 0.5).reason  # type: ignore[union-attr]
