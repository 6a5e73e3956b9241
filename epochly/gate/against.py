"""One workload of the head against that of a commit: both run in one job, in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from epochly.errors import EpochlyError, UsageError
from epochly.gate.alone import alone
from epochly.gate.duel import Duel
from epochly.gate.duel_checks import duel_checks, is_realized, lost
from epochly.gate.incomparable import incomparable
from epochly.gate.model import Check, Comparison, Settings
from epochly.gate.outcome import Found, limit_of
from epochly.gate.promise import Tried, promise_check, tried_of
from epochly.gate.verdict import FEWEST_GENERATIONS, compare, decided, interval
from epochly.gate.versions import (
    Trees,
    Version,
    both_versions,
    prove,
)
from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.repetition import ONCE_REMEDY, why_once
from epochly.model import TargetInfo
from epochly.workload import Limits, Workload

if TYPE_CHECKING:
    from epochly.measure.session import Options


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for all workloads of a run.

    Parameters
    ----------
    trees : Trees
    reference : str
        What to call the reference.
    settings : Settings
    options : Options
    comparisons : int
        About how many comparisons the run makes, for which each must be decided more firmly.
    clock : callable
        Monotonic seconds.
    """

    trees: Trees
    reference: str
    settings: Settings
    options: Options
    comparisons: int
    clock: Callable[[], float] = time.monotonic


class _EndedError(Exception):
    """The workload's verdict is known without measuring on."""

    def __init__(self, found: Found) -> None:
        super().__init__(found.message)
        self.found = found


def against(workload: Workload, conditions: Conditions, say: Callable[[str, float], None]) -> Found:
    """Compare both versions of one workload at every level that it is held to.

    Parameters
    ----------
    workload : Workload
        As the head defines it.
    conditions : Conditions
    say : callable
        Told what is done, and the share, 0 to 1, that is done.

    Returns
    -------
    Found

    Raises
    ------
    UsageError
        When its folder lies outside the repository.
    """
    began = conditions.clock()
    memory = conditions.options.memory_bytes
    with both_versions(workload, conditions.trees, conditions.reference, memory) as versions:
        match = _Match(workload, conditions, *versions, began, say)
        try:
            found = match.found()
        except _EndedError as ended:
            found = ended.found
    return replace(found, seconds=conditions.clock() - began)


