"""Measure one workload at every level asked for, and say what pays."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from epochly.errors import EpochlyError, MissingArgumentsError, NothingMeasuredError
from epochly.levels import Level
from epochly.measure.process import WorkerProcess
from epochly.measure.surroundings import surroundings_of, terminable
from epochly.model import ProfileReport, Report, TargetInfo
from epochly.profile.recording import Kind
from epochly.workload import Workload

LOOK_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure.

    Parameters
    ----------
    levels : tuple of Level or None
        Levels to run; level 0 always runs. None runs all of them but those that the findings
        show to be hopeless.
    budget_s : float
        Seconds of sampling for a workload, beyond the first calls.
    timeout_s : float
        Longest that one call may take, in seconds; a workload's own goes first.
    memory_bytes : int or None
        Most that a worker and its children may hold; None is half of what is available.
    exact : bool
        Demand the same bits of every level.
    allow_effects : bool
        The user's word that the function may run many times although it writes, and that
        the items of its loops do not depend on each other's effects.
    twin : bool
        Measure a second worker of level 0 too, to see how far it differs from itself.
    yardstick : bool
        Time a fixed program in every round too, so that a run at another time can tell a slower
        function from a slower machine.
    profiled : bool
        Call level 0 again and again under a sampler, to see where its time goes.
    """

    levels: tuple[Level, ...] | None = None
    budget_s: float = 20.0
    timeout_s: float = 60.0
    memory_bytes: int | None = None
    exact: bool = False
    allow_effects: bool = False
    twin: bool = False
    yardstick: bool = False
    profiled: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a workload has come; ``fraction`` runs from 0 to 1."""

    stage: str
    fraction: float


class InterruptedRunError(EpochlyError):
    """The run was interrupted; ``report`` holds what was measured until then."""

    exit_code = 130

    def __init__(self, report: Report | None) -> None:
        super().__init__("interrupted", remedy="run it again to measure the rest")
        self.report = report


class NoLevelMeasuredError(NothingMeasuredError):
    """No level could be measured; ``report`` says of each why."""

    def __init__(self, report: Report) -> None:
        row = next((row for row in report.levels if row.reason), None)
        reason = row.reason if row is not None else "no sample was taken"
        remedy = row.remedy if row is not None else None
        super().__init__(
            f"no level of {report.target.spec} could be measured: {reason}",
            remedy=remedy or "make one plain call of the function work first",
        )
        self.report = report


def measure(
    workload: Workload, options: Options, progress: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Run a workload at every level, compare the outcomes, and recommend.

    Parameters
    ----------
    workload : Workload
    options : Options
    progress : callable
        Called with a `Progress` between steps.

    Returns
    -------
    Report

    Raises
    ------
    UsageError
        When the target or its inputs cannot be had.
    NoLevelMeasuredError
        When every level failed; it carries the report.
    InterruptedRunError
        On Ctrl-C or SIGTERM; it carries what was measured so far.
    """
    from epochly.measure.run import Run

    with terminable(), surroundings_of(workload, options.memory_bytes) as surroundings:
        run = Run(workload, options, surroundings, progress)
        try:
            run.explore()
            run.sample()
        except KeyboardInterrupt:
            report = run.report(interrupted=True) if run.target is not None else None
            raise InterruptedRunError(report) from None
        finally:
            run.stop()
        report = run.report()
    if not any(row.status == "measured" for row in report.levels):
        raise NoLevelMeasuredError(report)
    return report


def profile(
    workload: Workload,
    options: Options,
    progress: Callable[[Progress], None] = lambda _: None,
    *,
    keep: Kind | None = None,
) -> ProfileReport:
    """Profile a workload alone, without running any other level.

    Parameters
    ----------
    workload : Workload
    options : Options
        ``budget_s`` is how long the calls of a short function are repeated.
    progress : callable
        Called with a `Progress` between steps.
    keep : str, optional
        A recording to return too: ``flamegraph``, ``speedscope`` or ``collapsed``.

    Returns
    -------
    ProfileReport

    Raises
    ------
    UsageError
        When the target or its inputs cannot be had.
    NothingMeasuredError
        When the function cannot be called.
    InterruptedRunError
        On Ctrl-C or SIGTERM.
    """
    from epochly.measure.alone import Alone

    with terminable(), surroundings_of(workload, options.memory_bytes) as surroundings:
        alone = Alone(
            workload,
            surroundings,
            workload.timeout_s or options.timeout_s,
            independent=options.allow_effects or workload.reset is not None,
            wanted_s=options.budget_s,
            keep=keep,
        )
        try:
            return alone.profile(lambda stage, done: progress(Progress(stage, done)))
        except KeyboardInterrupt:
            raise InterruptedRunError(None) from None
        finally:
            alone.stop()


def analyze(
    workload: Workload, options: Options, progress: Callable[[Progress], None] = lambda _: None
) -> Report:
    """Measure a workload, or read its source where it has no arguments to run with.

    Returns
    -------
    Report
        With ``static`` set where nothing was run.

    Raises
    ------
    UsageError, NoLevelMeasuredError, InterruptedRunError
        As `measure` does, but not for arguments that are missing.
    """
    try:
        return measure(workload, options, progress)
    except MissingArgumentsError as error:
        return _read(workload, error)


def look(workload: Workload) -> TargetInfo:
    """Load a workload's target in a worker and describe it, without calling it.

    Arguments that it needs may be missing.

    Raises
    ------
    UsageError
        When the target cannot be had.
    """
    try:
        with _loaded(workload) as (_, target):
            return target
    except MissingArgumentsError:
        with _loaded(_without_arguments(workload)) as (_, target):
            return target


def _read(workload: Workload, missing: MissingArgumentsError) -> Report:
    """The static report of a function whose arguments are missing."""
    from epochly.measure.summary import static_report
    from epochly.recommend.facts import facts_from

    with _loaded(replace(_without_arguments(workload), service=None)) as (worker, target):
        answer = worker.request("understand", timeout_s=LOOK_TIMEOUT_S, call=False)
    facts = facts_from(answer["facts"])
    return static_report(target, facts, missing.what, missing.remedy or "")


def _without_arguments(workload: Workload) -> Workload:
    """The workload with arguments of its own, none, so that it is not asked for those it needs."""
    return replace(workload, args="")


@contextlib.contextmanager
def _loaded(workload: Workload) -> Iterator[tuple[WorkerProcess, TargetInfo]]:
    """A worker with the target loaded into it, for as long as the block runs."""
    with terminable(), surroundings_of(workload, None) as surroundings:
        worker = WorkerProcess(surroundings, {}, generation=0, chance=surroundings.chance)
        try:
            answer = worker.request(
                "load", timeout_s=LOOK_TIMEOUT_S, workload=plain(workload), independent=False
            )
            yield worker, TargetInfo(**answer["target"])
        finally:
            worker.close()


def plain(workload: Workload) -> dict[str, Any]:
    """A workload as JSON values."""
    return asdict(workload)
