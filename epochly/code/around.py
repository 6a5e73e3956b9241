"""A function while a stretch of it is looked at: what its names stand for there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from types import FunctionType

from epochly.code.causes import Cause, Effect
from epochly.code.helpers import Helpers
from epochly.code.kinds import assigned, fresh_locals, is_load
from epochly.code.scopes import bound_names, live_value, scope_of
from epochly.code.stores import Locals

_MANY = 50
# Each takes a few of Python's frames, of which the program has used some.
_DEEPEST = 40


class Opened:
    """Functions that are being looked at, and what was found in those looked at before.

    Parameters
    ----------
    codes : hashable
        What stands for the functions that are open from the start.
    """

    def __init__(self, *codes: Hashable) -> None:
        self._open = set(codes)
        self._found: dict[Hashable, tuple[Cause, ...]] = {}
        self._recursive: set[Hashable] = set()
        self._cuts = 0
        self._looks = 0

    def look(
        self,
        code: Hashable,
        function: Hashable,
        classes: Mapping[str, type],
        causes: Callable[[], Iterable[Cause]],
    ) -> tuple[Cause, ...]:
        """The causes within a function, none while it is open."""
        if code in self._open:
            self._cuts += 1
            self._recursive.add(code)
            return ()
        key = (function, frozenset(classes.items()))
        if key in self._found:
            return self._found[key]
        if len(self._open) > _DEEPEST:
            return (Cause(Effect.UNKNOWN, 0, "a chain of too many calls", True),)
        cuts = self._cuts
        self._looks += 1
        self._open.add(code)
        try:
            found = tuple(causes())
        finally:
            self._open.discard(code)
        # What was cut short is found anew elsewhere, but the ways through a class are too many.
        if cuts == self._cuts:
            self._found[key] = found
        elif self._looks > _MANY:
            found += (Cause(Effect.UNKNOWN, 0, "what calls itself in too many ways", True),)
            self._found[key] = found
        return found

    def is_recursive(self, code: Hashable) -> bool:
        """Whether a function was met while it was open."""
        return code in self._recursive


class Around:
    """A function, and what its names stand for, while its nodes are looked at.

    Parameters
    ----------
    function : FunctionType
    opened : Opened
        The functions being looked at already, which call this one.
    helpers : Helpers
    nodes : sequence of ast node, optional
        The body of a loop that is looked at.
    items : frozenset of str, optional
        The targets of that loop.
    """

    def __init__(
        self,
        function: FunctionType,
        opened: Opened,
        helpers: Helpers,
        nodes: Sequence[ast.AST] = (),
        items: frozenset[str] | None = None,
    ) -> None:
        self.function = function
        self.opened = opened
        self.helpers = helpers
        self.whole = helpers.whole
        self.is_loop = items is not None
        self.is_part = bool(nodes)
        fresh = fresh_locals(function, whole=self.whole)
        inside = {n for node in nodes for n in _bound_in(node)} if self.is_loop else None
        self.fresh = fresh if inside is None else fresh & inside
        self.names = Locals(function, items or frozenset(), inside, self.whole)

    def has_made(self, given: ast.expr) -> bool:
        """Whether nothing else holds what a call stores into, be it within a tuple."""
        if not isinstance(given, ast.Name):
            return self.names.makes_new(given)
        pairs = any(isinstance(value, ast.Tuple) for value in assigned(self.whole, given.id))
        fresh = given.id in self.fresh and not pairs
        return fresh or self.names.makes_new(given, deep=pairs)

    def given(self, called: ast.expr) -> ast.Name | None:
        """The parameter, never assigned, that a function is called by."""
        if not isinstance(called, ast.Name) or called.id not in scope_of(self.whole).parameters:
            return None
        return called if assigned(self.whole, called.id) == [None] else None

    def looks_at(self, handed: ast.expr) -> bool:
        """Whether what a function does that is handed over has been seen there."""
        if isinstance(handed, ast.Lambda):
            return not self.is_part
        if isinstance(handed, ast.Name) and self.helpers.tells(handed.id):
            return not self.is_part
        known, value = live_value(self.function, handed)
        return known and callable(value)

    def causes(
        self, effect: Effect, line: int, text: str, name: str, *, in_place: bool = False
    ) -> Iterator[Cause]:
        """Changes of the objects that a name may lead to."""
        for root in self.names.origins(name) if name else [""]:
            shared = bool(root) and root not in bound_names(self.function.__code__)
            yield Cause(effect, line, text, False, root, shared, in_place)


def _bound_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not is_load(n)}
