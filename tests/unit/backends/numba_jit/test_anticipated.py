"""Whether Numba is imported before it is known to be needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[3]
ANTICIPATED = """
import sys
import numpy as np
from epochly_backends.numba_jit import NumbaJit
from unit.backends.numba_jit import programs, refused
from unit.backends.numba_jit.test_anticipated import vectorized

from epochly.call import Arguments
from epochly.code.function import function_of

for function, example in [
    (refused.stores_other_type, ([1, 2],)),
    (vectorized, (np.ones(3),)),
    (programs.loop_sum, ()),
    (len, ("abc",)),
    (programs.loop_sum, ([0.5, 1.5],)),
]:
    likely = NumbaJit().anticipate(function_of(function), Arguments(example))
    print((likely, "numba" in sys.modules) in ((False, False), (True, True)) and likely)
"""


def vectorized(values):
    return (values * 2.0).sum()


def test_numba_is_imported_beforehand_for_nothing_but_what_it_can_compile():
    done = subprocess.run(
        [sys.executable, "-c", ANTICIPATED],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [*4 * ["False"], "True"], done.stderr
