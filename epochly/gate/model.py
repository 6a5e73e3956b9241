"""What the gate found: the frozen values of ``epochly.gate/1``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from epochly.levels import Level
from epochly.model import Machine

Mode = Literal["against", "baseline"]
Judgement = Literal["passed", "slower", "undecided"]
Outcome = Literal[
    "passed",
    "slower",
    "different",
    "fallback",
    "broken_promise",
    "undecided",
    "broken",
    "unusable",
    "unmeasured",
    "skipped",
    "new",
    "removed",
    "renamed",
]
Allowance = Literal["allow", "fail"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every workload that does not say otherwise.

    Parameters
    ----------
    max_slowdown : float
        Largest slowdown that passes, as a share of the time: 0.05 is 5 %.
    min_delta_s : float
        Differences of fewer seconds a call than this always pass.
    undecided : str
        What a workload counts as that could not be decided: ``error`` (exit code 5), ``pass``
        or ``fail``.
    new, removed, renamed : str
        Whether a workload may appear, go or change its name.
    """

    max_slowdown: float = 0.05
    min_delta_s: float = 50e-6
    undecided: Literal["error", "pass", "fail"] = "error"
    new: Allowance = "allow"
    removed: Allowance = "allow"
    renamed: Allowance = "allow"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The reference and the head at one level, side by side.

    Parameters
    ----------
    measure : str
        ``time``: seconds a call; ``speedup``: times faster than level 0, which travels between
        machines.
    slowdown, low, high : float or None
        How many times slower the head is (1.1: 10 %), with the 95 % interval. For ``speedup``,
        how many times smaller its gain is.
    p_value, p_adjusted : float or None
        Of the hypothesis that the slowdown is no more than allowed; adjusted for all comparisons
        of the run (Holm, 1979).
    reference_s, head_s : float or None
        Medians, in seconds a call.
    reference_speedup, head_speedup : float or None
        Over level 0, for ``speedup``.
    max_slowdown : float
        The limit that was applied, as a share; ``asked_slowdown`` is the one that was set.
    min_delta_s : float
    noise_floor : float or None
        How far identical code differed from itself here, as a share; a limit below it is raised.
    detectable : float or None
        The smallest slowdown that nine runs of ten would have found, as a share.
    generations, rounds : int
        Sets of fresh processes, and paired samples in all of them.
    """

    level: Level
    backend: str
    measure: Literal["time", "speedup"]
    judgement: Judgement
    max_slowdown: float
    asked_slowdown: float
    min_delta_s: float
    slowdown: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    reference_s: float | None = None
    head_s: float | None = None
    reference_speedup: float | None = None
    head_speedup: float | None = None
    noise_floor: float | None = None
    detectable: float | None = None
    generations: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """A fact about a level of the head that is not a comparison of times.

    Parameters
    ----------
    kind : str
        ``equality`` with level 0, what was ``realized`` compared with the reference, or a
        promised ``min_speedup``.
    state : str
        ``undecided``: the interval holds the promised speedup.
    """

    kind: Literal["equality", "realized", "min_speedup"]
    level: Level
    backend: str
    state: Literal["passed", "failed", "undecided"]
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class WorkloadResult:
    """One workload's verdict.

    Parameters
    ----------
    failed : bool
        Whether the outcome fails the gate under its settings.
    message : str
        The verdict in a sentence; ``remedy`` what to do about it.
    file, line : str, int or None
        Where the function stands in the head.
    was : str or None
        The former name of one that was renamed.
    seconds : float
        Spent on it.
    """

    name: str
    target: str
    outcome: Outcome
    failed: bool
    message: str
    remedy: str | None = None
    file: str | None = None
    line: int | None = None
    was: str | None = None
    tags: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions.

    Parameters
    ----------
    name : str
        The reference as it was given, a baseline's file, or ``head``.
    commit : str or None
        Full hash, None outside a repository.
    dirty : bool
        Whether files differ from the commit.
    """

    name: str
    commit: str | None = None
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class GateReport:
    """Everything a run of the gate found; renderers, exports and the history only read it.

    Parameters
    ----------
    compared : str
        What was compared, in words: paired times, ratios alone, or ratios and times.
    exit_code : int
        As ``docs/exit-codes.md`` says.
    """

    created: str
    machine: Machine
    mode: Mode
    compared: str
    reference: Side
    head: Side
    settings: Settings
    workloads: tuple[WorkloadResult, ...]
    exit_code: int
    notes: tuple[str, ...] = ()
    interrupted: bool = False
