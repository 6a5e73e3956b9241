"""Copies and slices of lists, compiled, against plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from unit.backends.numba_jit import copied_lists
from unit.backends.numba_jit.differential import differential, prepare

BOUNDS = (-(2**63), -9, -7, -6, -3, -1, 0, 1, 3, 5, 6, 7, 9, 2**63 - 1)
COMPILED: list[tuple[Any, tuple[Any, ...]]] = [
    (copied_lists.sorted_by_bubbles, ([3, 1, 2, -5],)),
    (copied_lists.moving_averages, ([1.0, 2.5, 4.0, -1.0], 2)),
    (copied_lists.largest_run, ([-2, 1, -3, 4, -1, 2, 1, -5, 4],)),
    *((copied_lists.cut_of_a_new_list, (n,)) for n in (1, 2, 6)),
    (copied_lists.copies, ([1, 2, 3],)),
    (copied_lists.list_of_an_array, (np.array([1.5, 2.0, 3.0]),)),
    *((copied_lists.list_of_a_range, (n,)) for n in (0, 1, 8)),
]


@pytest.mark.parametrize(
    ("function", "args"), COMPILED, ids=[f"{f.__name__}-{n}" for n, (f, _) in enumerate(COMPILED)]
)
def test_a_new_list_is_what_it_is_in_plain_python(function: Any, args: tuple[Any, ...]) -> None:
    assert differential(function, *args) == "equal"


@pytest.mark.parametrize("start", BOUNDS)
def test_bounds_of_a_slice_mean_what_they_do_in_plain_python(start: int) -> None:
    for stop in BOUNDS:
        assert differential(copied_lists.cut, [1, 2, 3, 4, 5, 6], start, stop) == "equal"


@pytest.mark.parametrize("step", [-(2**63), -7, -2, -1, 1, 2, 7, 2**63 - 1])
def test_steps_of_a_slice_mean_what_they_do_in_plain_python(step: int) -> None:
    assert differential(copied_lists.cut_in_steps, [1.5, 2.5, 3.5], step) == "equal"


def test_a_step_of_zero_is_left_to_plain_python() -> None:
    assert differential(copied_lists.cut_in_steps, [1.5, 2.5, 3.5], 0) == "deoptimized"


@pytest.mark.parametrize(
    "function", [copied_lists.stored_into_a_slice, copied_lists.added_to_a_slice]
)
def test_a_slice_that_is_stored_into_is_refused(function: Any) -> None:
    refused = prepare(function, [1, 2, 3])
    assert "a slice of a list" in refused.reason  # type: ignore[union-attr]
