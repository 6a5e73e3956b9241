"""Source is trusted only where it is proven to be the live function's."""

import ast
import importlib.util
import os

import pytest

from epochly.code.source import source_of
from epochly.errors import SourceError


def module(path, text):
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_function_has_its_lines_and_node(tmp_path):
    made = module(tmp_path / "a.py", "x = 1\n\ndef f(a):\n    return a\n")
    source = source_of(made.f)
    assert (source.line, source.end_line) == (3, 4)
    assert isinstance(source.node, ast.FunctionDef)


def test_a_changed_file_is_told_apart(tmp_path):
    made = module(tmp_path / "a.py", "def f(a):\n    return a\n")
    (tmp_path / "a.py").write_text("def f(a):\n    return a + 1\n")
    os.utime(tmp_path / "a.py", (1, 1))
    with pytest.raises(SourceError, match="no longer holds"):
        source_of(made.f)


def test_a_function_without_a_file_has_no_source():
    space = {}
    exec("def f(): return 1", space)
    with pytest.raises(SourceError, match="not in a file"):
        source_of(space["f"])


def test_a_replaced_code_object_has_the_source_of_its_replacement(tmp_path):
    made = module(tmp_path / "a.py", "def f(a):\n    return a\n")
    made.f.__code__ = (lambda a: a + 1).__code__
    assert ast.unparse(source_of(made.f).node) == "lambda a: a + 1"


def test_two_lambdas_on_one_line_are_told_apart(tmp_path):
    made = module(tmp_path / "a.py", "f, g = (lambda x: x + 1), (lambda x: x * 2)\n")
    assert ast.unparse(source_of(made.f).node) == "lambda x: x + 1"
    assert ast.unparse(source_of(made.g).node) == "lambda x: x * 2"


def test_equal_lambdas_on_one_line_are_the_same_or_unknown(tmp_path):
    made = module(tmp_path / "a.py", "f, g = (lambda x: x), (lambda x: x)\n")
    assert ast.unparse(source_of(made.g).node) == "lambda x: x"


def test_a_decorated_function_begins_at_its_decorator(tmp_path):
    made = module(
        tmp_path / "a.py",
        "def same(f):\n    return f\n@same\n@same\ndef f():\n    return 1\n",
    )
    assert source_of(made.f).line == 3


def test_a_method_knows_its_class(tmp_path):
    made = module(
        tmp_path / "a.py", "class A:\n    class B:\n        def f(self):\n            return 1\n"
    )
    assert source_of(made.A.B.f).class_name == "B"


def test_of_two_definitions_of_a_name_the_live_one_is_found(tmp_path):
    made = module(tmp_path / "a.py", "def f():\n    return 1\ndef f():\n    return 2\n")
    assert source_of(made.f).line == 3


def positive(n):
    assert n > 0
    return n


def test_assertions_that_pytest_rewrote_are_named():
    with pytest.raises(SourceError, match="pytest has rewritten the assert statements of positive"):
        source_of(positive)
