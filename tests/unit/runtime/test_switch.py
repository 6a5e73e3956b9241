"""With EPOCHLY_DISABLE=1 a program runs as if the library were not there."""

import logging

import pytest
from unit.runtime import programs

import epochly
from epochly.errors import UsageError


@pytest.fixture(autouse=True)
def _off(monkeypatch):
    monkeypatch.setenv("EPOCHLY_DISABLE", "1")


def test_asking_about_a_function_is_no_error():
    function = epochly.optimize(level=2)(lambda n: 2 * n)
    assert function(10) == 20
    found = epochly.get_metrics(function)
    assert (found["total_calls"], found["functions"]) == (0, {})
    assert "EPOCHLY_DISABLE=1" in epochly.explain(function)


def test_a_context_reaches_no_function_and_does_not_complain(caplog):
    code = programs.squares.__code__
    with caplog.at_level(logging.WARNING, logger="epochly"):
        with epochly.optimize_context(level=2) as context:
            assert programs.squares.__code__ is code
            assert programs.squares(10) == 285
        with context:
            assert programs.squares(10) == 285
    assert context.reached == ()
    assert caplog.text == ""


@pytest.mark.parametrize("name", ["LEVEL", "MAX_WORKERS", "WATCH", "CACHE_DIR"])
@pytest.mark.parametrize(
    "arguments", [{}, {"level": 2}, {"backend": "numba"}, {"watch": 0.5}], ids=str
)
def test_no_other_variable_is_asked_for(name, arguments, monkeypatch):
    monkeypatch.setenv(f"EPOCHLY_{name}", "nine")
    assert epochly.optimize(**arguments)(programs.squares) is programs.squares
    assert epochly.optimize(programs.squares) is programs.squares


def test_a_level_that_is_none_is_told_all_the_same():
    with pytest.raises(UsageError, match="is not a level"):
        epochly.optimize(level=9)
