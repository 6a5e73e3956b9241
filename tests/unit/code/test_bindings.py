"""What names are bound to."""

import ast

import pytest

from epochly.code.bindings import bindings_in


def bound(text):
    """Each name of a function's body with the ways it is bound, and what it is bound to."""
    body = "".join(f"    {line}\n" for line in text.splitlines())
    (whole,) = ast.parse(f"def function(given):\n{body}").body
    return {
        name: [(place.way, place.value and ast.unparse(place.value)) for place in places]
        for name, places in bindings_in(whole).items()
        if name != "given"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = y = 1", {"x": [("assigned", "1")], "y": [("assigned", "1")]}),
        ("x: int = 1\nx: int", {"x": [("assigned", "1")]}),
        ("(x := 1)", {"x": [("assigned", "1")]}),
        ("x, y = 1, z", {"x": [("assigned", "1")], "y": [("assigned", "z")]}),
        ("[x, (y, z)] = a, (b, c)", {"x": [("assigned", "a")], "y": [("assigned", "b")],
                                    "z": [("assigned", "c")]}),
        ("x, *y = a, b", {"x": [("taken", "(a, b)")], "y": [("taken", "(a, b)")]}),
        ("x, y = a", {"x": [("taken", "a")], "y": [("taken", "a")]}),
        ("x += 1", {"x": [("updated", "1")]}),
        ("x.part = y[0] = 1", {}),
        ("for x in a: pass", {"x": [("looped", "a")]}),
        ("for x, y in a: pass", {"x": [("taken", "a")], "y": [("taken", "a")]}),
        ("[x for x in a]", {"x": [("looped", "a")]}),
        ("with a as x, b as (y,): pass", {"x": [("entered", "a")], "y": [("taken", "b")]}),
        ("def x(y): pass", {"x": [("defined", None)], "y": [("given", None)]}),
        ("class x: pass", {"x": [("else", None)]}),
        ("import a.b\nimport c.d as x\nfrom e import y", {"a": [("else", None)],
                                                        "x": [("else", None)],
                                                        "y": [("else", None)]}),
        ("try: pass\nexcept A as x: pass", {"x": [("else", None)]}),
        ("match a:\n case [x, {1: y, **z}]: pass", {"x": [("taken", "a")], "y": [("taken", "a")],
                                                  "z": [("taken", "a")]}),
        ("del x", {}),
    ],
)  # fmt: skip
def test_every_way_of_binding_a_name_is_found(text, expected):
    assert bound(text) == expected
