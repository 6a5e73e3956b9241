"""Versions of what is installed."""

import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from epochly import installed


@pytest.fixture
def path(monkeypatch, tmp_path):
    """A folder that comes first on the path of modules."""
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), str(tmp_path), *sys.path])
    installed.version_of.cache_clear()
    yield tmp_path
    installed.version_of.cache_clear()


@pytest.mark.parametrize("name", ["numpy", "numba", "epochly-cli", "Epochly.CLI", "joblib"])
def test_the_version_is_what_the_standard_library_says(name):
    assert installed.version_of(name) == metadata.version(name)


def test_what_is_not_installed_has_no_version():
    assert installed.version_of("never-heard-of") is None


def test_the_first_on_the_path_counts(path):
    (path / "numpy-0.1.2.dist-info").mkdir()
    assert installed.version_of("numpy") == "0.1.2"


def test_a_folder_without_a_version_and_a_later_one_of_the_path_do_not_count(path):
    (path / "numpy.dist-info").mkdir()
    assert installed.version_of("numpy") == np.__version__


def test_other_ways_of_installing_are_asked_of_the_standard_library(path):
    egg = path / "of_a_test.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: of-a-test\nVersion: 4.5\n")
    assert installed.version_of("of-a-test") == "4.5"


def test_asking_imports_no_reader_of_metadata():
    program = (
        "import sys; from epochly.installed import version_of; assert version_of('numpy');"
        " sys.exit('importlib.metadata' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
