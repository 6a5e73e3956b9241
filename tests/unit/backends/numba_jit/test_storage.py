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
given = {
    "first_negative": (floats,),
    "sieve_list": (200,),
    "all_random": (31,),
    "collatz": (300,),
}
for name in sys.argv[1:]:
    assert differential(getattr(programs, name), *given[name]) == "equal", name
    print("numba.cpython.listobj" in sys.modules)
"""
PROGRAMS = ("first_negative", "sieve_list", "all_random")


def compilers(cache: Path, *names: str) -> list[str]:
    """Whether a new process has imported what Numba compiles with, after each program."""
    done = subprocess.run(
        [sys.executable, "-c", TAKEN_UP, *names],
        env={**os.environ, "EPOCHLY_CACHE_DIR": str(cache), "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_another_process_takes_up_what_is_kept_without_the_compiler_and_still_has_one(tmp_path):
    assert compilers(tmp_path, *PROGRAMS) == 3 * ["True"]
    assert compilers(tmp_path, *PROGRAMS, "collatz") == [*3 * ["False"], "True"]


def test_what_is_kept_and_damaged_is_compiled_and_kept_anew(tmp_path):
    compilers(tmp_path, "first_negative")
    kept = [path for path in tmp_path.rglob("*.nb?") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert compilers(tmp_path, "first_negative") == ["True"]
    assert compilers(tmp_path, "first_negative") == ["False"]
