"""Whether what a level did agrees with what level 0 did, and level 0 with itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from epochly.call import Equality
from epochly.measure.contender import Contender
from epochly.workload import Tolerance

MOMENTS = ("first", "warm")
# Reading an outcome back runs the user's code, which may never end.
LONGEST_S = 300.0
_GRAVITY = ("identical", "close", "unchecked", "different")


class Agreement:
    """The outcomes of one run, by name, in files that only level 0's worker reads.

    Parameters
    ----------
    baseline : Contender
        Level 0, whose worker compares.
    folder : str
        Where the outcomes lie.
    tolerance : Tolerance
    """

    def __init__(self, baseline: Contender, folder: str, tolerance: Tolerance) -> None:
        self._baseline = baseline
        self._folder = Path(folder)
        self._tolerance = tolerance
        self._unsaved: dict[str, str] = {}
        self._apart = False
        self.shape_only = False

    def path(self, name: str) -> str:
        """The file of an outcome."""
        return str(self._folder / f"outcome-{name}")

    def note(self, name: str, answer: dict[str, Any]) -> None:
        """Keep why an outcome could not be saved."""
        if "unsaved" in answer:
            self._unsaved[name] = answer["unsaved"]

    def first_difference(self, one: str, other: str, moments: Sequence[str]) -> str | None:
        """Where level 0's runs in two processes differ, if they do."""
        self._apart = True
        for moment in moments:
            found = self._verdict(f"{one}-{moment}", f"{other}-{moment}", shape_only=False)
            if found.verdict == "different":
                return found.where
        return None

    def within_level_0(self) -> bool:
        """Whether level 0's two calls in one process agree."""
        return self._verdict("0-first", "0-warm", shape_only=False).verdict != "different"

    def of_level_0(self) -> Equality:
        """What can be said of level 0 itself, which all others are compared with."""
        if "0-first" in self._unsaved:
            return Equality("unchecked", where=self._unsaved["0-first"])
        return Equality("identical")

    def judge(self, contender: Contender, prefix: str, check_apart: Callable[[], None]) -> None:
        """Compare a contender's calls with level 0's; a different one is out.

        Before the first one goes, ``check_apart`` compares level 0 with itself in another process:
        two calls in one process agree on data that was made with it, as from the clock.
        """
        found = self._worst(prefix)
        if found.verdict == "different" and self._baseline.alive and not self._apart:
            self._apart = True
            check_apart()
            found = self._worst(prefix)
        if contender.status is not None or self._baseline.status is not None:
            return
        contender.equality = found
        if found.verdict == "different":
            contender.end("different", f"not the same result: {found.where}")

    def _worst(self, prefix: str) -> Equality:
        found = [
            self._verdict(f"0-{moment}", f"{prefix}-{moment}", shape_only=self.shape_only)
            for moment in MOMENTS
        ]
        return max(found, key=lambda one: _GRAVITY.index(one.verdict))

    def _verdict(self, expected: str, actual: str, *, shape_only: bool) -> Equality:
        for name in (expected, actual):
            if name in self._unsaved:
                return Equality("unchecked", where=self._unsaved[name])
        answer = self._baseline.ask(
            "compare",
            LONGEST_S,
            expected=self.path(expected),
            actual=self.path(actual),
            tolerance=dataclasses.asdict(self._tolerance),
            shape_only=shape_only,
        )
        if answer is None:
            return Equality("unchecked", where="level 0's worker ended while comparing")
        return Equality(**answer)
