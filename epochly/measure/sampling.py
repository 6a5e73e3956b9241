"""Taking paired samples, generation by generation."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from epochly.errors import EpochlyError
from epochly.measure.contender import Contender
from epochly.measure.schedule import Plan, plan, rotated
from epochly.measure.statistics import paired_ratio
from epochly.measure.yardstick import FEWEST_LOOPS, yardstick_loops

PRECISION = 0.05


class Sampling:
    """Level 0 and a group of contenders, sampled in turns.

    Parameters
    ----------
    baseline : Contender
    group : list of Contender
    launch : callable
        Launches a contender's worker for a generation, so that all begin at once.
    start : callable
        Loads the target into it.
    timeout_s : float
    yardstick : bool
        Time the fixed program in every round too, in the worker of level 0.
    """

    def __init__(
        self,
        baseline: Contender,
        group: list[Contender],
        launch: Callable[[Contender, int], None],
        start: Callable[[Contender, int], dict[str, Any]],
        timeout_s: float,
        *,
        yardstick: bool = False,
    ) -> None:
        self._baseline = baseline
        self._group = group
        self._launch = launch
        self._start = start
        self._timeout_s = timeout_s
        self._yardstick_loops = FEWEST_LOOPS if yardstick else 0

    def take(self, budget_s: float, started: bool, say: Callable[[int, float], None]) -> None:
        """Sample until every interval is narrow or the budget is spent.

        Parameters
        ----------
        budget_s : float
        started : bool
            Whether the first generation of workers is running already.
        say : callable
            Told the number of each generation and the share, 0 to 1, that is done.
        """
        everyone = [c for c in (self._baseline, *self._group) if c.status is None]
        round_s = sum(c.call_s for c in everyone)
        start_s = sum(c.start_s + (c.first_call_s or 0.0) for c in everyone)
        chosen = plan(budget_s, start_s, round_s)
        for generation in range(chosen.generations):
            members = [c for c in everyone if c.status is None and not c.converged]
            if generation or not started:
                self._restart(members, generation)
            say(generation + 1, generation / chosen.generations)
            self._rounds(members, chosen)
            for contender in everyone:
                contender.stop()
            if generation + 1 >= chosen.first_look and self._all_converged():
                break

    def _restart(self, members: list[Contender], generation: int) -> None:
        for contender in members:
            self._launch(contender, generation)
        for contender in members:
            try:
                self._start(contender, generation)
            except EpochlyError as error:
                contender.end("failed", error.what, remedy=error.remedy)
                continue
            seconds = contender.prepare(self._timeout_s)
            if seconds is None:
                continue
            contender.measured_s += seconds
            answer = contender.call(self._timeout_s, capture=None)
            if answer is not None and answer["raised"]:
                contender.failed(answer["raised"])
            elif answer is not None:
                contender.warm_first_calls_s.append(seconds + answer["seconds"])

    def _rounds(self, members: list[Contender], chosen: Plan) -> None:
        for contender in members:
            contender.pairs.append([])
            contender.relative.append([])
            contender.choose_loops(self._timeout_s)
        deadline = time.monotonic() + chosen.sampling_s
        for number in itertools.count():
            taken: dict[int, float] = {}
            yard_s = self._yardstick()
            for contender in rotated([c for c in members if c.alive], number):
                seconds = contender.sample(self._timeout_s)
                if seconds is not None:
                    taken[id(contender)] = seconds
            self._keep(members, taken, yard_s)
            first = next((c for c in (self._baseline, *members) if c.alive), self._baseline)
            enough = len(first.samples_s) >= 3 or chosen.generations > 1
            if not taken or (enough and time.monotonic() >= deadline):
                return

    def _yardstick(self) -> float | None:
        """Seconds of the fixed program now, where it is wanted."""
        if not self._yardstick_loops or not self._baseline.alive:
            return None
        answer = self._baseline.ask("yardstick", None, loops=self._yardstick_loops)
        if answer is None:
            return None
        sample_s = self._baseline.call_s * self._baseline.loops
        self._yardstick_loops = yardstick_loops(sample_s, answer["seconds"])
        return float(answer["seconds"])

    def _keep(
        self, members: list[Contender], taken: dict[int, float], yard_s: float | None
    ) -> None:
        base = taken.get(id(self._baseline))
        for contender in members:
            seconds = taken.get(id(contender))
            if seconds is None:
                continue
            contender.samples_s.append(seconds)
            if base is not None:
                contender.pairs[-1].append((base, seconds))
            if yard_s is not None:
                contender.relative[-1].append(seconds / yard_s)

    def _all_converged(self) -> bool:
        for contender in self._group:
            look(contender)
        return all(c.converged for c in self._group if c.status is None)


def look(contender: Contender) -> None:
    """Bring a contender's interval up to date."""
    contender.ratio = paired_ratio([pairs for pairs in contender.pairs if pairs])
    contender.converged = contender.ratio is not None and contender.ratio.within(PRECISION)
