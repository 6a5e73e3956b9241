"""What a stretch of code does besides returning, and why."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast

    from epochly.code.callgraph import Call


class Effect(enum.IntEnum):
    """What a call does besides returning, from the harmless to the unknown."""

    PURE = 0
    READS = 1
    DRAWS = 2
    WRITES = 3
    UNKNOWN = 4


class Cause(NamedTuple):
    """Why a stretch of code has an effect.

    Parameters
    ----------
    effect : Effect
    line : int
        Line in the file of the function that was asked about.
    what : str
        The call or the store, as written.
    outside : bool
        Whether it reaches beyond this process; a store to an argument or a global does not.
    root : str
        The variable through which an object is changed; empty where there is none.
    shared : bool
        Whether what is changed is a global, or an outer function's variable.
    in_place : bool
        Whether it is an augmented assignment to a name, which changes the object itself where that
        is a list or an array, and nothing where it is a number; the effect is then `PURE`.
    through : Call or None
        The call of a helper of the user's, or of a method, by which an object is changed.
    open : ast.expr or None
        What does something else each time, where that is unknown: a method or a function that is
        given, as it is called, or a ``yield``.
    """

    effect: Effect
    line: int
    what: str
    outside: bool
    root: str = ""
    shared: bool = False
    in_place: bool = False
    through: Call | None = None
    open: ast.expr | None = None

    @property
    def is_note(self) -> bool:
        """Whether it is an effect only where what a container of its own holds is not its own."""
        return self.effect is Effect.PURE and not self.in_place

    @property
    def kind(self) -> tuple[object, ...]:
        """What tells it from others, wherever it is."""
        asked = self.open and (type(self.open), getattr(self.open, "attr", None) or self.what)
        by_call = self.through is not None
        return self.effect, self.outside, self.root, self.shared, self.in_place, by_call, asked


def effects_from(causes: Sequence[Cause]) -> Effects:
    """Effects, and apart from them the notes."""
    notes = tuple(cause for cause in causes if cause.is_note)
    return Effects(tuple(cause for cause in causes if not cause.is_note), notes)


def one_of_each(causes: Sequence[Cause]) -> list[Cause]:
    """The first of each kind: helpers that call each other have more ways than can be told."""
    kinds = {cause.kind: cause for cause in reversed(causes)}
    return list(reversed(kinds.values()))


class Effects(NamedTuple):
    """Effects of a stretch of code, in the order of its lines.

    Parameters
    ----------
    causes : tuple of Cause
    notes : tuple of Cause
        Changes of what its own containers hold, which are effects where others hold it as well.
    """

    causes: tuple[Cause, ...]
    notes: tuple[Cause, ...] = ()

    @property
    def worst(self) -> Effect:
        """The gravest effect."""
        return max((cause.effect for cause in self.causes), default=Effect.PURE)

    def first(self, effect: Effect) -> Cause | None:
        """The first cause of an effect."""
        return next((cause for cause in self.causes if cause.effect is effect), None)
