"""Level 3 in programs that cannot have workers, or that end without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="made for POSIX")
from integration import spreading_program as program

REASONS = {
    program.no_output: "sys.stdout is closed",
    program.closed_output: "sys.stdout is closed",
    program.folder_that_is_gone: "the working directory is gone",
    program.few_descriptors: "Too many open files",
}


def run(circumstance, timeout=60):
    """What the program says of itself, once all who have its output are gone."""
    return subprocess.run(
        [sys.executable, str(Path(program.__file__)), circumstance.__name__],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize("circumstance", program.BEFORE, ids=lambda one: one.__name__)
def test_without_workers_the_items_run_here_and_it_is_told_why(circumstance):
    done = run(circumstance)
    assert done.returncode == 0, done.stderr
    assert REASONS[circumstance] in done.stderr
    assert "Traceback" not in done.stderr
    assert "another result" not in done.stderr


@pytest.mark.parametrize("circumstance", program.AFTER, ids=lambda one: one.__name__)
def test_workers_end_soon_after_their_program_however_that_ends(circumstance):
    done = run(circumstance, timeout=40)
    assert ", processes" in done.stderr
    assert "Traceback" not in done.stderr
