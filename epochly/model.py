"""The frozen values that pass from one stage to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from epochly.call import Arguments as Arguments
from epochly.call import Equality as Equality
from epochly.call import Part as Part
from epochly.call import Realized as Realized
from epochly.call import Refused as Refused
from epochly.call import Verdict as Verdict
from epochly.levels import Level

Status = Literal["measured", "refused", "unavailable", "different", "failed", "timeout", "skipped"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class HotLine:
    """A line of the user's code and its share (0 to 1) of the samples."""

    file: str
    line: int
    function: str
    share: float


@dataclass(frozen=True, slots=True)
class Profile:
    """What one unmodified call does. Fractions are of its wall time; None is unknown.

    Parameters
    ----------
    wall_s, cpu_s, thread_cpu_s, children_cpu_s : float
        Seconds by the clock, and of CPU: of the process, of the calling thread alone, and of
        child processes, which the process's own does not include. Of a short call, the first
        three are means over repeated ones.
    wait_fraction, gil_fraction, native_fraction : float
        Waiting, holding the GIL, and computing without it; they add up to 1.
    fraction_error : float
        Standard error of the latter two.
    peak_memory_bytes : int
        Highest resident memory of the process: during the call with ``peak_of_call``, else since
        it began.
    minor_faults, major_faults, voluntary_switches, involuntary_switches : int
        Page faults and context switches.
    read_bytes, written_bytes, storage_read_bytes, storage_written_bytes : int
        Through system calls, sockets included; and of those, what went to and from storage.
    sampler : str
        ``py-spy`` or ``in-process``; ``sampler_reason`` says why it is not py-spy.
    samples, sampled_calls : int
        Samples within the calls that fractions and hot lines come from, and their number.
    """

    wall_s: float
    cpu_s: float
    wait_fraction: float | None
    gil_fraction: float | None
    native_fraction: float | None
    peak_memory_bytes: int | None
    hot_lines: tuple[HotLine, ...] = ()
    fraction_error: float | None = None
    thread_cpu_s: float | None = None
    children_cpu_s: float | None = None
    peak_of_call: bool = False
    minor_faults: int | None = None
    major_faults: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    storage_read_bytes: int | None = None
    storage_written_bytes: int | None = None
    sampler: Literal["py-spy", "in-process"] | None = None
    sampler_reason: str | None = None
    samples: int = 0
    sampled_calls: int = 0


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level and backend in a report. Times in seconds; speedups are paired with level 0.

    ``doubt`` is why the findings call it not worth trying, whether or not it ran all the same.
    ``generation_speedups``, ``generation_medians_s`` and ``generation_relative`` hold a median for
    each set of fresh worker processes, which a run at another time can be compared with; the last
    is of times in units of a fixed program's beside it.
    """

    level: Level
    name: str
    backend: str
    status: Status
    realized: Realized | None = None
    reason: str | None = None
    line: int | None = None
    remedy: str | None = None
    samples_s: tuple[float, ...] = ()
    median_s: float | None = None
    speedup: float | None = None
    speedup_low: float | None = None
    speedup_high: float | None = None
    first_call_s: float | None = None
    warm_first_call_s: float | None = None
    breakeven_calls: int | None = None
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    equality: Equality = Equality("unchecked")
    converged: bool = False
    generations: int = 0
    generation_speedups: tuple[float, ...] = ()
    generation_medians_s: tuple[float, ...] = ()
    generation_relative: tuple[float, ...] = ()
    measured_s: float = 0.0
    best: bool = False
    doubt: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen in the source or the run that bears on a level."""

    kind: str
    level: Level | None
    line: int | None
    message: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of the common mistakes, found on the workload at hand."""

    kind: str
    line: int | None
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which level to apply, and why.

    Parameters
    ----------
    level, backend
        The recommended level and backend; level 0 is a first-class answer. None when nothing
        was measured well enough to say.
    path : tuple of str
        The decisions taken on the way, one sentence each with the measured fact.
    apply : str or None
        The line of code to paste; None when there is nothing to apply.
    """

    level: Level | None
    backend: str | None
    speedup: float | None
    confidence: Confidence
    reason: str
    path: tuple[str, ...] = ()
    apply: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a report was measured.

    ``host`` is a mark of the host's name, which tells one machine from others of its kind.
    """

    python: str
    implementation: str
    platform: str
    processor: str
    cores: int
    memory_bytes: int
    gpu: str | None
    packages: Mapping[str, str]
    host: str | None = None


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """The target as it was found.

    Parameters
    ----------
    arguments : str
        What stands between the parentheses of the call.
    inputs : str or None
        The function beside it that returns the arguments, where nothing else gives them.
    """

    spec: str
    qualname: str
    file: str | None
    line: int | None
    signature: str
    arguments: str
    inputs: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """The profile of one workload, alone.

    Parameters
    ----------
    recording : str or None
        Its stacks in the format asked for: a flamegraph, speedscope's, or collapsed.
    """

    created: str
    machine: Machine
    target: TargetInfo
    workload: str | None
    profile: Profile
    notes: tuple[str, ...] = ()
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a decision is kept for.

    Parameters
    ----------
    function : str
        ``module:qualname``.
    kind : str
        The kind of the arguments, in words.
    code : str
        Hash of everything that the function reaches.
    """

    function: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything known of one workload; renderers and the gate only read it.

    ``static`` marks a report of the source alone, for which nothing was run; ``identity`` is what
    a decision drawn from it would be kept for, None where that is not known.
    """

    created: str
    machine: Machine
    target: TargetInfo
    workload: str | None
    profile: Profile | None
    levels: tuple[LevelRow, ...]
    findings: tuple[Finding, ...]
    mistakes: tuple[Mistake, ...]
    recommendation: Recommendation
    nondeterministic: bool = False
    notes: tuple[str, ...] = ()
    interrupted: bool = False
    static: bool = False
    identity: Identity | None = None
