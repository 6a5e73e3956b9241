"""Every call finds the inputs that the first one found, in every process."""

import pytest

MODULE = """
import os, random
import numpy as np

DRAWN = [random.random() for _ in range(5)]
ARRAY = np.random.rand(5)
BORN = list(os.urandom(5))

def doubled(values):
    return [value * 2 for value in values]

def drain(values):
    total = 0
    while values:
        total += values.pop()
    return total
"""


@pytest.fixture
def inputs(folder):
    (folder.path / "inputs.py").write_text(MODULE)
    return folder


@pytest.mark.parametrize(
    ("setup", "args"),
    [
        ("import random; data = [random.random() for _ in range(5)]", "data"),
        ("", "ARRAY.tolist()"),
    ],
)
def test_inputs_drawn_beforehand_are_the_same_for_every_level(inputs, setup, args):
    ran = inputs.bench("inputs:doubled", "--setup", setup, "--args", args)
    assert ran.row(1)["equality"]["verdict"] == "identical", ran.row(1)


def test_inputs_that_differ_from_process_to_process_are_no_difference_of_a_level(inputs):
    ran = inputs.bench("inputs:doubled", "--args", "BORN")
    assert ran.row(1)["status"] == "measured"
    assert ran.row(1)["equality"]["verdict"] == "unchecked"
    assert any("nondeterministic" in note for note in ran.report["notes"])


def test_what_setup_made_and_a_call_used_up_is_made_anew(inputs):
    options = ("--levels", "0", "--args", "data", "--setup", "data = [1] * 50_000")
    row = inputs.bench("inputs:drain", *options).row(0)
    assert row["median_s"] > 50_000 * 5e-9
    assert row["warnings"] == []


def test_a_call_that_uses_up_the_data_of_its_module_is_warned_about(inputs):
    row = inputs.bench("inputs:drain", "--levels", "0", "--args", "DRAWN").row(0)
    assert any("undo it with --reset" in text for text in row["warnings"])
