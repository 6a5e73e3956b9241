"""Findings of the source and of the arguments of a call."""

import json
from pathlib import Path

import numpy as np
import pytest
from unit.recommend import understood_programs as programs

from epochly.code.function import function_of
from epochly.levels import Level
from epochly.model import Arguments
from epochly.recommend.facts import facts_document, facts_from
from epochly.recommend.understanding import understand

LINES = Path(programs.__file__).read_text().splitlines()


def line(mark):
    (found,) = [n for n, text in enumerate(LINES, 1) if text.endswith(f"# {mark}")]
    return found


def facts(function, *args, **kwargs):
    return understand(function_of(function), Arguments(args, kwargs))


def finding(found, kind, at):
    (one,) = [f for f in found.findings if (f.kind, f.line) == (kind, at)]
    return one


def test_a_loop_has_its_line_and_its_turns_in_this_call():
    found = facts(programs.energy, np.ones(1234))
    one = finding(found, "loop", line("loop"))
    assert one.level is Level.COMPILE
    assert "turns 1,234 times" in one.message


def test_nested_loops_are_counted_through():
    found = facts(programs.multiply, np.ones((3, 4)), np.ones((4, 5)))
    assert [(loop.depth, loop.trips, loop.total) for loop in found.loops] == [
        (0, 3, 3),
        (1, 5, 15),
        (2, 4, 60),
    ]
    assert "3 deep" in finding(found, "loop", line("inner")).message
    assert "60 in all" in finding(found, "loop", line("inner")).message


def test_an_iterable_is_made_once():
    outer, made, inner = facts(programs.over_made, [1, 2, 3]).loops
    assert [(loop.depth, loop.total, loop.innermost) for loop in (outer, made, inner)] == [
        (0, 3, False),
        (0, 3, True),
        (1, 9, True),
    ]


def test_an_unknown_number_of_turns_is_said():
    for found in (understand(function_of(programs.energy), None), facts(programs.energy, object())):
        assert "an unknown number of times" in finding(found, "loop", line("loop")).message
    found = facts(programs.repeated, "abc")
    assert "an unknown number of times" in finding(found, "loop", line("while")).message


def test_a_comprehension_of_independent_items_may_run_side_by_side():
    found = facts(programs.measure_all, [np.ones(10)] * 7)
    one = finding(found, "comprehension", line("comprehension"))
    assert (one.level, one.confidence) == (Level.CORES, "high")
    assert "turns 7 times; its items may run side by side" in one.message


def test_a_comprehension_that_may_not_says_why():
    one = finding(facts(programs.drawn, 5), "comprehension", line("draws"))
    assert "not side by side: np.random.random draws random numbers" in one.message


@pytest.mark.parametrize(
    ("function", "argument", "kind", "mark"),
    [
        (programs.waits, [0.1], "io-wait", "sleep"),
        (programs.reads, ["x"], "io-file", "open"),
    ],
)
def test_a_call_that_waits_is_found_by_kind(function, argument, kind, mark):
    found = facts(function, argument)
    one = finding(found, kind, line(mark))
    assert (one.level, one.confidence) == (Level.THREADS, "high")
    assert not found.contained


def test_array_work_is_found_in_helpers_and_operators():
    found = facts(programs.measure_all, [np.ones(10)])
    assert "np.sum" in finding(found, "vectorized", line("helper")).message
    found = facts(programs.whole, np.ones(10))
    assert {part.text for part in found.vectorized} == {"np.sqrt(...)", "data * scale"}
    assert not facts(programs.whole, 3.0).vectorized[1:]


def test_sizes_are_those_of_the_call():
    found = facts(programs.multiply, np.ones((3, 4)), np.ones((4, 5), np.float32))
    sizes = {size.name: size for size in found.sizes}
    assert (sizes["a"].text, sizes["a"].nbytes) == ("float64 (3, 4)", 96)
    assert (sizes["b"].text, sizes["b"].nbytes) == ("float32 (4, 5)", 80)
    made = sizes["np.zeros"]
    assert (made.origin, made.line, made.elements, made.nbytes) == ("made", line("made"), 15, 120)
    assert found.largest.name == "b"


def test_a_list_of_arrays_counts_all_their_bytes():
    (size,) = facts(programs.measure_all, [np.ones(10), np.ones(30)]).sizes
    assert (size.items, size.elements, size.nbytes) == (2, 30, 320)
    assert "2 arrays, the largest float64 (30,)" in size.text


def test_large_globals_and_closure_variables_belong_to_the_data():
    found = facts(programs.uses_globals, 1)
    assert {size.name: size.items for size in found.sizes} == {"TABLE": 200, "RATES": 500}
    (size,) = facts(programs.closing_over(), 1.0).sizes
    assert (size.name, size.origin, size.elements) == ("weights", "outside", 20)


def test_only_a_million_elements_bear_on_level_4():
    small, large = (facts(programs.whole, np.zeros(n)) for n in (999_999, 1_000_000))
    assert [f.level for f in small.findings if f.kind == "size"] == [None]
    assert [f.level for f in large.findings if f.kind == "size"] == [Level.GPU]


def test_recursion_is_found_through_a_helper():
    assert "itself" in finding(facts(programs.factorial, 3), "recursion", line("itself")).message
    assert "again" in finding(facts(programs.even, 3), "recursion", line("again")).message


def test_an_allocation_in_a_loop_says_how_often():
    one = finding(facts(programs.allocates, 40), "allocation", line("allocation"))
    assert "np.zeros makes an array, 40 times a call" in one.message
    one = finding(facts(programs.grows, 40), "allocation", line("copy"))
    assert "a copy of all before it" in one.message


def test_a_function_that_stays_inside_is_known_to():
    assert facts(programs.energy, [1.0]).contained
    assert facts(programs.drawn, 3).contained


def test_without_source_nothing_is_found():
    assert facts(len, [1]).findings == ()


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (programs.multiply, (np.ones((3, 4)), np.ones((4, 5)))),
        (programs.reads, (["x"],)),
        (programs.factorial, (3,)),
        (programs.uses_globals, (1,)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_facts_survive_json(function, arguments):
    found = facts(function, *arguments)
    assert facts_from(json.loads(json.dumps(facts_document(found)))) == found


def test_a_turn_is_bounded_by_the_innermost_loops():
    found = facts(programs.multiply, np.ones((3, 4)), np.ones((4, 5)))
    assert found.turn_s(0.6) == pytest.approx(0.01)
    assert facts(programs.whole, np.ones(3)).turn_s(1.0) == float("inf")
    unknown = facts(programs.repeated, "abc").turn_s(1.0)
    assert unknown != unknown
