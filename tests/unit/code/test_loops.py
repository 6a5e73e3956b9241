"""What each variable is in a loop."""

import ast

import pytest

from epochly.code.loops import Role, loops_of


def loops_in(body, parameters="values, n"):
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    node = ast.parse(f"def function({parameters}):\n{lines}\n").body[0]
    return loops_of(node)


def role(body, name):
    return loops_in(body)[0].roles.get(name)


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("for v in values:\n    f(v)", "v", Role.TARGET),
        ("for i, v in pairs:\n    f(v)", "i", Role.TARGET),
        ("for v in values:\n    f(v)\nreturn v", "v", Role.LASTPRIVATE),
        ("for v in values:\n    f(v, n)", "n", Role.READ),
        ("for v in values:\n    f(v, n)", "f", Role.READ),
        ("for v in values:\n    y = v + 1\n    f(y)", "y", Role.PRIVATE),
        ("for v in values:\n    y = v + 1\nreturn y", "y", Role.LASTPRIVATE),
        ("y = 0\nfor v in values:\n    y = v + 1\n    f(y)", "y", Role.PRIVATE),
        ("for v in values:\n    f(v)\nfor v in n:\n    f(v)", "v", Role.TARGET),
        ("for v in values:\n    f(v)\nfor w in n:\n    f(v)", "v", Role.LASTPRIVATE),
        ("for v in values:\n    f(v)\nelse:\n    f(v)", "v", Role.LASTPRIVATE),
        ("for v in values:\n    f(v)\nv += 1", "v", Role.LASTPRIVATE),
        ("for v in values:\n    f(v)\nreturn [v for v in n]", "v", Role.TARGET),
        ("y = 0\nfor v in values:\n    f(y)\n    y = v", "y", Role.CARRIED),
        ("y = 0\nfor v in values:\n    if v:\n        y = v\n    f(y)", "y", Role.CARRIED),
        (
            "for v in values:\n    if v:\n        y = 1\n    else:\n        y = 2\n    f(y)",
            "y",
            Role.PRIVATE,
        ),
        ("for v in values:\n    for w in v:\n        y = w\n    f(y)", "y", Role.CARRIED),
        ("for v in values:\n    for w in v:\n        f(w)", "w", Role.PRIVATE),
        ("s = 0\nfor v in values:\n    s += v\nreturn s", "s", Role.REDUCTION),
        ("s = 1\nfor v in values:\n    if v:\n        s *= v\nreturn s", "s", Role.REDUCTION),
        ("s = 0\nfor v in values:\n    s += v\n    f(s)", "s", Role.CARRIED),
        ("s = 0\nfor v in values:\n    s += v\n    s *= 2", "s", Role.CARRIED),
        ("s = 0\nfor v in values:\n    s -= v\nreturn s", "s", Role.CARRIED),
        ("s = 0\nfor v in values:\n    s += s\nreturn s", "s", Role.CARRIED),
        ("out = []\nfor v in values:\n    out.append(v)", "out", Role.COLLECTED),
        ("out = []\nfor v in values:\n    out.append(len(out))", "out", Role.READ),
        ("for i in range(n):\n    values[i] = 0", "values", Role.STORED),
        ("for v in values:\n    v.x.y = 0\n    n.z[0] = 1", "n", Role.STORED),
        ("while n > 0:\n    n = n - 1", "n", Role.CARRIED),
        ("for v in values:\n    f([y for y in v])", "y", None),
        ("for v in values:\n    f([y for y in y])\n    y = 1", "y", Role.CARRIED),
        ("for v in values:\n    with open(v) as y:\n        f(y)", "y", Role.PRIVATE),
        (
            "for v in values:\n    try:\n        y = 1\n    except:\n        f(y)",
            "y",
            Role.CARRIED,
        ),
    ],
)
def test_a_variable_has_the_role_that_its_uses_give_it(body, name, expected):
    assert role(body, name) is expected


def test_a_reduction_has_its_operator():
    (loop,) = loops_in("s = 0\nfor v in values:\n    s |= v\nreturn s")
    assert loop.operators == {"s": "|"}
    assert loop.named(Role.REDUCTION) == ("s",)


def test_loops_come_in_order_with_their_depth_and_lines():
    found = loops_in(
        "for v in values:\n    while v:\n        v = [w for w in v]\nx = {a for a in n}"
    )
    assert [(loop.line, loop.end_line, loop.depth) for loop in found] == [
        (2, 4, 0),
        (3, 4, 1),
        (4, 4, 2),
        (5, 5, 0),
    ]


def test_loops_of_a_nested_function_are_its_own():
    assert loops_in("def inner():\n    for v in values:\n        f(v)\nreturn inner") == ()


def test_a_comprehension_reads_what_it_does_not_bind():
    (loop,) = loops_in("return [v + n for v in values]")
    assert loop.roles == {"v": Role.TARGET, "n": Role.READ, "values": Role.READ}
