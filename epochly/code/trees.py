"""What is found in a syntax tree, kept as long as the tree: source is asked of again and again."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import TypeGuard, TypeVar
from weakref import WeakKeyDictionary

Tree = TypeVar("Tree", bound=ast.AST)
Found = TypeVar("Found")


def kept_with_tree(find: Callable[[Tree], Found]) -> Callable[[Tree], Found]:
    """Find something in a tree once only.

    A large function has a thousand calls, and each asks what its names stand for: a walk for each
    would make a minute of what takes a second. The tree must not be changed afterwards, and what
    is found must not hold the tree itself, which would then stay for ever.
    """
    kept: WeakKeyDictionary[Tree, Found] = WeakKeyDictionary()

    @wraps(find)
    def found_in(tree: Tree) -> Found:
        found = kept.get(tree)
        if found is None:
            found = kept[tree] = find(tree)
        return found

    return found_in


@kept_with_tree
def nodes_within(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a tree but its root, in the order of `ast.walk`."""
    return tuple(ast.walk(tree))[1:]


@kept_with_tree
def assignments_to_attributes(tree: ast.AST) -> tuple[ast.Assign | ast.AnnAssign, ...]:
    """The assignments with an attribute among their targets."""
    found: list[ast.Assign | ast.AnnAssign] = []
    for node in nodes_within(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [node] if any(isinstance(target, ast.Attribute) for target in targets) else []
    return tuple(found)


def is_part_of(node: ast.AST, own: str) -> TypeGuard[ast.Attribute]:
    """Whether it is an attribute of a variable, ``own.part``."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == own
    )
