"""What is said of a loop's turns against the turns that are counted when it runs."""

import ast
import copy
import inspect
from collections import Counter

import pytest
from unit.code import trip_programs as programs

from epochly.code.loops import loops_of
from epochly.code.source import source_of
from epochly.code.trips import Values

LEAVES_EARLY = ("left_early", "broken")


class Counting(ast.NodeTransformer):
    """Counts each turn, and each time that a loop is reached."""

    def _counted(self, node):
        place = ast.Constant((node.lineno, node.col_offset))
        turn = ast.parse("__turns__[0] += 1").body[0]
        turn.target.slice = place
        reach = copy.deepcopy(turn)
        reach.target.value.id = "__reached__"
        self.generic_visit(node)
        node.body.insert(0, turn)
        return [reach, node]

    visit_For = visit_While = _counted

    def visit_ListComp(self, node):
        self.generic_visit(node)
        place = ast.Constant((node.lineno, node.col_offset))
        note = ast.Call(ast.Name("__turned__", ast.Load()), [place, node.elt], [])
        node.elt = note
        return node

    visit_GeneratorExp = visit_ListComp


def counted(function, arguments):
    tree = ast.parse(inspect.getsource(inspect.getmodule(function)))
    whole = next(n for n in tree.body if getattr(n, "name", "") == function.__name__)
    changed = ast.fix_missing_locations(ast.Module([Counting().visit(whole)], []))
    turns, reached = Counter(), Counter()

    def turned(place, value):
        turns[place] += 1
        return value

    names = {**vars(programs), "__turns__": turns, "__reached__": reached, "__turned__": turned}
    exec(compile(changed, "<counted>", "exec"), names)
    names[function.__name__](*arguments)
    return turns, reached


def said(function, arguments):
    node = source_of(function).node
    bound = inspect.signature(function).bind(*arguments)
    bound.apply_defaults()
    values = Values(function, node, bound.arguments)
    return {
        (loop.node.lineno, loop.node.col_offset): (loop, values.trips(loop))
        for loop in loops_of(node)
    }


@pytest.mark.parametrize(
    ("function", "arguments"), programs.CALLS, ids=lambda v: getattr(v, "__name__", "")
)
def test_the_turns_said_are_those_counted(function, arguments):
    expected = said(function, copy.deepcopy(arguments))
    turns, reached = counted(function, copy.deepcopy(arguments))
    for place, (loop, trips) in expected.items():
        filtered = any(part.ifs for part in getattr(loop.node, "generators", ()))
        if trips is None or filtered or function.__name__ in LEAVES_EARLY:
            continue
        times = reached[place] if isinstance(loop.node, ast.For) else 1
        assert turns[place] == trips * times, f"line {place[0]}"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("over_argument", 1),
        ("over_range", 1),
        ("nested", 3),
        ("computed", 1),
        ("paired", 1),
        ("numbered", 1),
        ("crossed", 1),
        ("over_global", 1),
        ("over_part", 1),
        ("clamped", 1),
        ("columns_of", 1),
        ("triangular", 1),
        ("until", 0),
        ("grown", 0),
        ("rebound", 0),
        ("counted_up", 0),
        ("branched", 0),
        ("shadowed", 0),
        ("within_loop", 1),
        ("over_generator", 2),
    ],
)
def test_a_number_of_turns_is_said_only_where_it_is_known(name, known):
    function, arguments = next(c for c in programs.CALLS if c[0].__name__ == name)
    found = [trips for _, trips in said(function, arguments).values()]
    assert sum(trips is not None for trips in found) == known


def test_nothing_of_the_users_is_run():
    class Trap:
        def __len__(self):
            raise AssertionError("ran")

        __iter__ = __getattr__ = __index__ = __len__

    class TrapList(list):
        def __len__(self):
            raise AssertionError("ran")

    for trap in (Trap(), TrapList([1, 2])):
        for function in (programs.over_argument, programs.numbered, programs.over_part):
            found = said(function, (trap,))
            assert [trips for _, trips in found.values()] == [None]
