"""Two versions of a function in turns: the reference, the reference once more, and the head."""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from epochly.errors import EpochlyError
from epochly.gate.versions import Version
from epochly.levels import Level
from epochly.measure.agreement import MOMENTS, Agreement
from epochly.measure.contender import Contender
from epochly.measure.quiet import quietest_core
from epochly.measure.schedule import rotated

# More sets of processes tell more than more rounds within one.
SAMPLING_S = 0.5
FEWEST_ROUNDS = 3
# What takes longer meets another weather at its next turn.
LONG_S = 0.015

T = TypeVar("T")
R = TypeVar("R")
# Which version, what its outcomes are called, and who runs it.
Member = tuple[Version, str, Contender]


@dataclass(frozen=True, slots=True)
class Generation:
    """What one set of fresh processes told.

    Parameters
    ----------
    slowdown : float
        Logarithm of the head's time over the reference's, by `log_ratio`.
    itself : float
        The same of the reference's over its own, in another process.
    gain : float or None
        The logarithm of the head's time at level 0 over that at the level.
    reference_s, head_s : float
        Median seconds a call.
    rounds : int
    """

    slowdown: float
    itself: float
    gain: float | None
    reference_s: float
    head_s: float
    rounds: int


class Duel:
    """Both versions at one level of one backend.

    Parameters
    ----------
    reference, head : Version
    level : Level
    backend : str
    timeout_s : float
        Longest that one call may take.
    independent : bool
        The user's word that repeating does no harm.
    clock : callable
        Monotonic seconds.
    """

    def __init__(
        self,
        reference: Version,
        head: Version,
        level: Level,
        backend: str,
        *,
        timeout_s: float,
        independent: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from epochly.registry import get_backend

        environment = dict(get_backend(backend).capabilities.worker_environment)
        self.level, self.backend, self.target = level, backend, head.workload.target
        self.theirs, self.again, self.ours = (
            Contender(level, backend, dict(environment)) for _ in range(3)
        )
        at_level_0 = level is Level.MONITOR
        self.original = self.ours if at_level_0 else Contender(Level.MONITOR, "monitor")
        self.generations: list[Generation] = []
        self.errors: dict[str, EpochlyError] = {}
        self.notes: list[str] = []
        self._agreement = Agreement(
            self.original, head.surroundings.scratch, head.workload.tolerance
        )
        self.last_s = 0.0
        self._apart = False
        self._timeout_s, self._independent, self._clock = timeout_s, independent, clock
        self._members: list[Member] = [
            (reference, "reference", self.theirs),
            (head, "0" if at_level_0 else "head", self.ours),
            (reference, "again", self.again),
        ]
        if not at_level_0:
            self._members.append((head, "0", self.original))

    @property
    def can_go_on(self) -> bool:
        """Whether both versions can still be sampled."""
        return all(c.status is None for c in (self.ours, self.theirs, self.again))

    def explore(self) -> None:
        """Start the first set of processes, call each twice, and compare with level 0."""
        self._launch(0)
        for version, _, contender in self._members:
            self._load(version, contender, 0)
        found = [c.ask("repetition", self._timeout_s) for c in (self.theirs, self.ours)]
        self._apart = all(answer is not None and answer["certain"] for answer in found)
        self._each(self._prepare, self._members)
        for _, name, contender in self._members:
            for moment in MOMENTS:
                self._call(contender, f"{name}-{moment}")
        if self.level is not Level.MONITOR and self.original.alive and self.ours.alive:
            if not self._agreement.within_level_0():
                self._check_apart()
            self._agreement.judge(self.ours, "head", self._check_apart)
        for contender in (self.ours, self.theirs):
            if contender.alive:
                contender.note_realized()

    def measure(self) -> None:
        """Sample one set of processes: fresh ones, unless it is the first."""
        began = self._clock()
        number = len(self.generations)
        if number:
            self.stop()
            self._launch(number)
            members = rotated(self._members, number)
            for version, _, contender in members:
                self._load(version, contender, number)
            self._each(self._prepare, members)
            self._each(lambda member: self._call(member[2], None), members)
        else:
            self._choose_loops()
        if self.can_go_on:
            self._rounds()
        self.stop()
        self.last_s = self._clock() - began

    def stop(self) -> None:
        """End every worker."""
        for _, _, contender in self._members:
            contender.stop()

    def _launch(self, generation: int) -> None:
        """Let all processes come up side by side, before anything is timed."""
        for version, _, contender in rotated(self._members, generation):
            contender.launch(version.surroundings, generation)

    def _each(self, do: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Do something with all: at once, where versions cannot get in each other's way."""
        if not self._apart:
            return [do(item) for item in items]
        with ThreadPoolExecutor(len(items)) as pool:
            return list(pool.map(do, items))

    def _load(self, version: Version, contender: Contender, generation: int) -> None:
        """Import the user's modules, one process at a time, since they may write as they load."""
        try:
            contender.start(
                version.surroundings,
                dataclasses.asdict(version.workload),
                generation=generation,
                independent=self._independent,
                timeout_s=self._timeout_s,
                tree=dataclasses.asdict(version.tree),
            )
        except EpochlyError as error:
            self.errors[version.name] = error
            contender.end("failed", error.what, remedy=error.remedy)

    def _prepare(self, member: Member) -> None:
        contender = member[2]
        if contender.alive:
            contender.prepare(self._timeout_s)

    def _call(self, contender: Contender, name: str | None) -> None:
        if not contender.alive:
            return
        capture = None if name is None else self._agreement.path(name)
        answer = contender.call(self._timeout_s, capture=capture)
        if answer is None:
            return
        if name is not None:
            self._agreement.note(name, answer)
        if answer["raised"]:
            contender.failed(answer["raised"])

    def _check_apart(self) -> None:
        """Whether the head's level 0 agrees with itself in another process."""
        head = next(version for version, _, contender in self._members if contender is self.ours)
        other = Contender(Level.MONITOR, "monitor")
        self._load(head, other, 0)
        for moment in MOMENTS:
            self._call(other, f"0-again-{moment}")
        other.stop()
        where = self._agreement.first_difference("0", "0-again", MOMENTS)
        if where is not None:
            self._agreement.shape_only = True
            self.notes.append(
                f"level 0 disagrees with itself under the same seeds ({where}): "
                "levels are compared by type, shape and dtype only"
            )

    def _choose_loops(self) -> None:
        """As many calls a sample for both versions, so that neither gains by warmer caches."""
        for _, _, contender in self._members:
            if contender.alive:
                contender.choose_loops(self._timeout_s)
        same = max(self.theirs.loops, self.ours.loops)
        self.theirs.loops = self.again.loops = self.ours.loops = same

    def _rounds(self) -> None:
        """Sample everyone until the time for one set of processes is over."""
        taken: list[dict[int, float]] = []
        core = quietest_core()
        rivals = (self.theirs, self.again, self.ours)
        abreast = core is not None and self._apart and all(map(_computes_for_long, rivals))
        deadline = self._clock() + SAMPLING_S
        for number in itertools.count():
            alive = [contender for _, _, contender in self._members if contender.alive]
            found: dict[int, float] = {}
            if core is not None and abreast:
                found = self._abreast(rotated(rivals, number), core)
            found |= self._in_turns([c for c in rotated(alive, number) if id(c) not in found], core)
            if not self.can_go_on:
                return
            taken.append(found)
            if len(taken) >= FEWEST_ROUNDS and self._clock() >= deadline:
                break
        self.generations.append(self._summary(taken))

    def _in_turns(self, contenders: Sequence[Contender], core: int | None) -> dict[int, float]:
        """Seconds of a sample of each, one after another."""
        return {
            # A machine that others load takes the core away for a while, which is no doing of the
            # function's.
            id(contender): max(seconds - contender.queued_s, 0.0) or seconds
            for contender in contenders
            if (seconds := contender.sample(self._timeout_s, core)) is not None
        }

    def _abreast(self, contenders: Sequence[Contender], core: int) -> dict[int, float]:
        """CPU seconds of a sample of each, all at once on one core.

        The scheduler gives each some milliseconds in turn, so that whatever slows the core slows
        all of them alike.
        """
        times = self._each(lambda c: c.sample_abreast(self._timeout_s, core), contenders)
        pairs = zip(contenders, times, strict=True)
        return {id(contender): seconds for contender, seconds in pairs if seconds is not None}

    def _summary(self, taken: list[dict[int, float]]) -> Generation:
        theirs, again, ours = (
            [found[id(contender)] for found in taken]
            for contender in (self.theirs, self.again, self.ours)
        )
        gain = None
        if self.original is not self.ours and self.original.alive:
            gain = log_ratio([found[id(self.original)] for found in taken], ours)
        return Generation(
            slowdown=(log_ratio(ours, theirs) + log_ratio(ours, again)) / 2,
            itself=log_ratio(again, theirs),
            gain=gain,
            reference_s=statistics.median((*theirs, *again)),
            head_s=statistics.median(ours),
            rounds=len(taken),
        )


def _computes_for_long(contender: Contender) -> bool:
    """Whether a sample is long, and its thread computes all the while."""
    return contender.computes and contender.call_s * contender.loops >= LONG_S


def log_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Logarithm of the ratio of two processes' times: the median of the pairs' ratios."""
    return statistics.median(math.log(a / b) for a, b in zip(above, below, strict=True))
