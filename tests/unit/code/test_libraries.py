"""Which code is the user's own."""

import importlib.util
import sys

import numpy as np
import pytest

import epochly
from epochly.code import libraries
from epochly.code.callgraph import is_users
from epochly.code.effects import Effect, effects_of
from epochly.code.function import function_of
from epochly.testing import programs

INSTALLED = (
    "def helper(x):\n    return x + 1\n\n\ndef total(xs):\n    return [helper(x) for x in xs]\n"
)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A module in a folder of installed packages."""
    folder = f"{tmp_path}/"
    monkeypatch.setattr(libraries, "_package_folders", lambda: (folder,))
    monkeypatch.setattr(libraries, "library_folders", lambda: (folder,))
    monkeypatch.setattr(libraries, "_adopted", set())
    path = tmp_path / "shop" / "prices.py"
    path.parent.mkdir()
    path.write_text(INSTALLED)
    spec = importlib.util.spec_from_file_location("shop.prices", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "shop.prices", module)
    spec.loader.exec_module(module)
    return module


def test_a_function_of_an_installed_package_is_the_librarys(installed):
    assert not is_users(installed.helper)
    assert effects_of(installed.total).worst is Effect.UNKNOWN


def test_the_package_of_a_function_that_the_user_named_is_the_users(installed):
    function_of(installed.total)
    assert is_users(installed.helper)
    assert effects_of(installed.total).worst is Effect.PURE


def test_this_package_is_a_library_also_where_it_is_developed():
    assert not is_users(epochly.optimize(level=0)(len))
    assert not is_users(epochly.get_metrics)


def test_a_library_that_is_known_by_name_stays_one():
    function_of(np.sum)
    assert not is_users(np.sum)


def test_a_program_that_backends_are_tested_with_stands_for_the_users():
    assert is_users(function_of(programs.each).original)
    assert not is_users(epochly.get_metrics)
