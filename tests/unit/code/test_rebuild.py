"""A rebuilt function stands in the place of the original."""

import ast
import copy
import traceback

import pytest
from unit.code import rebuilt_programs as programs

from epochly.code.rebuild import rebuild
from epochly.code.source import source_of


def again(function):
    return rebuild(function, copy.deepcopy(source_of(function).node))


def test_closure_cells_are_shared_not_copied():
    increase, read = programs.counter()
    other = again(increase)
    assert (other(), increase(), read()) == (1, 2, 2)


def test_defaults_and_annotations_stay_the_same_objects():
    other = again(programs.with_defaults)
    assert other.__defaults__ is programs.with_defaults.__defaults__
    assert other(1) == programs.with_defaults(1)
    assert other.__annotations__ == programs.with_defaults.__annotations__
    assert (other.__name__, other.__module__) == ("with_defaults", programs.__name__)
    assert other.__doc__ == programs.with_defaults.__doc__


def test_private_names_and_super_work_in_a_method():
    child = programs.Child()
    assert again(programs.Child.secret)(child) == child.secret()
    assert again(programs.Child.greet)(child) == child.greet()


def test_a_traceback_points_at_the_users_line():
    with pytest.raises(ZeroDivisionError) as caught:
        again(programs.divides)(0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    line = programs.divides.__code__.co_firstlineno + 2
    assert (last.filename, last.lineno, last.name) == (programs.__file__, line, "divides")


def test_a_decorator_is_not_applied_again():
    assert again(programs.wrapped.__wrapped__)(1) == 2


def test_further_names_do_not_touch_the_globals():
    node = copy.deepcopy(source_of(programs.divides).node)
    node.body = ast.parse("return __extra__ + n").body
    made = rebuild(programs.divides, ast.fix_missing_locations(node), names={"__extra__": 5})
    assert made(1) == 6
    assert "__extra__" not in vars(programs)


def test_globals_are_read_as_of_the_call(monkeypatch):
    other = again(programs.reads_global)
    monkeypatch.setattr(programs, "RATE", 9)
    assert other() == 9
