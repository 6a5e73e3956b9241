"""What is found in a tree once, and the work that it saves."""

import ast
import gc
import linecache
import weakref

import pytest

from epochly.code import trees
from epochly.code.effects import effects_of
from epochly.code.function import function_of
from epochly.code.making import effects_of_making
from epochly.code.mapping import map_loops
from epochly.runtime.replay import replay_of

LOOP = """
    for i{0} in range(n):
        a{0} = abs(xs[i{0} % len(xs)]) + max(i{0}, {0})
        out.append(a{0})
"""


def long_function(loops):
    body = "".join(map(LOOP.format, range(loops)))
    text = f"def long(xs, n):\n    out = []\n{body}\n    return out\n"
    file, namespace = f"<{loops} loops>", {"__name__": "long"}
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    exec(compile(text, file, "exec"), namespace)
    return namespace["long"]


def steps(monkeypatch, understand, loops):
    """How many nodes are asked for their children."""
    asked = 0
    function, children = long_function(loops), ast.iter_child_nodes

    def counted(node):
        nonlocal asked
        asked += 1
        return children(node)

    with monkeypatch.context() as patch:
        patch.setattr(ast, "iter_child_nodes", counted)
        understand(function)
    return asked


@pytest.mark.parametrize(
    "understand",
    [
        effects_of,
        lambda function: replay_of(function_of(function)),
        lambda function: map_loops(function_of(function)),
    ],
)
def test_a_function_of_twice_the_length_takes_twice_the_steps(monkeypatch, understand):
    short, long = (steps(monkeypatch, understand, loops) for loops in (20, 40))
    assert 0 < short < long < 2.2 * short


def test_a_tree_is_asked_once():
    asked = []
    find = trees.kept_with_tree(lambda tree: asked.append(tree) or len(asked))
    one, other = ast.parse("a"), ast.parse("a")
    assert [find(one), find(one), find(other), find(one)] == [1, 1, 2, 1]


def test_what_was_found_goes_with_the_tree():
    tree = ast.parse("a = b")
    assert len(trees.nodes_within(tree)) == len(list(ast.walk(tree))) - 1
    gone = weakref.ref(tree)
    del tree
    gc.collect()
    assert gone() is None


class Tangled:
    def __init__(self):
        self.one()

    def one(self):
        self.two(), self.three()

    def two(self):
        self.one(), self.three()

    def three(self):
        self.one(), self.two()


def test_the_methods_by_which_an_object_is_made_are_looked_at_once_each():
    asked = []
    assert effects_of_making(Tangled, lambda method: asked.append(method) or ()) == []
    assert asked == [Tangled.__init__, Tangled.one, Tangled.two, Tangled.three]
