"""What items change in a worker process."""

import os
import sys
import warnings
from types import ModuleType

from epochly_backends.surroundings import Surroundings


def test_a_variable_that_an_item_sets_is_noticed(monkeypatch):
    before = Surroundings.now()
    monkeypatch.setenv("SET_BY_AN_ITEM", "1")
    assert "environment" in Surroundings.now().differing(before)


def test_a_folder_that_an_item_enters_is_noticed(tmp_path, monkeypatch):
    before = Surroundings.now()
    monkeypatch.chdir(tmp_path)
    assert "directory" in Surroundings.now().differing(before)
    os.chdir(before.folder)
    assert Surroundings.now().differing(before) is None


def test_what_a_library_sets_when_it_is_imported_is_no_change_of_an_item(monkeypatch):
    before = Surroundings.now()
    monkeypatch.setitem(sys.modules, "library_of_this_test", ModuleType("library_of_this_test"))
    monkeypatch.setenv("SET_BY_AN_IMPORT", "1")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="of this test")
        assert Surroundings.now().differing(before) is None


def test_a_folder_that_is_gone_is_none(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    before = Surroundings.now()
    folder.rmdir()
    assert Surroundings.now().folder == ""
    assert "directory" in Surroundings.now().differing(before)
