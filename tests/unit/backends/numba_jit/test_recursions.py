"""Functions that call themselves, compiled, against plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.backends.numba_jit import recursions
from unit.backends.numba_jit.differential import compiled, differential, prepare

import epochly
from epochly.errors import Deoptimize

SORTED = np.array([1, 3, 4, 8, 11, 12])
MIXED = np.array([5.0, -1.0, 3.5, 3.5, 0.0, 9.0, -2.0])
COMPILED: list[tuple[Any, tuple[Any, ...]]] = [
    *((recursions.fibonacci, (n,)) for n in (0, 1, 2, 15)),
    (recursions.ackermann, (2, 3)),
    (recursions.power, (3, 20)),
    *((recursions.found_at, (SORTED, wanted, 0, 5)) for wanted in (1, 8, 12, 5)),
    (recursions.merged, (MIXED.copy(), MIXED.copy(), 0, 7)),
    (recursions.walked, (0.0, 30)),
    (recursions.added_up_to, (12,)),
    (recursions.queens, (5, 0, 0, 0, 0)),
    *((recursions.small_or_fraction, (n,)) for n in (0, 2, 5)),
]


@pytest.mark.parametrize(
    ("function", "args"), COMPILED, ids=[f"{f.__name__}-{n}" for n, (f, _) in enumerate(COMPILED)]
)
def test_a_recursion_returns_what_it_does_in_plain_python(
    function: Any, args: tuple[Any, ...]
) -> None:
    assert differential(function, *args) == "equal"


@pytest.mark.parametrize("args", [(3, 100), (2**40, 2)])
def test_a_recursion_whose_numbers_leave_64_bits_is_left_to_plain_python(args: Any) -> None:
    assert differential(recursions.power, *args) == "deoptimized"


def test_a_recursion_that_another_process_compiled_runs(tmp_path: Path) -> None:
    code = (
        "from unit.backends.numba_jit import differential, recursions\n"
        "print(differential.compiled(recursions.ackermann, 2, 3)(2, 3))"
    )
    shared = {"EPOCHLY_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, **shared},
        )
        assert (done.returncode, done.stdout) == (0, "9\n")


def test_an_endless_recursion_is_refused() -> None:
    assert "never returns" in prepare(recursions.endless, 1).reason  # type: ignore[union-attr]


def test_as_many_calls_stand_within_each_other_as_plain_python_allows_at_least() -> None:
    def below(frames: int) -> Any:
        return below(frames - 1) if frames else prepared(300)

    prepared = compiled(recursions.depth_of, 5)
    assert prepared(300) == 300
    with pytest.raises(Deoptimize, match="calls within each other"):
        prepared(sys.getrecursionlimit())
    with pytest.raises(Deoptimize, match="calls within each other"):
        below(sys.getrecursionlimit() - 350)


@pytest.mark.parametrize(
    "function",
    [
        recursions.depth_through_a_list,
        recursions.depth_through_a_generator,
        recursions.depth_through_a_search,
        recursions.depth_through_two_lists,
    ],
)
def test_a_call_in_a_comprehension_counts_the_calls_that_python_makes_around_it(
    function: Any,
) -> None:
    assert differential(function, 60) == "equal"
    # Where plain Python gives up, the difference is its RecursionError.
    for share in (0.15, 0.25, 0.35, 0.45, 0.55, 0.9):
        depth = int(sys.getrecursionlimit() * share)
        assert differential(function, depth) in ("equal", "deoptimized")


def test_a_decorated_function_that_calls_itself_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = recursions.fibonacci(18)
    decorated = epochly.optimize(level=2, strict=True)(recursions.fibonacci)
    monkeypatch.setattr(recursions, "fibonacci", decorated)
    assert decorated(18) == plain
    monkeypatch.setattr(recursions, "fibonacci", lambda n: 7)
    assert decorated(18) == 14
