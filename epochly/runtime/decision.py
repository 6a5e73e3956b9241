"""A decision: the level for a function and a kind of arguments, on one class of machine."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from epochly.errors import UsageError
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.model import Report


_OPTIONAL = {"reason": "", "unfinished": False, "rest_after_s": 0.0}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was found for a function and a kind of arguments.

    Parameters
    ----------
    function : str
        ``module:qualname``.
    kind : str
        The kind of its arguments, in words.
    level : int
        The level that pays; 0 to stay with the original.
    backend : str
    speedup : float
        Over the original, as measured when it was decided.
    code : str
        Hash of everything that the function reaches.
    software, hardware : str
        Versions and hardware class that it was found with.
    reason : str
        Why it stays at level 0; empty otherwise.
    unfinished : bool
        Whether levels were left to try.
    rest_after_s : float
        Seconds of calls from which on those may pay; 0 where they may at once.
    """

    function: str
    kind: str
    level: int
    backend: str
    speedup: float
    code: str
    software: str
    hardware: str
    reason: str = ""
    unfinished: bool = False
    rest_after_s: float = 0.0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What one decision is kept for; another one for the same takes its place."""
        return self.function, self.kind, self.software, self.hardware

    @property
    def why_it_stays(self) -> str:
        """Why calls run at level 0, in words."""
        return f"decided earlier: {self.reason or 'no reason is given'}"

    @property
    def entry(self) -> dict[str, Any]:
        """What a file says of it."""
        document = {**asdict(self), "speedup": float(f"{self.speedup:.3g}")}
        return {key: value for key, value in document.items() if value or key not in _OPTIONAL}


def decision_of(report: Report) -> Decision:
    """What a report recommends, as a decision that the next process starts with.

    Raises
    ------
    UsageError
        When the report recommends nothing, or something that acts outside a running program.
    """
    from epochly.registry import get_backend

    advice, identity = report.recommendation, report.identity
    if advice.level is None or advice.backend is None or identity is None:
        raise UsageError(
            f"there is no decision to save: {advice.reason}",
            where=report.target.spec,
            remedy="give arguments, and time with --budget",
        )
    if get_backend(advice.backend).capabilities.worker_environment:
        raise UsageError(
            f"the recommended {advice.backend} is switched on when the program starts",
            where=report.target.spec,
            remedy=f"set {advice.apply} instead of saving a decision",
        )
    reason = advice.reason if advice.level is Level.MONITOR else ""
    return Decision(
        identity.function,
        identity.kind,
        int(advice.level),
        advice.backend,
        advice.speedup or 1.0,
        identity.code,
        software(),
        hardware(),
        reason,
    )


def decision_from(entry: Any) -> Decision | str:
    """The decision that an entry of a file tells, or why it tells none."""
    if not isinstance(entry, dict):
        return "it has no keys"
    given = {**_OPTIONAL, **entry}
    kinds = {field.name: field.type for field in fields(Decision)}
    odd = [f"{name} is missing" for name in kinds if name not in given]
    odd += [f"{name} is no key of a decision" for name in given if name not in kinds]
    texts = [name for name, kind in kinds.items() if kind == "str" and name in given]
    odd += [f"{name} is no text" for name in texts if not isinstance(given[name], str)]
    if odd:
        return ", ".join(odd)
    if type(given["unfinished"]) is not bool:
        return "unfinished is neither true nor false"
    level, speedup, rest_after_s = given["level"], given["speedup"], given["rest_after_s"]
    if type(level) is not int or level not in tuple(Level):
        return "level is none from 0 to 4"
    if not _is_number(speedup) or speedup == 0:
        return "speedup is no number above 0"
    if not _is_number(rest_after_s):
        return "rest_after_s is no number of seconds"
    numbers = {"speedup": float(speedup), "rest_after_s": float(rest_after_s)}
    return Decision(**{**given, **numbers})


def _is_number(value: Any) -> bool:
    """Whether it is one from 0 on; an integer of YAML may be larger than any float."""
    is_one = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_one and 0 <= value <= sys.float_info.max


@cache
def software() -> str:
    """Versions that a decision depends on, such as ``CPython 3.12, numpy 2.3, numba 0.62``."""
    import platform

    from epochly.installed import version_of

    versions = {name: version_of(name) for name in ("epochly-cli", "numpy", "numba", "joblib")}
    installed = [f"{name} {version}" for name, version in versions.items() if version]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return ", ".join([python, *installed])


@cache
def hardware() -> str:
    """The class of machine, such as ``x86_64, 16 cores, NVIDIA H200``."""
    import platform

    from epochly.cores import usable_cores
    from epochly.measure.machine import gpu_name

    return f"{platform.machine()}, {usable_cores()} cores, {gpu_name() or 'no GPU'}"
