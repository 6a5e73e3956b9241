"""Whether a function may be run a second time beside itself, as far as its source shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from epochly.code.function import Function


@dataclass(frozen=True, slots=True)
class Replay:
    """What a function's source allows.

    Parameters
    ----------
    allowed : str
        ``twice``: shown free of side effects, once arguments are copied and random streams
        restored. ``proven``: it reads the outside world, so it is never run twice, but a
        transformation that is proven to keep its meaning may replace it. ``never``: neither.
    draws : bool
        Whether it draws from a global random stream, which a second run must find restored.
    reason : str
        What stands in the way of ``twice``; empty where nothing does.
    """

    allowed: Literal["twice", "proven", "never"]
    draws: bool = False
    reason: str = ""


def replay_of(function: Function) -> Replay:
    """What may be done with a function, from the effects that its source shows.

    A store into one of its own arguments is no obstacle, since a second run gets copies.
    """
    from epochly.code.effects import Effect, effects_of

    if function.plain is None:
        return Replay("never", reason="it is not written in Python")
    own = _parameters(function)
    draws = False
    reads = ""
    for cause in effects_of(function.plain).causes:
        if cause.effect is Effect.DRAWS:
            draws = True
        elif cause.effect is Effect.READS:
            reads = reads or f"{cause.what} reads the outside world (line {cause.line})"
        elif cause.effect is not Effect.PURE:
            root = _root(cause.what)
            if cause.outside or cause.effect is Effect.UNKNOWN or root not in own:
                what = "writes" if cause.effect is Effect.WRITES else "has unknown effects"
                return Replay("never", draws, f"{cause.what} {what} (line {cause.line})")
    if reads:
        return Replay("proven", draws, reads)
    return Replay("twice", draws)


def _parameters(function: Function) -> frozenset[str]:
    """Parameters that the caller gives; what a method is bound to is not copied."""
    assert function.plain is not None
    code = function.plain.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return frozenset(names[len(function.bound.args) :]) - set(function.bound.kwargs)


def _root(text: str) -> str:
    """The name at the root of a store such as ``grid[1].size``; empty where there is none."""
    import ast

    from epochly.code.loops import root_name

    try:
        return root_name(ast.parse(text, mode="eval").body)
    except SyntaxError:
        return ""
