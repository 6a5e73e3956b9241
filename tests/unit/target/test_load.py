"""A target is found wherever its file lies, and what stands in the way is told as a mistake."""

import pytest

from epochly.errors import ArgumentsError, TargetError
from epochly.target.inputs import Inputs
from epochly.target.load import load_target
from epochly.target.spec import parse_target
from epochly.workload import Workload

MODULE = """
import functools

class Broken(Exception):
    def __str__(self):
        raise RuntimeError

class Descriptor:
    def __get__(self, owner, kind):
        raise ValueError("not here")

class Shop:
    class Shelf:
        pass
    broken = Descriptor()
    def total(self, scale, *, offset):
        return scale
    @classmethod
    def of_class(cls):
        return cls

shop = Shop()

def scaled(scale):
    return scale

def scaled_inputs():
    return (1, 2, 3), {}

part = functools.partial(scaled)

def part_inputs():
    return (4,), {}

def fails(n): ...
def fails_inputs():
    raise Broken

def leaves(n): ...
def leaves_inputs():
    raise SystemExit(3)
"""


INSIDE = "what is defined inside a function exists only while it runs: name the function"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "shop.v2.py").write_text(MODULE)

    def load(name):
        return load_target(f"shop.v2.py:{name}", str(tmp_path))

    return load


def inputs(target):
    return Inputs(target, Workload(target=target.spec.text, directory=""))


def test_a_file_with_dots_in_its_name_is_a_target(shop):
    assert shop("scaled").function.original(3) == 3


def test_inputs_belong_to_the_name_by_which_the_target_is_called(shop):
    assert inputs(shop("part")).make().args == (4,)


def test_a_class_is_refused_with_one_of_its_methods(shop):
    with pytest.raises(TargetError) as caught:
        shop("Shop")
    assert "such as Shop.total" in caught.value.remedy


@pytest.mark.parametrize(
    ("target", "what", "remedy"),
    [
        ("Shop.sum", "the class 'Shop' has no 'sum'", "it has: Shelf, of_class, total"),
        ("shop.sum", "the instance of 'Shop' has no 'sum'", "it has: Shelf, of_class, total"),
        ("scaled.inner", "the function 'scaled' has no 'inner'", INSIDE),
        ("Shop.of_clas", "the class 'Shop' has no 'of_clas'", "did you mean 'of_class'?"),
    ],
)
def test_what_is_missing_is_told_with_what_is_there(shop, target, what, remedy):
    with pytest.raises(TargetError) as caught:
        shop(target)
    assert (caught.value.what, caught.value.remedy) == (what, remedy)


@pytest.mark.parametrize("args", ["1) + (2", "1)(2", "1)\n(2"])
def test_args_that_close_the_parentheses_cannot_be_parsed(shop, args):
    with pytest.raises(ArgumentsError, match="cannot be parsed"):
        Inputs(shop("scaled"), Workload(target="shop:scaled", directory="", args=args))


def test_a_descriptor_that_raises_is_a_mistake_in_the_target(shop):
    with pytest.raises(TargetError, match="ValueError: not here"):
        shop("Shop.broken")


def test_missing_arguments_of_a_method_show_an_instance_and_the_keywords(shop):
    with pytest.raises(ArgumentsError) as caught:
        inputs(shop("Shop.total"))
    assert '--args "Shop(), scale, offset=..."' in caught.value.remedy


def with_args(target, args):
    return Inputs(target, Workload(target=target.spec.text, directory="", args=args))


@pytest.mark.parametrize(
    ("args", "empty"),
    [("...", "1"), ("Shop(), scale=...", "scale"), ("..., offset=...", "1, offset")],
)
def test_a_placeholder_in_args_is_to_be_filled_in(shop, args, empty):
    with pytest.raises(ArgumentsError) as caught:
        with_args(shop("Shop.total"), args)
    assert caught.value.what.endswith(f"a placeholder for {empty}")
    assert "epochly.yaml" in caught.value.remedy


