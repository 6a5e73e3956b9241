"""With EPOCHLY_DISABLE=1 a program runs as if the library were not there."""

import logging

import pytest
from unit.runtime import programs

import epochly


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
