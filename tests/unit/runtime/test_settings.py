"""Settings and the environment are one."""

import os

import pytest
from unit.runtime import programs

import epochly
from epochly.cores import usable_cores
from epochly.errors import UsageError
from epochly.runtime.places import decisions_file


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """Whatever a test sets is put back."""
    for name in ("LEVEL", "MAX_WORKERS", "WATCH", "CACHE_DIR"):
        monkeypatch.setenv(f"EPOCHLY_{name}", "0")
        monkeypatch.delenv(f"EPOCHLY_{name}")


def test_without_anything_set_the_defaults_hold(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = epochly.configure()
    assert (found.level, found.max_workers, found.watch) == (None, None, 0.01)
    assert found.cache == str(tmp_path / "epochly")


def test_what_is_set_holds_here_and_in_child_processes(tmp_path):
    found = epochly.configure(level=0, max_workers=1, watch=0.0, cache=tmp_path)
    assert (found.level, found.max_workers, found.watch, found.cache) == (0, 1, 0.0, str(tmp_path))
    assert usable_cores() == 1
    assert os.environ["EPOCHLY_MAX_WORKERS"] == "1"


def test_the_environment_is_read():
    os.environ["EPOCHLY_WATCH"] = "0.5"
    assert epochly.configure().watch == 0.5


def test_what_was_set_here_or_in_the_environment_is_taken_back(tmp_path, monkeypatch):
    defaults = epochly.configure()
    monkeypatch.setenv("EPOCHLY_WATCH", "0.5")
    epochly.configure(level=2, max_workers=1, cache=tmp_path)
    found = epochly.configure(level="default")
    assert (found.level, found.max_workers, found.watch) == (None, 1, 0.5)
    found = epochly.configure(max_workers="default", watch="default", cache="default")
    assert found == defaults
    assert "asked for: no level" in epochly.explain(epochly.optimize(programs.squares))


def test_a_cache_folder_may_be_called_as_what_takes_it_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert epochly.configure(cache="./default").cache == str(tmp_path / "default")


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": 5},
        {"level": "2"},
        {"level": "none"},
        {"level": "default", "watch": 2.0},
        {"level": True},
        {"level": 2.0},
        {"max_workers": 0},
        {"watch": 1.5},
        {"watch": float("nan")},
        {"cache": ""},
        {"cache": 3},
    ],
    ids=str,
)
def test_what_cannot_be_is_told_and_nothing_changes(wrong):
    os.environ["EPOCHLY_LEVEL"] = "0"
    before = dict(os.environ)
    *_, name = wrong
    with pytest.raises(UsageError, match=f"^{name}=.* cannot be used"):
        epochly.configure(**{"max_workers": 1, **wrong})
    assert dict(os.environ) == before


def test_the_cache_folder_may_be_given_as_any_path_and_nothing_else(tmp_path):
    assert epochly.configure(cache=os.fsencode(tmp_path)).cache == str(tmp_path)
    with pytest.raises(UsageError, match="cache=5 cannot be used"):
        epochly.configure(cache=5)


def test_a_file_is_no_cache_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be used"):
        epochly.configure(cache=tmp_path / "file")


@pytest.mark.parametrize("name", ["LEVEL", "MAX_WORKERS", "WATCH", "CACHE_DIR"])
def test_an_empty_variable_counts_as_not_set(name, monkeypatch):
    expected = epochly.configure()
    monkeypatch.setenv(f"EPOCHLY_{name}", "")
    assert epochly.configure() == expected
    assert epochly.optimize(len)([1]) == 1
    assert usable_cores() >= 1


@pytest.mark.parametrize("name", ["EPOCHLY_WATCH", "EPOCHLY_MAX_WORKERS", "EPOCHLY_LEVEL"])
def test_a_variable_that_cannot_be_used_is_told_when_decorating(name, monkeypatch):
    monkeypatch.setenv(name, "much")
    with pytest.raises(UsageError, match=name):
        epochly.optimize(len)


@pytest.mark.parametrize("name", ["EPOCHLY_CACHE_DIR", "EPOCHLY_WATCH"])
def test_a_level_that_needs_no_such_setting_is_applied_all_the_same(name, monkeypatch):
    monkeypatch.setenv(name, os.devnull)
    function = epochly.optimize(level=2, strict=True)(programs.squares)
    assert function(100) == programs.squares(100)


def test_decisions_are_kept_in_a_cache_below_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EPOCHLY_CACHE_DIR", "~/kept")
    monkeypatch.chdir(tmp_path)
    assert decisions_file() == str(tmp_path / "kept" / "decisions.yaml")
