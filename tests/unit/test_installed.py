"""Versions of what is installed."""

import subprocess
import sys
import zipfile
from importlib import metadata

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
    folder = path / "numpy-0.1.2.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 0.1.2\n")
    assert installed.version_of("numpy") == "0.1.2"


@pytest.mark.parametrize("left", ["numpy-0.1.2.dist-info", "numpy-0.1.2.egg-info"])
def test_what_is_left_of_a_distribution_is_for_the_standard_library_to_judge(path, left):
    (path / left).mkdir()
    assert installed.version_of("numpy") == metadata.version("numpy")


def test_of_two_in_a_folder_the_standard_library_tells_which_counts(path):
    for version in ("0.1.2", "0.1.3"):
        folder = path / f"numpy-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: numpy\nVersion: {version}\n"
        )
    assert installed.version_of("numpy") == metadata.version("numpy")


def test_distributions_in_an_archive_are_asked_of_the_standard_library(path):
    with zipfile.ZipFile(path / "all.zip", "w") as archive:
        text = "Metadata-Version: 2.1\nName: numpy\nVersion: 0.3\n"
        archive.writestr("numpy-0.3.dist-info/METADATA", text)
    sys.path.insert(0, str(path / "all.zip"))
    assert installed.version_of("numpy") == "0.3"


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
