"""Source is trusted only where it is proven to be the live function's."""

import ast
import importlib.util
import linecache
import os
import pickle
import zipfile

import pytest

from epochly.code.source import source_of
from epochly.errors import SourceError
from epochly.runtime.travel import dumps


def module(path, text):
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def keep(file, text):
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)


@pytest.fixture
def cell(tmp_path):
    """Run text as a notebook does: under the name of a file that does not exist."""
    file = str(tmp_path / "ipykernel_1" / "2345.py")

    def run(text):
        keep(file, text)
        space = {"__name__": "__main__"}
        exec(compile(text, file, "exec"), space)
        return file, space

    yield run
    linecache.cache.pop(file, None)


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


def test_the_program_of_the_command_line_is_no_source_of_what_exec_made(monkeypatch):
    lines = ["print(1)\n"]
    monkeypatch.setitem(linecache.cache, "<string>", (9, None, lines, "<string>"))
    space = {}
    exec("def f(): return 1", space)
    with pytest.raises(SourceError, match="not in a file"):
        source_of(space["f"])


def test_a_cell_of_a_notebook_is_source(cell):
    file, made = cell("import math\n\ndef f(a):\n    return math.sqrt(a)\n")
    source = source_of(made["f"])
    assert (source.file, source.line, source.end_line) == (file, 3, 4)


def test_a_cell_that_was_changed_is_told_apart(cell):
    file, made = cell("def f(a):\n    return a\n")
    keep(file, "def f(a):\n    return a + 1\n")
    with pytest.raises(SourceError, match="no longer holds"):
        source_of(made["f"])


def test_the_source_of_a_module_in_an_archive_is_found(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("in_an_archive.py", "def f(a):\n    return a\n")
    monkeypatch.syspath_prepend(str(tmp_path / "app.zip"))
    made = importlib.import_module("in_an_archive")
    assert source_of(made.f).end_line == 2


def test_the_source_of_a_cell_travels_with_the_function(cell):
    file, made = cell("def f(a):\n    return a\n")
    payload = dumps(made["f"])
    del linecache.cache[file]
    assert source_of(pickle.loads(payload)).end_line == 2


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
