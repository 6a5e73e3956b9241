"""The profile of one workload, without measuring any level."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from epochly.errors import NothingMeasuredError, WorkerError
from epochly.levels import Level
from epochly.measure.contender import Contender, load_error
from epochly.measure.process import Surroundings
from epochly.measure.profiling import Profiling
from epochly.measure.repetition import ONCE_REMEDY, why_once
from epochly.model import ProfileReport, TargetInfo
from epochly.profile.recording import Kind
from epochly.workload import Workload


class Alone:
    """One worker of level 0, profiled.

    Parameters
    ----------
    workload : Workload
    surroundings : Surroundings
    timeout_s : float
        Longest that one call may take, in seconds.
    independent : bool
        Whether the function may be called again although it writes.
    wanted_s : float
        Seconds that the calls of a short function should take altogether.
    keep : str or None
        Kind of recording to return too.
    """

    def __init__(
        self,
        workload: Workload,
        surroundings: Surroundings,
        timeout_s: float,
        *,
        independent: bool,
        wanted_s: float,
        keep: Kind | None,
    ) -> None:
        self._workload = workload
        self._surroundings = surroundings
        self._timeout_s = timeout_s
        self._independent = independent
        self._wanted_s = wanted_s
        self._keep = keep
        self._contender = Contender(Level.MONITOR, "monitor")

    def profile(self, say: Callable[[str, float], None]) -> ProfileReport:
        """Load the target, warm it up where it may be repeated, and profile it.

        Parameters
        ----------
        say : callable
            Told each stage and the share, 0 to 1, that is done.

        Raises
        ------
        UsageError
            When the target or its inputs cannot be had.
        NothingMeasuredError
            When a call fails.
        """
        say("loading", 0.0)
        loaded = self._load()
        target = TargetInfo(**loaded["target"])
        understood = self._answer(self._contender.ask("understand", self._timeout_s))
        repetition = understood["repetition"]
        once = repetition["writes"] is not None and not self._independent
        profiling = Profiling(
            self._contender,
            self._surroundings.scratch,
            target,
            once=once,
            wanted_s=self._wanted_s,
            keep=self._keep,
        )
        say("first call", 0.1)
        if not once:
            self._checked(self._contender.call(self._timeout_s, capture=None))
        say("profiling", 0.3)
        capture = None if once else f"{self._surroundings.scratch}/outcome"
        self._checked(profiling.call(self._timeout_s, capture=capture))
        profiling.repeat(self._timeout_s)
        found = profiling.profile()
        if self._contender.status is not None or found is None:
            raise self._failure()
        return self._report(target, profiling, loaded["warnings"], repetition if once else None)

    def stop(self) -> None:
        """End the worker."""
        self._contender.stop()

    def _report(
        self,
        target: TargetInfo,
        profiling: Profiling,
        notes: list[str],
        repetition: dict[str, Any] | None,
    ) -> ProfileReport:
        from epochly.measure.machine import this_machine

        found = profiling.profile()
        assert found is not None
        notes = [*notes, *self._contender.warnings]
        if repetition is not None:
            notes.append(f"{why_once(repetition, so='ran once')}; remedy: {ONCE_REMEDY}")
        if profiling.untraceable is not None:
            notes.append(
                f"{profiling.untraceable.what}, so a sampler within the process took over; "
                f"remedy: {profiling.untraceable.remedy}"
            )
        return ProfileReport(
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            machine=this_machine(),
            target=target,
            workload=self._workload.name,
            profile=found,
            notes=tuple(notes),
            recording=profiling.kept,
        )

    def _load(self) -> dict[str, Any]:
        try:
            return self._contender.start(
                self._surroundings,
                dataclasses.asdict(self._workload),
                generation=0,
                independent=self._independent,
                timeout_s=self._timeout_s,
            )
        except WorkerError as error:
            raise load_error(self._workload.target, error) from error

    def _checked(self, answer: dict[str, Any] | None) -> None:
        raised = self._answer(answer)["raised"]
        if raised is not None:
            self._contender.failed(raised)
            raise self._failure()

    def _answer(self, answer: dict[str, Any] | None) -> dict[str, Any]:
        if answer is None:
            raise self._failure()
        return answer

    def _failure(self) -> NothingMeasuredError:
        return NothingMeasuredError(
            f"{self._workload.target} could not be profiled: {self._contender.reason}",
            remedy=self._contender.remedy or "make one plain call of the function work first",
        )
