"""Functions that only hand their arguments on."""

import pytest
from unit.code import effect_programs as programs

import epochly
from epochly.code.forwarding import forwarded_by


def target(*args, **kwargs):
    return args, kwargs


def positional(*args):
    return target(*args)


def everything(*args, **kwargs):
    """Only the description is more."""
    return target(*args, **kwargs)


def to_a_module(*args):
    return programs.own_list(*args)


def to_a_class(*args):
    return Targets.static(*args)


class Targets:
    def mangled(*args):
        return programs.__own(*args)

    @staticmethod
    def static(*args):
        return args


def reversed_names(a, b):
    return target(b, a)


def same_names(a, b):
    return target(a, b)


def with_default(*args, scale=1):
    return target(*args)


def adds_one(*args):
    return target(*args, 1)


def drops_keywords(*args, **kwargs):
    return target(*args)


def method_of(*args):
    return str.join(*args)


def does_more(*args):
    print(args)
    return target(*args)


def calls_its_argument(*target):
    return target(*target)


@epochly.optimize(level=0)
def decorated(*args):
    return args


def to_decorated(*args):
    return decorated(*args)


@pytest.mark.parametrize("function", [positional, everything], ids=lambda f: f.__name__)
def test_a_function_that_only_hands_on_is_looked_through(function):
    found = forwarded_by(function)
    assert found is not None
    assert found.target is target
    assert found.holds({})


@pytest.mark.parametrize(
    "function",
    [
        reversed_names,
        same_names,
        with_default,
        adds_one,
        drops_keywords,
        method_of,
        does_more,
        calls_its_argument,
        to_decorated,
        to_a_class,
        Targets.mangled,
        target,
    ],
    ids=lambda f: f.__name__,
)
def test_any_other_is_not(function):
    assert forwarded_by(function) is None


def test_a_call_with_keywords_goes_only_where_they_are_handed_on():
    assert not forwarded_by(positional).holds({"a": 1})
    assert forwarded_by(everything).holds({"a": 1})


def test_it_no_longer_holds_when_the_name_stands_for_another_function():
    inner = target

    def handed_on(*args):
        return inner(*args)  # noqa: F821

    found = forwarded_by(handed_on)
    assert found.holds({})
    inner = positional
    assert not found.holds({})
    del inner
    assert not found.holds({})


def test_the_function_of_a_module_is_found_by_its_dotted_name(monkeypatch):
    found = forwarded_by(to_a_module)
    assert found.target is programs.own_list
    assert found.holds({})
    monkeypatch.setattr(programs, "own_list", target)
    assert not found.holds({})
    monkeypatch.delattr(programs, "own_list")
    assert not found.holds({})
