"""The steps of one run: explore every level once, sample those that work, report."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from epochly.errors import EpochlyError, WorkerError
from epochly.levels import Level
from epochly.measure.agreement import MOMENTS, Agreement
from epochly.measure.contender import Contender, load_error
from epochly.measure.opening import Opening
from epochly.measure.process import Surroundings
from epochly.measure.profiling import WANTED_S, Profiling
from epochly.measure.repetition import ONCE_REMEDY, why_once
from epochly.measure.sampling import Sampling
from epochly.measure.schedule import in_one_group
from epochly.measure.summary import Known, summary
from epochly.model import Identity, Profile, Report, TargetInfo
from epochly.recommend.facts import Facts, facts_from
from epochly.recommend.worth import doubt, order
from epochly.workload import Workload

if TYPE_CHECKING:
    from epochly.measure.session import Options, Progress

FIRST_SHARE = 0.2


class Run:
    """One workload on its way from nothing to a report."""

    def __init__(
        self,
        workload: Workload,
        options: Options,
        surroundings: Surroundings,
        progress: Callable[[Progress], None],
    ) -> None:
        self._workload = workload
        self._options = options
        self._surroundings = surroundings
        self._progress = progress
        self._timeout_s = workload.timeout_s or options.timeout_s
        self._independent = options.allow_effects or workload.reset is not None
        tolerance = dataclasses.replace(
            workload.tolerance, exact=workload.tolerance.exact or options.exact
        )
        self._baseline = Contender(Level.MONITOR, "monitor")
        self._agreement = Agreement(self._baseline, surroundings.scratch, tolerance)
        self._opening = Opening(
            workload, surroundings, self._agreement, self._independent, self._timeout_s
        )
        self._repetition: dict[str, Any] = {"writes": None}
        self._facts, self._understood = Facts(), False
        self._identity: Identity | None = None
        self._levels = workload.levels or options.levels
        self._profiling: Profiling | None = None
        self._once = False
        self._notes: list[str] = []
        self._others = self._contenders()
        self.target: TargetInfo | None = None

    def explore(self) -> None:
        """Start every contender, call it, and compare what it did with what level 0 did.

        Raises
        ------
        UsageError
            When the target or its inputs cannot be had.
        """
        self._say_exploring(self._baseline, 0)
        self._explore_baseline()
        rank = {level: n for n, level in enumerate(order(self._facts, self._profile))}
        self._others.sort(key=lambda contender: rank.get(contender.level, 0))
        for number, contender in enumerate(self._others, 1):
            self._say_exploring(contender, number)
            contender.doubt = None if self._once else self._doubt(contender)
            if self._once:
                contender.end("skipped", self._why_once(), remedy=ONCE_REMEDY)
            elif contender.doubt is not None and self._levels is None:
                remedy = f"`--levels {contender.level:d}` runs it all the same"
                contender.end("skipped", contender.doubt, remedy=remedy)
            else:
                self._explore_other(contender)
            if not self._together:
                contender.stop()
        if not self._together:
            self._baseline.stop()
            self._notes.append(
                "the workers of all levels do not fit in memory together, so each level was "
                "measured in turn with level 0"
            )

    def sample(self) -> None:
        """Take paired samples until the intervals are narrow or the budget is spent."""
        if self._once or (self._baseline.status is not None and not self._candidates()):
            return
        groups = [self._candidates()] if self._together else [[c] for c in self._candidates()]
        budget_s = self._options.budget_s / max(1, len(groups))
        for number, group in enumerate(groups or [[]]):
            shares = (number / max(1, len(groups)), len(groups) or 1)
            sampling = Sampling(
                self._baseline,
                group,
                self._opening.launch,
                self._opening.start,
                self._timeout_s,
                yardstick=self._options.yardstick,
            )
            sampling.take(budget_s, self._together, functools.partial(self._say_sampling, *shares))

    def stop(self) -> None:
        """End every worker."""
        with contextlib.ExitStack() as stack:
            for contender in (self._baseline, *self._others):
                stack.callback(contender.stop)

    def report(self, *, interrupted: bool = False) -> Report:
        """What is known now."""
        assert self.target is not None
        return summary(
            Known(
                target=self.target,
                workload=self._workload.name,
                baseline=self._baseline,
                others=tuple(self._others),
                facts=self._facts,
                understood=self._understood,
                profile=self._profile,
                nondeterministic=self._agreement.shape_only,
                memory_bytes=self._surroundings.memory_bytes,
                notes=(*self._notes, *self._service_note()),
                interrupted=interrupted,
                identity=self._identity,
            )
        )

    def _contenders(self) -> list[Contender]:
        from epochly.registry import backends_of, broken_backends

        self._notes += [f"{error.what}: {error.remedy}" for error in broken_backends()]
        twins = [Contender(Level.MONITOR, "monitor", twin=True)] if self._options.twin else []
        return twins + [
            Contender(level, backend.name, dict(backend.capabilities.worker_environment))
            for level in self._levels or Level
            if level is not Level.MONITOR
            for backend in backends_of(level)
        ]

    def _candidates(self) -> list[Contender]:
        return [contender for contender in self._others if contender.status is None]

    @property
    def _together(self) -> bool:
        running = (c for c in (self._baseline, *self._others) if c.status is None)
        peak = max((c.peak_bytes or 0 for c in running), default=0)
        return in_one_group(peak, 1 + len(self._others), self._surroundings.memory_bytes)

    @property
    def _profile(self) -> Profile | None:
        return self._profiling.profile() if self._profiling else None

    def _explore_baseline(self) -> None:
        base = self._baseline
        try:
            answer = self._opening.start(base, 0)
        except WorkerError as error:
            raise load_error(self._workload.target, error) from error
        self.target = TargetInfo(**answer["target"])
        self._notes += answer["warnings"]
        understood = base.ask("understand", self._timeout_s)
        if understood is not None:
            self._repetition = understood["repetition"]
            self._facts, self._understood = facts_from(understood["facts"]), True
            found = understood["identity"]
            self._identity = None if found is None else Identity(**found)
        writes = self._repetition["writes"]
        self._once = writes is not None and not self._independent
        if base.status is not None:
            return
        folder = self._surroundings.scratch
        self._profiling = Profiling(
            base,
            folder,
            self.target,
            once=self._once,
            wanted_s=min(WANTED_S, self._options.budget_s),
        )
        by = self._profiling if self._once else None
        if (
            self._opening.first_call(base, "0-first", by)
            and not self._once
            and self._opening.warm_call(base, "0-warm", self._profiling)
        ):
            if self._options.profiled:
                self._say("profiling", 0.0)
                self._profiling.repeat(self._timeout_s)
            if not self._agreement.within_level_0():
                self._check_apart()
        if self._once and base.status is None:
            base.samples_s.append(base.call_s)
            self._notes.append(self._why_once())
        if base.status is None:
            base.equality = self._agreement.of_level_0()
            base.note_realized()

    def _explore_other(self, contender: Contender) -> None:
        try:
            answer = self._opening.start(contender, 0)
        except EpochlyError as error:
            contender.end("failed", error.what, remedy=error.remedy)
            return
        contender.warnings += [w for w in answer["warnings"] if w not in self._notes]
        prefix = f"{contender.level:d}-{contender.backend}"
        if self._opening.both_calls(contender, prefix):
            self._agreement.judge(contender, prefix, self._check_apart)
            contender.note_realized()

    def _check_apart(self) -> None:
        """Level 0 against itself in another process."""
        again = Contender(Level.MONITOR, "monitor")
        try:
            self._opening.start(again, 0)
            if self._opening.both_calls(again, "0-again"):
                self._note_nondeterminism(self._agreement.first_difference("0", "0-again", MOMENTS))
        except EpochlyError as error:
            self._notes.append(f"level 0 could not be checked against itself: {error.what}")
        finally:
            again.stop()

    def _note_nondeterminism(self, where: str | None) -> None:
        if where is not None:
            self._agreement.shape_only = True
            self._notes.append(
                f"level 0 disagrees with itself under the same seeds ({where}): "
                "nondeterministic, so levels are compared by type, shape and dtype only"
            )

    def _doubt(self, contender: Contender) -> str | None:
        """Why a level is not worth trying; one that a decorator asks for always is."""
        request = self._facts.request
        if contender.twin or (request is not None and request.level == int(contender.level)):
            return None
        overlapped = any(
            other.level is Level.THREADS
            and other.alive
            and other.realized is not None
            and other.realized.level is Level.THREADS
            for other in self._others
        )
        return doubt(contender.level, self._facts, self._profile, overlapped=overlapped)

    def _say_exploring(self, contender: Contender, number: int) -> None:
        share = FIRST_SHARE * number / (1 + len(self._others))
        self._say(f"level {contender.level:d} {contender.backend}", share)

    def _say_sampling(self, done: float, groups: int, generation: int, share: float) -> None:
        fraction = FIRST_SHARE + (1.0 - FIRST_SHARE) * (done + share / groups)
        self._say(f"sampling, generation {generation}", fraction)

    def _service_note(self) -> list[str]:
        """That the service ended although no row says so."""
        ended = self._surroundings.service_end()
        rows = (self._baseline, *self._others)
        if ended is None or any((row.reason or "").startswith(ended) for row in rows):
            return []
        return [ended]

    def _why_once(self) -> str:
        return why_once(self._repetition, so="ran once, at level 0 only")

    def _say(self, stage: str, fraction: float) -> None:
        from epochly.measure.session import Progress

        self._progress(Progress(stage, min(1.0, fraction)))
