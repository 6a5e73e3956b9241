"""The methods that a function calls on objects of unknown class, and which may change these."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from epochly.code.methods import Methods, stored_attributes
from epochly.code.outside import functions_behind, names_in

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly.runtime.owning import Owned


def methods_called(function: Function, own: Owned, called: Iterable[str]) -> Methods | str:
    """What is to be known of the classes of objects, so that a function may run twice.

    Parameters
    ----------
    function : Function
    own : Owned
        Its own names: only what these lead to may be changed by a method, and only there, since
        one of the same name may be called elsewhere as well.
    called : iterable of str

    Returns
    -------
    Methods or str
        Or why a method may be another than the one that stands in a class.
    """
    assert function.plain is not None
    names = frozenset(called)
    parts = functions_behind(function.plain)
    for part in parts:
        replaced = names & stored_attributes(part.__code__)
        if replaced:
            return f"{min(replaced)} is replaced in an object"
    lent: set[str] = set()
    elsewhere: set[str] = set()
    for attribute, is_lent in _attributes(function.source.node, own):
        (lent if is_lent else elsewhere).add(attribute.attr)
    helpers = frozenset().union(*(names_in(part.__code__) for part in parts[1:]))
    named = names_in(function.plain.__code__) | helpers
    return Methods(names, named - (lent - elsewhere - helpers))


def _attributes(node: ast.AST, own: Owned) -> Iterator[tuple[ast.Attribute, bool]]:
    """Attributes, and whether each is a method that is only given what is the function's own."""
    lent: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            given = (part.func.value, *part.args, *(keyword.value for keyword in part.keywords))
            if not any(map(own.leads_out, given)):
                lent.add(id(part.func))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part, id(part) in lent
