"""What is to be measured, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from epochly.levels import Level


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart floating-point numbers may lie and still count as equal.

    Parameters
    ----------
    rtol : float or None
        Relative tolerance; None takes 1e-9 for double and 1e-5 for single precision.
    atol : float
        Absolute tolerance, in the unit of the values.
    exact : bool
        Demand the same bits.
    """

    rtol: float | None = None
    atol: float = 0.0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What the gate holds a workload to; None leaves a limit to the gate's settings.

    Parameters
    ----------
    max_slowdown : float or None
        Largest slowdown that passes, as a share of the time: 0.05 is 5 %.
    min_delta_s : float or None
        Differences of fewer seconds a call than this always pass.
    min_speedup : Mapping[Level, float]
        How many times faster than level 0 a level has to be.
    skip : str or None
        Why the gate leaves the workload out.
    """

    max_slowdown: float | None = None
    min_delta_s: float | None = None
    min_speedup: Mapping[Level, float] = field(default_factory=dict)
    skip: str | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """One thing to measure: a target, its inputs and the limits it runs under.

    Parameters
    ----------
    target : str
        ``pkg.mod:func``, ``pkg.mod:Class.method`` or ``path/to/file.py:func``.
    directory : str
        Directory that is importable and current while the workload runs.
    name : str or None
        Name in ``epochly.yaml``; None for a target from the command line.
    args, setup, reset : str or None
        What stands between the parentheses of the call; code run once before it is evaluated;
        code run before every call, outside the timing.
    levels : tuple of Level or None
        Levels to run; None leaves the choice to the caller.
    seed : int
        Seed of ``random`` and ``np.random`` before the inputs of every sample are made.
    timeout_s : float or None
        Longest that one call may take, in seconds; None leaves it to the caller.
    service : str or None
        Command of a server that runs while the workload is measured.
    tags : tuple of str
        Words that select it, beside its name.
    limits : Limits
        What the gate holds it to.
    """

    target: str
    directory: str
    name: str | None = None
    args: str | None = None
    setup: str | None = None
    reset: str | None = None
    levels: tuple[Level, ...] | None = None
    seed: int = 0
    timeout_s: float | None = None
    tolerance: Tolerance = Tolerance()
    service: str | None = None
    tags: tuple[str, ...] = ()
    limits: Limits = Limits()
