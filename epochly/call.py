"""What passes between a call and the levels that it runs at.

Apart from `epochly.model`, which has the values of reports as well, since a program that chooses
its level while it runs pays for making them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from epochly.levels import Level

Verdict = Literal["identical", "close", "different", "unchecked"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between the parentheses of one call."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a level or backend does not take a function.

    Parameters
    ----------
    reason : str
        What stands in the way.
    line : int or None
        The line of the user's file, where there is one.
    remedy : str
        The change that would let it be taken.
    """

    reason: str
    line: int | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the user's file, first and last line included, that runs another way.

    Parameters
    ----------
    file : str, optional
        Where that is not the file of the target.
    """

    line: int
    end_line: int
    backend: str
    what: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Realized:
    """What really ran, next to what was asked for."""

    level: Level
    backend: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Equality:
    """How an outcome compares with level 0's.

    Parameters
    ----------
    verdict : str
        ``identical`` (the same bits), ``close`` (floating point within tolerance),
        ``different``, or ``unchecked``.
    max_ulp, max_rel : float or None
        Largest difference of floating-point values, in units in the last place and relative.
    where : str or None
        Path of the first difference, such as ``result[3]['x']``, and what differs there; for
        ``unchecked``, why.
    """

    verdict: Verdict
    max_ulp: float | None = None
    max_rel: float | None = None
    where: str | None = None
