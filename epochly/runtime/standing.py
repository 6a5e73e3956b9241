"""Where a function and one kind of arguments stand on the way to a level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from epochly.call import Realized

if TYPE_CHECKING:
    from epochly.backend import Prepared

State = Literal["observing", "preparing", "trying", "committed", "settled"]


def told(*reasons: str) -> str:
    """Reasons in a row, each said once."""
    said = ""
    for reason in reasons:
        if reason not in said:
            said = f"{said}; {reason}" if said else reason
    return said


class Candidate(NamedTuple):
    """A backend that may pay, made ready to run.

    Parameters
    ----------
    backend : str
    prepared : Prepared
    speedup : float
        Over the original as measured elsewhere; NaN where it was not.
    """

    backend: str
    prepared: Prepared
    speedup: float = math.nan


class Standing(NamedTuple):
    """Where a tier stands, for people to read.

    Parameters
    ----------
    kind : str
        The kind of arguments.
    state : str
    realized : Realized
    speedup : float or None
        Over the original, as last measured side by side.
    reason : str
        Why it is where it is; what was dropped, and why.
    checks : int
        Calls that were checked against the original after the first.
    """

    kind: str
    state: State
    realized: Realized
    speedup: float | None
    reason: str
    checks: int
