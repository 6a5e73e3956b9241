"""One workload of the head against that of a commit: both run in one job, in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from epochly.errors import ArgumentsError, EpochlyError, UsageError
from epochly.gate.duel import Duel
from epochly.gate.model import Check, Comparison, Settings
from epochly.gate.outcome import Found, limit_of, promise
from epochly.gate.verdict import FEWEST_GENERATIONS, compare, decided, interval
from epochly.gate.versions import BUILD_REMEDY, Trees, Version, both_versions, only_in_head, prove
from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.repetition import ONCE_REMEDY, why_once
from epochly.model import TargetInfo
from epochly.workload import Workload

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
        wanted = list(self._contests(self._look()))
        for position, (level, backend) in enumerate(wanted):
            self._say(f"level {level:d} {backend}", position / len(wanted))
            duel = self._duel(level, backend)
            try:
                duel.explore()
                self._check_versions(duel)
                checks += self._checks(duel)
                if duel.can_go_on and (level is Level.MONITOR or _realized(duel.ours)):
                    comparisons.append(self._measured(duel, len(wanted) - position))
                    checks += self._promised(duel)
            finally:
                duel.stop()
            self._notes += [note for note in duel.notes if note not in self._notes]
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
                _plain(self._head.workload),
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
                    message=why_once(repetition, where=" and cannot be compared"),
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
            if shared:
                self._notes.append(
                    f"not under version control, so the same for both: {', '.join(shared)}"
                )
            return
        if theirs.alive:
            message = f"the head fails where {self._reference.name} does not: {ours.reason}"
            raise _EndedError(self._with(outcome="broken", message=message, remedy=ours.remedy))
        if not ours.alive:
            message = f"neither version can be run: {ours.reason}"
            raise _EndedError(self._with(outcome="unmeasured", message=message, remedy=ours.remedy))
        raise _EndedError(self._incomparable(duel))

    def _incomparable(self, duel: Duel) -> Found:
        reason = str(duel.theirs.reason)
        if isinstance(duel.errors.get(self._reference.name), ArgumentsError):
            return self._with(
                outcome="unusable",
                message=f"the function of {self._reference.name} takes other arguments: {reason}",
                remedy=(
                    "give the workload another name, so that it counts as new, or arguments "
                    "that both versions take"
                ),
            )
        missing = reason.partition("No module named ")[2].strip("'\" )").partition("'")[0]
        built = only_in_head(self._conditions.trees, missing) if missing else None
        if built is not None:
            reason += f"; {built}, which git does not track, is in the head only"
        return self._with(
            outcome="unusable",
            message=f"{self._reference.name} cannot be run: {reason}",
            remedy=BUILD_REMEDY
            if built
            else f"give a commit that works with --against, or add "
            f"`skip` to {self._workload.name} in epochly.yaml",
        )

    def _checks(self, duel: Duel) -> Iterator[Check]:
        """What the head does at a level: the same result, and really at that level."""
        if duel.level is Level.MONITOR:
            return
        theirs, ours = duel.theirs, duel.ours
        where = (duel.level, duel.backend)
        if ours.status == "different":
            yield Check("equality", *where, "failed", str(ours.reason), ours.remedy)
        elif ours.alive:
            verdict = ours.equality
            said = f"level {duel.level:d} returns what level 0 returns ({verdict.verdict})"
            if verdict.verdict == "unchecked":
                said = f"level {duel.level:d} was not compared with level 0: {verdict.where}"
            yield Check("equality", *where, "passed", said)
        if not _realized(theirs):
            if ours.status == "unavailable" or theirs.status == "unavailable":
                self._notes.append(f"{duel.backend} is not available here: {theirs.reason}")
            elif not _realized(ours) and duel.level in self._workload.limits.min_speedup:
                yield Check("realized", *where, "failed", _lost(duel), ours.remedy)
            return
        if _realized(ours):
            yield Check("realized", *where, "passed", f"realized by {duel.backend} in both")
        elif ours.status != "different":
            yield Check("realized", *where, "failed", _lost(duel), ours.remedy)

    def _measured(self, duel: Duel, left: int) -> Comparison:
        """Sample until it is decided or this level's share of the budget is spent."""
        clock = self._conditions.clock
        spent = clock() - self._began
        deadline = clock() + max(0.0, self._conditions.options.budget_s - spent) / left
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

    def _promised(self, duel: Duel) -> Iterator[Check]:
        gains = [g.gain for g in duel.generations if g.gain is not None]
        if len(gains) < 2:
            return
        gain = interval(gains)
        found = promise(
            self._workload, duel.level, duel.backend, gain.estimate, gain.low, gain.high
        )
        if found is not None:
            yield found


def _realized(contender: Contender) -> bool:
    """Whether a level was really reached, not only called."""
    realized = contender.realized
    return contender.status is None and realized is not None and realized.level == contender.level


def _lost(duel: Duel) -> str:
    ours = duel.ours
    if ours.status is None and ours.realized is not None:
        why = f"it runs at level {ours.realized.level:d} ({ours.realized.backend})"
    else:
        why = str(ours.reason)
    line = f" (line {ours.line})" if ours.line else ""
    return f"level {duel.level:d} ({duel.backend}) is not realized any more: {why}{line}"


def _plain(workload: Workload) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(workload)
