"""Compiled code that is kept on disk, taken up by another process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[3]
TAKEN_UP = """
import sys
import numpy as np
from unit.backends.numba_jit import programs
from unit.backends.numba_jit.differential import differential

floats = np.random.default_rng(7).standard_normal(50)
for function, args in [
    (programs.loop_sum, (floats,)),
    (programs.matrix_product, (np.ones((4, 5)), np.ones((5, 3)))),
    (programs.sieve_list, (200,)),
    (programs.all_random, (301,)),
    (programs.first_negative, (floats,)),
]:
    assert differential(function, *args) == "equal", function
print("numba.cpython.listobj" in sys.modules)
if sys.argv[1] == "and compile":
    assert differential(programs.collatz, 300) == "equal"
"""


def taken_up(cache: Path, then: str = "") -> str:
    """Whether a new process imported what Numba compiles with, before it had to compile."""
    done = subprocess.run(
        [sys.executable, "-c", TAKEN_UP, then],
        env={**os.environ, "EPOCHLY_CACHE_DIR": str(cache), "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_process_takes_up_what_is_kept_without_the_compiler_and_still_has_one(tmp_path):
    assert taken_up(tmp_path) == "True"
    assert taken_up(tmp_path, "and compile") == "False"


def test_what_is_kept_and_damaged_is_compiled_and_kept_anew(tmp_path):
    taken_up(tmp_path)
    kept = [path for path in tmp_path.rglob("*.nb?") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert taken_up(tmp_path) == "True"
    assert taken_up(tmp_path) == "False"
