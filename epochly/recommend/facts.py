"""What is known of a function before anything is timed; made in a worker, read by the command."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from epochly.code.accelerated import Inner, Request
from epochly.code.io_calls import IoCall
from epochly.levels import Level
from epochly.model import Finding
from epochly.recommend.sizes import Size

LARGE_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class LoopFact:
    """A loop or comprehension of the function or of a helper in its file.

    Parameters
    ----------
    kind : str
        ``for``, ``while`` or ``comprehension``.
    line, end_line : int
    depth : int
        How many loops are around it.
    function : str
        Name of the function that it stands in.
    trips : int or None
        How often it turns each time it is reached; None is unknown.
    total : int or None
        How often it turns in a call, the loops around it counted in; None is unknown.
    innermost : bool
    mappable : bool
        Whether its items are known to be independent, so that they may run side by side.
    why_not : str or None
        What stands in the way of that.
    """

    kind: Literal["for", "while", "comprehension"]
    line: int
    end_line: int
    depth: int
    function: str
    trips: int | None
    total: int | None
    innermost: bool
    mappable: bool
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Vectorized:
    """An expression that works on whole arrays or tables in one step."""

    line: int
    text: str
    in_loop: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The source of a function and the arguments of a call, as far as they bear on levels.

    Parameters
    ----------
    findings : tuple of Finding
        The same for a reader.
    loops, io, sizes, vectorized
        Of the function and its helpers.
    request : Request or None
        The level that the function's own decorator asks for.
    inner : tuple of Inner
        Accelerated calls within the function.
    inner_in_loops : tuple of Inner
        Those within loops whose items could run side by side.
    cold : tuple of Inner
        Accelerated calls that are timed without having been called before.
    arrays_possible : bool
        Whether NumPy is loaded or may be by the function.
    contained : bool
        Whether nothing in it reaches, or may reach, outside of the process.
    """

    findings: tuple[Finding, ...] = ()
    loops: tuple[LoopFact, ...] = ()
    io: tuple[IoCall, ...] = ()
    sizes: tuple[Size, ...] = ()
    vectorized: tuple[Vectorized, ...] = ()
    request: Request | None = None
    inner: tuple[Inner, ...] = ()
    inner_in_loops: tuple[Inner, ...] = ()
    cold: tuple[Inner, ...] = ()
    arrays_possible: bool = True
    contained: bool = False

    @property
    def largest(self) -> Size | None:
        """Where the largest array was seen."""
        arrays = [size for size in self.sizes if size.elements]
        return max(arrays, key=lambda size: size.elements, default=None)

    @property
    def data_bytes(self) -> int | None:
        """Bytes of everything given, where all of it is known."""
        known = [size.nbytes for size in self.sizes if size.origin != "made"]
        return None if None in known else sum(part or 0 for part in known)

    @property
    def mappable(self) -> tuple[LoopFact, ...]:
        """Loops whose items may run side by side."""
        return tuple(loop for loop in self.loops if loop.mappable)

    def turn_s(self, wall_s: float) -> float:
        """Seconds for one turn of the innermost loops, all of a call's time put on them.

        Returns
        -------
        float
            An upper bound; NaN where some loop's number of turns is unknown, infinite where
            nothing turns.
        """
        turns = [loop.total for loop in self.loops if loop.innermost]
        if None in turns:
            return math.nan
        total = sum(turn or 0 for turn in turns)
        return wall_s / total if total else math.inf


def facts_from(document: Mapping[str, Any]) -> Facts:
    """Read what `dataclasses.asdict` made of facts, by way of JSON."""
    kinds: dict[str, type[Any]] = {
        "loops": LoopFact,
        "io": IoCall,
        "sizes": Size,
        "vectorized": Vectorized,
        "inner": Inner,
        "inner_in_loops": Inner,
        "cold": Inner,
    }
    fields: dict[str, Any] = {
        name: tuple(kind(**item) for item in document[name]) for name, kind in kinds.items()
    }
    request = document["request"]
    return Facts(
        findings=tuple(_finding(item) for item in document["findings"]),
        request=None if request is None else Request(**request),
        arrays_possible=document["arrays_possible"],
        contained=document["contained"],
        **fields,
    )


def facts_document(facts: Facts) -> dict[str, Any]:
    """Facts as JSON values."""
    return dataclasses.asdict(facts)


def _finding(item: Mapping[str, Any]) -> Finding:
    level = item["level"]
    return Finding(**{**item, "level": None if level is None else Level(level)})