def test_an_ellipsis_that_is_meant_is_a_value(shop):
    assert with_args(shop("scaled"), "Ellipsis").make().args == (...,)
    assert with_args(shop("scaled"), "[...]").make().args == ([...],)


@pytest.mark.parametrize(("name", "said"), [("fails", "Broken"), ("leaves", "SystemExit: 3")])
def test_inputs_that_raise_whatever_they_like_are_a_mistake_in_them(shop, name, said):
    with pytest.raises(ArgumentsError) as caught:
        inputs(shop(name)).make()
    assert said in caught.value.what
    assert f"{name}_inputs()" in caught.value.remedy


def test_a_module_whose_exception_has_no_text_is_a_mistake_in_the_module(tmp_path):
    (tmp_path / "silent.py").write_text(
        "class Broken(Exception):\n"
        "    def __str__(self):\n        raise RuntimeError\n"
        "raise Broken\n"
    )
    with pytest.raises(TargetError, match="cannot be imported"):
        load_target("silent.py:f", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("shop.py::total", "shop.py:total"),
        ("shop.py::Shop::total", "shop.py:Shop.total"),
        ("shop:total()", "shop:total"),
        ("shop:total(1, 2)", "shop:total"),
        ("shop.total", "shop:total"),
        ("my-shop:total", "my-shop.py:total"),
        (" shop:total", "shop:total"),
    ],
)
def test_a_target_as_a_call_or_pytest_writes_it_is_told_its_own_form(text, meant):
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    assert f"did you mean {meant!r}?" in caught.value.remedy
    assert parse_target(meant).attributes


@pytest.mark.parametrize("text", ["", ":", "shop.py", ":total", "-", "..:total", "shop:1"])
def test_nothing_is_guessed_where_nothing_is_near(text):
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    assert "did you mean" not in caught.value.remedy


def test_a_module_hidden_by_the_standard_library_is_told_how_to_name_it(tmp_path):
    (tmp_path / "statistics.py").write_text("def total():\n    return 1\n")
    with pytest.raises(TargetError) as caught:
        load_target("statistics:total", str(tmp_path))
    assert "name it statistics.py:total" in caught.value.remedy
    assert load_target("statistics.py:total", str(tmp_path)).function.original() == 1


def test_a_script_that_runs_while_it_is_imported_is_told_where_and_what_to_do(tmp_path):
    (tmp_path / "script.py").write_text(
        "import argparse, sys\nsys.argv = ['script']\n"
        "parser = argparse.ArgumentParser()\nparser.add_argument('file')\nparser.parse_args()\n"
    )
    with pytest.raises(TargetError) as caught:
        load_target("script.py:f", str(tmp_path))
    assert caught.value.where == f"{tmp_path / 'script.py'}:5"
    assert "__main__" in caught.value.remedy


def test_arguments_that_do_not_fit_show_those_that_do(shop):
    with pytest.raises(ArgumentsError) as caught:
        with_args(shop("part"), "1, 2, 3").make()
    assert '--args "scale"' in caught.value.remedy
    with pytest.raises(ArgumentsError) as caught:
        with_args(shop("Shop.of_class"), "1").make()
    assert "it takes none" in caught.value.remedy


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("shop.txt:total", "shop.py:total"),
        ("./shop.txt:total", "shop.py:total"),
        ("shop.text:total", "shop.py:total"),
        ("./shop:Shop.total", "shop.py:Shop.total"),
        ("inner/near:total", "inner/near.py:total"),
        ("far:total", "src/far.py:total"),
    ],
)
def test_the_python_file_that_was_meant_is_named_as_a_target(tmp_path, monkeypatch, named, meant):
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("shop.py", "shop.txt", "inner/near.py", "src/far.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("def total(): ...")
    with pytest.raises(TargetError) as caught:
        load_target(named, str(tmp_path))
    assert caught.value.remedy == f"did you mean '{meant}'?"


def test_a_file_that_is_no_python_is_told_so(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(TargetError, match=r"notes\.txt is no file of Python code"):
        load_target("./notes.txt:total", str(tmp_path))
