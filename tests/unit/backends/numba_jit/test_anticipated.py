"""Whether Numba is imported before it is known to be needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[3]
ANTICIPATED = """
import sys
import numpy as np
from epochly_backends.numba_jit import NumbaJit
from unit.backends.numba_jit import programs, refused
from unit.backends.numba_jit.test_anticipated import vectorized

from epochly.call import Arguments
from epochly.code.function import function_of

function, example = {
    "compilable": (programs.loop_sum, ([0.5, 1.5],)),
    "refused": (refused.stores_other_type, ([1, 2],)),
    "vectorized": (vectorized, (np.ones(3),)),
    "not called like this": (programs.loop_sum, ()),
    "in C": (len, ("abc",)),
}[sys.argv[1]]
NumbaJit().anticipate(function_of(function), Arguments(example))
print("numba" in sys.modules)
"""


def vectorized(values):
    return (values * 2.0).sum()


@pytest.mark.parametrize(
    ("program", "imported"),
    [
        ("compilable", "True"),
        ("refused", "False"),
        ("vectorized", "False"),
        ("not called like this", "False"),
        ("in C", "False"),
    ],
)
def test_numba_is_imported_beforehand_for_what_it_can_compile(program, imported):
    done = subprocess.run(
        [sys.executable, "-c", ANTICIPATED, program],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == imported, done.stderr
