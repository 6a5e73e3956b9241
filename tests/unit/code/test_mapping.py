"""Loops become maps only where no order of the items can be told from the result."""

import json
import traceback

import pytest
from unit.code import mapped_programs as programs

from epochly.code.function import function_of
from epochly.code.mapping import Mappable, map_loops
from epochly.model import Refused


def in_order(number, body, iterable):
    return [value for item in iterable for value in body(item)]


def backwards(number, body, iterable):
    found = [body(item) for item in reversed(list(iterable))]
    return [value for values in reversed(found) for value in values]


def built(function, mapper=backwards):
    found = map_loops(function_of(function))
    assert isinstance(found, Mappable), found
    return found.build(mapper)


@pytest.mark.parametrize("mapper", [in_order, backwards])
@pytest.mark.parametrize("function", programs.MAPPED, ids=lambda f: f.__name__)
def test_a_mapped_loop_returns_what_the_loop_returns(function, mapper):
    for values in (list(range(12)), [], [5]):
        assert built(function, mapper)(values) == function(values)


@pytest.mark.parametrize("function", programs.REFUSED, ids=lambda f: f.__name__)
def test_a_loop_whose_order_shows_is_refused_with_a_reason(function):
    found = map_loops(function_of(function))
    assert isinstance(found, Refused), found
    assert found.reason
    assert found.remedy
    assert found.line is None or found.line >= function.__code__.co_firstlineno


@pytest.mark.parametrize(
    "function",
    [programs.carried, programs.stores, programs.draws, programs.breaks, programs.reads_its_list],
    ids=lambda f: f.__name__,
)
def test_a_visible_hazard_is_refused_even_with_the_users_word(function):
    assert isinstance(map_loops(function_of(function).trusted()), Refused)


def test_unknown_effects_are_taken_with_the_users_word():
    assert isinstance(map_loops(function_of(programs.logs)), Refused)
    assert isinstance(map_loops(function_of(programs.logs).trusted()), Refused)
    assert isinstance(map_loops(function_of(programs.asks).trusted()), Mappable)


def test_items_that_only_read_files_are_mapped(tmp_path):
    paths = []
    for number in range(5):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps([number]))
        paths.append(str(path))
    assert built(programs.reads_files)(paths) == [[0], [1], [2], [3], [4]]


def test_a_method_is_mapped_with_its_instance():
    shop = programs.Shop()
    function = function_of(shop.prices)
    found = map_loops(function)
    assert isinstance(found, Mappable)
    assert found.build(backwards)(shop, [1, 2]) == [2, 4]


def test_each_loop_has_its_lines_and_kind():
    found = map_loops(function_of(programs.two_loops))
    assert isinstance(found, Mappable)
    start = programs.two_loops.__code__.co_firstlineno
    assert [(loop.line - start, loop.end_line - start, loop.kind) for loop in found.loops] == [
        (1, 1, "comprehension"),
        (3, 4, "append-loop"),
    ]


def test_an_exception_points_into_the_users_file():
    with pytest.raises(ZeroDivisionError) as caught:
        built(programs.failing, in_order)([1, 2, 3])
    frames = traceback.extract_tb(caught.value.__traceback__)
    start = programs.failing.__code__.co_firstlineno
    assert (frames[-1].filename, frames[-1].lineno) == (programs.__file__, start + 3)


def test_a_function_without_loops_is_refused_with_an_example():
    found = map_loops(function_of(programs.work))
    assert isinstance(found, Refused)
    assert "[work(item) for item in items]" in found.remedy


def test_the_original_keeps_its_code():
    before = programs.comprehension.__code__
    built(programs.comprehension)
    assert programs.comprehension.__code__ is before