class _Match:
    def __init__(
        self,
        workload: Workload,
        conditions: Conditions,
        reference: Version,
        head: Version,
        began: float,
        say: Callable[[str, float], None],
    ) -> None:
        self._workload, self._conditions = workload, conditions
        self._reference, self._head = reference, head
        self._began, self._say = began, say
        options = conditions.options
        self._timeout_s = workload.timeout_s or options.timeout_s
        self._independent = options.allow_effects or workload.reset is not None
        self._limit = limit_of(workload, conditions.settings)
        self._notes: list[str] = []
        self._target: TargetInfo | None = None

    def found(self) -> Found:
        comparisons: list[Comparison] = []
        checks: list[Check] = []
        tried: dict[Level, list[Tried]] = {}
        wanted = list(self._contests(self._look()))
        for position, (level, backend) in enumerate(wanted):
            self._say(f"level {level:d} {backend}", position / len(wanted))
            left = len(wanted) - position
            duel = self._duel(level, backend)
            try:
                duel.explore()
                self._check_versions(duel)
                found, notes = duel_checks(duel)
                checks += found
                self._notes += notes
                if level is Level.MONITOR or (is_realized(duel.ours) and not duel.theirs.status):
                    comparisons.append(self._measured(duel, left))
                    checks += self._held_out(duel)
            finally:
                duel.stop()
            tried.setdefault(level, []).append(self._tried(duel, left))
            self._notes += [note for note in duel.notes if note not in self._notes]
        for level, backends in tried.items():
            failed = any(check.state == "failed" for check in checks if check.level is level)
            promised = promise_check(self._workload, level, backends)
            if promised is not None and not (failed and promised.kind == "realized"):
                checks.append(promised)
        return self._with(comparisons=tuple(comparisons), checks=tuple(checks))

    def _with(self, **fields: Any) -> Found:
        target = self._target
        return Found(
            self._workload,
            file=target.file if target else None,
            line=target.line if target else None,
            notes=tuple(self._notes),
            **fields,
        )

    def _look(self) -> tuple[Level, ...]:
        """The levels to compare: those asked for, those promised, the one a decorator names."""
        look = Contender(Level.MONITOR, "monitor")
        try:
            answer = look.start(
                self._head.surroundings,
                asdict(self._head.workload),
                generation=0,
                independent=self._independent,
                timeout_s=self._timeout_s,
            )
            self._target = TargetInfo(**answer["target"])
            understood = look.ask("understand", self._timeout_s)
        except EpochlyError as error:
            raise _EndedError(
                self._with(
                    outcome="unusable",
                    message=f"the head cannot be run: {error.what}",
                    remedy=error.remedy,
                )
            ) from error
        finally:
            look.stop()
        if understood is None:
            raise _EndedError(
                self._with(outcome="unmeasured", message=str(look.reason), remedy=look.remedy)
            )
        repetition = understood["repetition"]
        if repetition["writes"] is not None and not self._independent:
            raise _EndedError(
                self._with(
                    outcome="unusable",
                    message=why_once(repetition, so="was not run"),
                    remedy=ONCE_REMEDY,
                )
            )
        levels = set(self._workload.levels or self._conditions.options.levels or ())
        levels |= set(self._workload.limits.min_speedup)
        request = understood["facts"]["request"]
        if request is not None and request["level"] is not None:
            levels.add(Level(request["level"]))
        return tuple(sorted({Level.MONITOR, *levels}))

    def _contests(self, levels: tuple[Level, ...]) -> Iterator[tuple[Level, str]]:
        from epochly.registry import backends_of

        for level in levels:
            for backend in backends_of(level):
                yield level, backend.name

    def _duel(self, level: Level, backend: str) -> Duel:
        return Duel(
            self._reference,
            self._head,
            level,
            backend,
            timeout_s=self._timeout_s,
            independent=self._independent,
            clock=self._conditions.clock,
        )

    def _check_versions(self, duel: Duel) -> None:
        """End where the two cannot be compared, with the reason."""
        if duel.level is not Level.MONITOR:
            return
        theirs, ours = duel.theirs, duel.ours
        if theirs.alive and ours.alive:
            trees = self._conditions.trees
            try:
                shared = prove(trees, self._reference, theirs, self._head, ours)
            except UsageError as error:
                raise _EndedError(
                    self._with(outcome="unusable", message=error.what, remedy=error.remedy)
                ) from error
            if not duel.can_go_on:
                ended = next(c for c in (duel.again, theirs, ours) if c.status is not None)
                message = f"it could not be run once more to compare: {ended.reason}"
                raise _EndedError(
                    self._with(outcome="unmeasured", message=message, remedy=ended.remedy)
                )
            if shared:
                self._notes.append(
                    f"not under version control, so the same for both: {', '.join(shared)}"
                )
            return
        if theirs.alive:
            raise _EndedError(self._broken(ours))
        if not ours.alive:
            message = f"neither version can be run: {ours.reason}"
            raise _EndedError(self._with(outcome="unmeasured", message=message, remedy=ours.remedy))
        cause = duel.errors.get(self._reference.name)
        why = incomparable(
            self._conditions.trees, self._workload, self._target, str(theirs.reason), cause
        )
        raise _EndedError(
            self._with(
                outcome=why.outcome,
                message=f"{self._reference.name} {why.message}",
                remedy=why.remedy,
            )
        )

    def _measured(self, duel: Duel, left: int) -> Comparison:
        """Sample until it is decided or this level's share of the budget is spent."""
        clock = self._conditions.clock
        deadline = clock() + self._share_s(left)
        while True:
            duel.measure()
            found = compare(duel.level, duel.backend, duel.generations, self._limit)
            if decided(found, self._conditions.comparisons) or not duel.can_go_on:
                return found
            if clock() + duel.last_s > deadline:
                break
        missing = FEWEST_GENERATIONS - found.generations
        if missing > 0:
            whole_s = (clock() - self._began + missing * duel.last_s) * left
            self._notes.append(
                f"level {duel.level:d} needs {FEWEST_GENERATIONS} sets of processes to be judged, "
                f"which takes about {whole_s:.0f} s: --budget {10 * math.ceil(whole_s / 8):d}"
            )
        return found

    def _held_out(self, duel: Duel) -> Iterator[Check]:
        """What became of a head that ended while it was sampled."""
        ours = duel.ours
        if ours.status is None or duel.theirs.status is not None:
            return
        if duel.level is Level.MONITOR:
            raise _EndedError(self._broken(ours))
        yield Check("realized", duel.level, duel.backend, "failed", lost(duel), ours.remedy)

    def _broken(self, ours: Contender) -> Found:
        message = f"the head fails where {self._reference.name} does not: {ours.reason}"
        return self._with(outcome="broken", message=message, remedy=ours.remedy)

    def _tried(self, duel: Duel, left: int) -> Tried:
        """What the head gains at a level, measured without the reference where that lacks it."""
        level, backend, ours = duel.level, duel.backend, duel.ours
        promised = self._workload.limits.min_speedup.get(level)
        gains = [g.gain for g in duel.generations if g.gain is not None]
        if len(gains) > 1:
            gain = interval(gains)
            return Tried(backend, gain.estimate, gain.low, gain.high)
        if promised is not None and is_realized(ours) and duel.theirs.status is not None:
            workload = replace(
                self._workload, levels=(level,), limits=Limits(min_speedup={level: promised})
            )
            options = replace(self._conditions.options, budget_s=self._share_s(left))
            _, report = alone(workload, options, lambda _: None)
            for row in report.levels if report else ():
                if (row.level, row.backend) == (level, backend):
                    return tried_of(row)
        return Tried(
            backend,
            ran=is_realized(ours),
            available=ours.status != "unavailable",
            reason=ours.reason,
            remedy=ours.remedy,
        )

    def _share_s(self, left: int) -> float:
        """Seconds of the budget for each level that is left."""
        spent = self._conditions.clock() - self._began
        return max(0.0, self._conditions.options.budget_s - spent) / left
