"""Results that are kept, for a later run to be compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epochly.errors import ConfigError, UsageError
from epochly.gate.changes import Call, Changes, changes
from epochly.gate.model import Side
from epochly.levels import Level
from epochly.model import LevelRow, Machine, Realized, Report, Status, Verdict
from epochly.workload import Workload

FACTS = ("host", "processor", "cores", "gpu", "platform", "implementation", "python")


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """What one level and backend did.

    Parameters
    ----------
    level : Level
    backend : str
    status : str
        As in a report; ``reason`` says why it is not ``measured``.
    realized : Realized or None
        Without its parts.
    equality : str
        How its outcome compared with level 0's.
    median_s, speedup, speedup_low, speedup_high : float or None
        Seconds a call; over level 0 with the 95 % interval.
    generation_speedups, generation_medians_s, generation_relative : tuple of float
        Medians of each set of fresh worker processes: over level 0, in seconds, and in units of a
        fixed program's time beside it.
    """

    level: Level
    backend: str
    status: Status
    reason: str | None = None
    realized: Realized | None = None
    equality: Verdict = "unchecked"
    median_s: float | None = None
    speedup: float | None = None
    speedup_low: float | None = None
    speedup_high: float | None = None
    generation_speedups: tuple[float, ...] = ()
    generation_medians_s: tuple[float, ...] = ()
    generation_relative: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """One workload.

    Parameters
    ----------
    name, target : str
    args, setup : str or None
        As the workload had them.
    kind : str or None
        The kind of the arguments in words, where it is known.
    measured : str
        When, in UTC.
    commit : str or None
        Full hash; ``dirty`` when files differed from it.
    machine : Machine
    rows : tuple of BaselineRow
    """

    name: str
    target: str
    args: str | None
    setup: str | None
    kind: str | None
    measured: str
    commit: str | None
    dirty: bool
    machine: Machine
    rows: tuple[BaselineRow, ...]

    @property
    def call(self) -> Call:
        """What it calls: target, setup and arguments."""
        return self.target, self.setup, self.args

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that were tried, ascending."""
        return tuple(sorted({row.level for row in self.rows}))


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one file keeps, in its order."""

    entries: tuple[BaselineEntry, ...]

    def entry(self, name: str) -> BaselineEntry | None:
        """The workload of a name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def with_entries(self, entries: Sequence[BaselineEntry]) -> Baseline:
        """The same with others put in place of those of their names, or added behind."""
        fresh = {entry.name: entry for entry in entries}
        kept = [fresh.pop(old.name, old) for old in self.entries]
        return Baseline((*kept, *fresh.values()))


def baseline_entry(workload: Workload, report: Report, head: Side) -> BaselineEntry:
    """What a baseline keeps of a report.

    Parameters
    ----------
    workload : Workload
        One without a name is kept under its target.
    report : Report
    head : Side
        The commit that was measured.
    """
    return BaselineEntry(
        name=workload.name or workload.target,
        target=workload.target,
        args=workload.args,
        setup=workload.setup,
        kind=report.identity.kind if report.identity else None,
        measured=report.created,
        commit=head.commit,
        dirty=head.dirty,
        machine=report.machine,
        rows=tuple(_row(row) for row in report.levels),
    )


def changes_since(baseline: Baseline, head: Mapping[str, Call], path: str) -> Changes:
    """Which of the head's workloads a baseline knows.

    Parameters
    ----------
    baseline : Baseline
    head : Mapping[str, Call]
        All workloads of the head and what each runs.
    path : str
        The baseline's file, for the message.

    Raises
    ------
    ConfigError
        When it knows none of them: it is another project's.
    """
    found = changes({entry.name: entry.call for entry in baseline.entries}, head)
    if found.new == head.keys():
        raise ConfigError(
            "the baseline is of other workloads: "
            f"{', '.join(entry.name for entry in baseline.entries)}; here are {', '.join(head)}",
            where=path,
            remedy=f"give another file, or `epochly bench --save-baseline {path}`",
        )
    return found


def check_same_call(entry: BaselineEntry, workload: Workload, path: str) -> None:
    """Refuse to compare a workload with one of other inputs.

    Parameters
    ----------
    path : str
        The baseline's file, for the message.

    Raises
    ------
    UsageError
        When its arguments or its setup are others; the target may have moved.
    """
    for key, then, now in (
        ("args", entry.args, workload.args),
        ("setup", entry.setup, workload.setup),
    ):
        if then != now:
            raise UsageError(
                f"{entry.name} has another `{key}` than in the baseline, so it does other work: "
                f"{_shown(then)} then, {_shown(now)} now",
                where=path,
                remedy=(
                    f"`epochly bench --select {entry.name} --save-baseline {path}` measures it anew"
                ),
            )


def differences(then: Machine, now: Machine) -> tuple[str, ...]:
    """In what two machines differ that bears on time, as ``cores (16, now 2)``.

    Returns
    -------
    tuple of str
        Empty where times may be compared.
    """
    found = []
    if then.host is None or then.host != now.host:
        found.append("the host")
    for name in FACTS[1:]:
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            found.append(f"{name} ({before or 'none'}, now {after or 'none'})")
    for name in sorted({*then.packages, *now.packages}):
        before, after = then.packages.get(name), now.packages.get(name)
        if before != after:
            found.append(f"{name} ({before or 'none'}, now {after or 'none'})")
    return tuple(found)


def _row(row: LevelRow) -> BaselineRow:
    return BaselineRow(
        level=row.level,
        backend=row.backend,
        status=row.status,
        reason=row.reason,
        realized=row.realized and Realized(row.realized.level, row.realized.backend),
        equality=row.equality.verdict,
        median_s=row.median_s,
        speedup=row.speedup,
        speedup_low=row.speedup_low,
        speedup_high=row.speedup_high,
        generation_speedups=row.generation_speedups,
        generation_medians_s=row.generation_medians_s,
        generation_relative=row.generation_relative,
    )


def _shown(text: str | None) -> str:
    return "nothing" if text is None else repr(text if len(text) <= 60 else f"{text[:60]}…")
