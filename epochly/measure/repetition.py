"""Whether a function may be run again and again to measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

ONCE_REMEDY = "give a `reset` in epochly.yaml, or --allow-effects if repeating it does no harm"

if TYPE_CHECKING:
    from epochly.code.function import Function


def repetition_of(function: Function) -> dict[str, Any]:
    """How the function touches the world outside its process.

    Printing is caught, and what a call does to its arguments and globals stays in its worker;
    neither stands in the way of another call.

    Returns
    -------
    dict
        ``{"writes": None}``, or the call that writes: ``{"writes": "os.remove", "line": 7}``; and
        ``certain``, whether every call is known, so that two processes may be in it at once.
    """
    from epochly.code.effects import Effect, effects_of

    if function.plain is None:
        return {"writes": None, "line": None, "certain": False}
    causes = effects_of(function.plain).causes
    for cause in causes:
        if cause.effect is Effect.WRITES and cause.outside:
            return {"writes": cause.what, "line": cause.line, "certain": False}
    certain = all(cause.effect is not Effect.UNKNOWN for cause in causes)
    return {"writes": None, "line": None, "certain": certain}


def why_once(repetition: dict[str, Any], *, so: str) -> str:
    """Why a function is not run again, from what `repetition_of` found; ``so`` ends it."""
    place = f"{repetition['writes']}, line {repetition['line']}"
    return f"it writes the outside world ({place}), so it {so}"
