"""What it means that the reference cannot run a workload of the head's."""

from pathlib import Path

import pytest

from epochly.errors import ArgumentsError, MissingFunctionError, TargetError
from epochly.gate.incomparable import incomparable
from epochly.gate.versions import Trees
from epochly.model import TargetInfo
from epochly.workload import Workload

NO_MODULE = TargetError("there is no module named 'work'")


@pytest.fixture
def heads(tmp_path):
    """A function of the head's in ``work.py``, and a reference without that file."""

    def make(generated=(), file="work.py"):
        head, reference = tmp_path / "head", tmp_path / "reference"
        (head / file).parent.mkdir(parents=True, exist_ok=True)
        (head / file).write_text("def loop(): pass\n")
        reference.mkdir(exist_ok=True)
        trees = Trees(str(reference), str(head), tuple(generated))
        target = TargetInfo("work:loop", "loop", str(head / file), 1, "()", "")
        return trees, Workload("work:loop", str(head), "loop"), target

    return make


def test_a_function_in_a_file_that_came_with_the_head_is_new(heads):
    found = incomparable(*heads(), NO_MODULE.what, NO_MODULE)

    assert found.outcome == "new"
    assert "no module named 'work'" in found.message


def test_a_function_that_came_to_a_known_file_is_new(heads):
    trees, workload, target = heads()
    Path(trees.reference, "work.py").write_text("")
    error = MissingFunctionError("the module 'work' has no 'loop'")

    assert incomparable(trees, workload, target, error.what, error).outcome == "new"


def test_a_function_whose_file_the_reference_has_too_is_not_new(heads):
    trees, workload, target = heads()
    Path(trees.reference, "work.py").write_text("")

    assert incomparable(trees, workload, target, NO_MODULE.what, NO_MODULE).outcome == "unusable"


@pytest.mark.parametrize(("ignored", "file"), [("work.py", "work.py"), ("build", "build/work.py")])
def test_a_generated_function_is_not_new(heads, ignored, file):
    found = incomparable(*heads([ignored], file), NO_MODULE.what, NO_MODULE)

    assert found.outcome == "unusable"


def test_a_function_in_a_submodule_is_not_new(heads):
    trees, workload, target = heads(file="part/work.py")
    Path(trees.head, "part", ".git").write_text("gitdir: elsewhere")

    assert incomparable(trees, workload, target, NO_MODULE.what, NO_MODULE).outcome == "unusable"


def test_a_function_outside_the_repository_is_not_new(heads, tmp_path):
    trees, workload, target = heads(file="../elsewhere/work.py")

    assert incomparable(trees, workload, target, NO_MODULE.what, NO_MODULE).outcome == "unusable"


def test_other_arguments_are_told_from_a_failure(heads):
    error = ArgumentsError("missing a required argument: 'm'")
    found = incomparable(*heads(), error.what, error)

    assert found.outcome == "unusable"
    assert "takes other arguments" in found.message


def test_a_compiled_module_that_only_the_head_has_is_named(heads):
    trees, workload, target = heads(generated=["fast.cpython-311.so"])
    Path(trees.reference, "work.py").write_text("")

    found = incomparable(trees, workload, target, "No module named 'fast'", None)

    assert "fast.cpython-311.so, which git does not track, is in the head only" in found.message
    assert "--baseline" in found.remedy


def test_a_data_file_that_only_the_head_has_is_named(heads):
    trees, workload, target = heads()
    Path(trees.reference, "work.py").write_text("")
    Path(trees.head, "data.csv").write_text("")
    reason = "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"

    assert (
        "data.csv is in the head only"
        in incomparable(trees, workload, target, reason, None).message
    )
