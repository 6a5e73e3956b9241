"""Which assignments share a variable, and which uses may find none."""

from __future__ import annotations

import ast
import textwrap

import pytest
from epochly_backends.numba_jit.definitions import Definitions


def analysed(body: str) -> tuple[Definitions, ast.FunctionDef]:
    text = "def f(x, n):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    return Definitions(node), node


def loaded(definitions: Definitions, node: ast.FunctionDef, name: str) -> list[int]:
    return [
        definitions.loaded(part)
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)
    ]


def test_a_variable_that_is_assigned_anew_is_two_variables() -> None:
    definitions, node = analysed("y = x\nx = 1.0\nreturn y + x")
    first, second = loaded(definitions, node, "x")
    assert first != second


def test_a_variable_that_a_loop_carries_is_one() -> None:
    definitions, node = analysed("t = 0\nfor i in n:\n    t = t + i\nreturn t")
    assert len(set(loaded(definitions, node, "t"))) == 1


def test_assignments_on_two_branches_that_meet_are_one_variable() -> None:
    definitions, node = analysed("if x:\n    t = 0\nelse:\n    t = 1.0\nreturn t")
    (web,) = loaded(definitions, node, "t")
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == "t"]
    stores = [name for name in names if isinstance(name.ctx, ast.Store)]
    assert [definitions.stored(store) for store in stores] == [web, web]


@pytest.mark.parametrize("word", ["break", "continue"])
def test_a_break_in_an_inner_else_leaves_the_outer_loop(word: str) -> None:
    definitions, node = analysed(
        "r = 0\nfor i in n:\n    for j in n:\n        if j:\n            break\n    else:\n"
        f"        r = 5\n        {word}\n    r = 7\nreturn r"
    )
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == "r"]
    (read,) = loaded(definitions, node, "r")
    stores = [definitions.stored(name) for name in names if isinstance(name.ctx, ast.Store)]
    assert stores == [read] * 3
    assert not definitions.dead


@pytest.mark.parametrize(
    ("body", "unbound"),
    [
        ("for i in n:\n    pass\nreturn i", {"i"}),
        ("while True:\n    y = 1\n    break\nreturn y", set()),
        ("while x:\n    y = 1\n    break\nreturn y", {"y"}),
        ("for i in n:\n    y = 1\nelse:\n    y = 2\nreturn y", set()),
        ("for i in n:\n    if i:\n        break\n    y = 1\nelse:\n    y = 2\nreturn y", {"y"}),
        ("if x:\n    y = 1\nelse:\n    return 0\nreturn y", set()),
        ("if x:\n    y = 1\nreturn y", {"y"}),
        ("for i in n:\n    if i:\n        y = 1\n        continue\n    y + 1", {"y"}),
        ("y += 1\nreturn y", {"y"}),
        ("return y\ny = 1", {"y"}),
    ],
)
def test_a_use_that_may_come_before_the_assignment_is_found(body: str, unbound: set[str]) -> None:
    definitions, _ = analysed(body)
    assert {name.id for name in definitions.unbound} == unbound


@pytest.mark.parametrize(
    ("body", "returns_none"),
    [
        ("return 1", False),
        ("if x:\n    return 1", True),
        ("if x:\n    return 1\nelse:\n    raise x", False),
        ("while True:\n    x = 1", False),
        ("while True:\n    break", True),
        ("while 1:\n    return 2", False),
        ("for i in n:\n    return 1", True),
    ],
)
def test_a_path_that_falls_off_the_end_is_found(body: str, returns_none: bool) -> None:
    definitions, _ = analysed(body)
    assert definitions.returns_none is returns_none


def test_statements_that_control_cannot_reach_are_dead() -> None:
    definitions, node = analysed("while True:\n    x = 1\ny = 2\nreturn y")
    assert definitions.dead == set(node.body[1:])
