"""Acceleration that the source asks for by itself."""

from pathlib import Path

import pytest
from unit.code import accelerated_programs as programs

from epochly.code.accelerated import accelerated_in, cold_calls, request_of
from epochly.code.function import undecorated
from epochly.code.source import source_of


@pytest.mark.parametrize(
    ("name", "level"), [("at_level_3", 3), ("watched", 0), ("compiled", 2), ("plain", None)]
)
def test_a_decorator_asks_for_a_level(name, level):
    found = request_of(undecorated(getattr(programs, name)))
    assert (found and found.level) == level


def test_a_request_names_its_line_and_text():
    found = request_of(undecorated(programs.at_level_3))
    assert found.text == "@epochly.optimize(level=3, backend='processes')"
    lines = Path(programs.__file__).read_text().splitlines()
    assert "optimize(level=3" in lines[found.line - 1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pool", "ThreadPoolExecutor"),
        ("other_pool", "ThreadPool"),
        ("with_joblib", "joblib.Parallel"),
        ("trains", "n_jobs=4"),
        ("calls_level_3", "optimize(level=3"),
        ("calls_compiled", "njit"),
        ("through_helper", "pool, in which ThreadPoolExecutor"),
        ("trains_alone", None),
        ("calls_watched", None),
        ("recursive", None),
        ("plain", None),
    ],
)
def test_accelerated_work_is_found_through_helpers(name, says):
    function = getattr(programs, name)
    found = accelerated_in(function, [source_of(function).node])
    assert (says is None) == (found == ()), found
    assert says is None or says in found[0].what


@pytest.mark.parametrize(
    ("name", "is_cold"),
    [
        ("cold", True),
        ("cold_in_loop", True),
        ("other_warm", True),
        ("decorated_inside", True),
        ("wrapped_inside", True),
        ("warm", False),
        ("best_of_loop", False),
        ("times_plain", False),
        ("after_the_clock", False),
        ("wrapped_and_warm", False),
    ],
)
def test_a_first_call_between_two_readings_of_the_clock_is_cold(name, is_cold):
    function = getattr(programs, name)
    found = cold_calls(function, source_of(function).node)
    assert bool(found) is is_cold, found
