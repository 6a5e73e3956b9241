"""One workload of the head against what a baseline keeps of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from epochly.errors import UsageError
from epochly.gate.alone import alone
from epochly.gate.baseline import BaselineEntry, BaselineRow, check_same_call, differences
from epochly.gate.checks import SAVE_ANEW, place, realized_checks
from epochly.gate.model import Check, Comparison, Judgement
from epochly.gate.outcome import Found
from epochly.gate.unpaired import FEWEST_GENERATIONS, Difference, difference
from epochly.gate.verdict import Limit, blurred, floor_of
from epochly.levels import SPREADING, Level
from epochly.measure.contender import TWIN
from epochly.measure.session import Options
from epochly.model import LevelRow, Report
from epochly.units import ratio, seconds
from epochly.workload import Workload

# A smaller change of the machine's pace is not worth a note.
_NOTEWORTHY = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a workload since its baseline.

    Parameters
    ----------
    comparisons : tuple of Comparison
        Of times on the same machine; elsewhere of gains over level 0.
    checks : tuple of Check
        Whether levels are still realized; equality is a matter of the report alone.
    notes : tuple of str
    """

    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]
    notes: tuple[str, ...]


def compare_with_baseline(entry: BaselineEntry, report: Report, limit: Limit) -> Compared:
    """Judge a report by a baseline.

    On the same machine the times of every level are compared, in units of the time of a fixed
    program beside them, since the machine may be busier than it was. A limit below what level 0
    differs from itself by is raised to it, as `epochly.gate.verdict.compare` does. A gain that fell
    while the level's own time held is no regression: level 0 became faster. Elsewhere only gains
    can be compared, which cannot tell the two apart, and the notes say so.

    Parameters
    ----------
    entry : BaselineEntry
    report : Report
        Of the same workload, with the entry's levels, the yardstick and the twin asked for.
    limit : Limit

    Returns
    -------
    Compared
    """
    found = _Comparing(entry, report, limit)
    comparisons = tuple(found.comparisons())
    checks, notes = realized_checks(entry, report)
    return Compared(comparisons, checks, (*found.about(comparisons), *notes))


def against_entry(
    workload: Workload,
    entry: BaselineEntry,
    path: str,
    limit: Limit,
    options: Options,
    say: Callable[[str, float], None],
) -> Found:
    """Measure a workload at the levels of a baseline's entry, and compare.

    Parameters
    ----------
    workload : Workload
    entry : BaselineEntry
        Of this workload, perhaps under a former name.
    path : str
        The baseline's file, for messages.
    limit : Limit
    options : Options
    say : callable
        Told what is done, and the share, 0 to 1, that is done.
    """
    began = time.monotonic()
    try:
        check_same_call(entry, workload, path)
    except UsageError as error:
        return Found(workload, "unusable", error.what, error.remedy)
    levels = tuple(sorted({*entry.levels, *(workload.levels or options.levels or ())}))
    found, report = alone(
        replace(workload, levels=levels),
        replace(options, yardstick=True, twin=True),
        lambda progress: say(progress.stage, progress.fraction),
    )
    if report is not None and found.outcome is None:
        compared = compare_with_baseline(entry, report, limit)
        found = replace(
            found,
            comparisons=compared.comparisons,
            checks=(*found.checks, *compared.checks),
            notes=(*found.notes, *compared.notes),
        )
        if not found.comparisons and not found.checks:
            found = replace(
                found,
                outcome="unmeasured",
                message=f"nothing that {path} keeps of it can be compared on this machine",
                remedy="keep a level beyond 0 in it (`epochly bench --levels 0,2 --save-baseline "
                f"{path}`), or compare with `epochly gate --against`",
            )
    return replace(found, workload=workload, seconds=time.monotonic() - began)


class _Comparing:
    def __init__(self, entry: BaselineEntry, report: Report, limit: Limit) -> None:
        self._entry, self._report, self._limit = entry, report, limit
        twin = next((row for row in report.levels if row.backend == TWIN), None)
        logs = [math.log(times) for times in twin.generation_speedups] if twin else []
        self._floor = floor_of(logs) if len(logs) >= FEWEST_GENERATIONS else None
        self._allowed = max(limit.max_slowdown, self._floor or 0.0)
        now = {(row.level, row.backend): row for row in report.levels if row.status == "measured"}
        self._pairs = [
            (then, now[then.level, then.backend])
            for then in entry.rows
            if then.status == "measured" and (then.level, then.backend) in now
        ]
        self._apart = differences(entry.machine, report.machine)

    def comparisons(self) -> Iterator[Comparison]:
        """Of times on the same machine, else of gains."""
        for then, now in self._pairs:
            if not self._apart:
                yield self._of_times(then, now)
            elif then.level is not Level.MONITOR and self._stays(then) is None:
                yield self._of_gains(then, now)

    def about(self, comparisons: Sequence[Comparison]) -> Iterator[str]:
        """What a reader of the comparisons has to know."""
        now = self._report.identity.kind if self._report.identity else None
        if self._entry.kind is not None and now is not None and now != self._entry.kind:
            yield (
                f"the arguments are of another kind, so this may be other work: {self._entry.kind} "
                f"in the baseline, {now} now"
            )
        slower = [one for one in comparisons if one.judgement == "slower"]
        if self._apart:
            yield (
                "times were not compared, gains over level 0 alone, since this is another machine "
                f"than the baseline's: it differs in {', '.join(self._apart)}"
            )
            for then, _ in self._pairs:
                reason = self._stays(then)
                if reason is not None:
                    yield reason
            if slower:
                yield (
                    "a gain also falls when level 0 becomes faster, which only the same machine or "
                    f"`epochly gate --against` can tell apart; {SAVE_ANEW}"
                )
            return
        pace = self._pace()
        if pace is not None and abs(math.log(pace)) > math.log1p(_NOTEWORTHY):
            yield (
                f"a fixed program took {pace:.2f} times what it took beside the baseline, so times "
                "are corrected by as much"
            )
        if len(slower) > 1 and len(slower) == len(comparisons):
            yield (
                "level 0 and every other level became slower together: the function does more, or "
                "the machine is busy in a way that the correction does not see; "
                "`epochly gate --against` tells them apart"
            )
        yield from self._lost_gains(comparisons)

    def _lost_gains(self, comparisons: Sequence[Comparison]) -> Iterator[str]:
        """Gains that fell since level 0 became faster."""
        level_0 = next((one for one in comparisons if one.level is Level.MONITOR), None)
        if level_0 is None or level_0.high is None or level_0.high >= 1:
            return
        for (then, now), one in zip(self._pairs, comparisons, strict=True):
            fell = self._fallen_gain(then, now)
            if one is not level_0 and one.judgement == "passed" and fell and fell.low > 1:
                yield (
                    f"{place(then)} gains {ratio(now.speedup)} where it gained "
                    f"{ratio(then.speedup)}, since level 0 became faster "
                    f"({seconds(level_0.reference_s)}, now {seconds(level_0.head_s)}); its own "
                    "time held, so this is no regression"
                )

    def _of_times(self, then: BaselineRow, now: LevelRow) -> Comparison:
        before, after = then.generation_relative, now.generation_relative
        unit_s = _yardstick_s(then)
        corrected_s = statistics.median(after) * unit_s if after and unit_s else now.median_s
        blank = replace(
            self._blank(then, now), measure="time", reference_s=then.median_s, head_s=corrected_s
        )
        found = difference(before, after, self._allowed)
        if found is None or then.median_s is None:
            return replace(blank, slowdown=_times(before, after))
        return self._judged(blank, found, then.median_s)

    def _of_gains(self, then: BaselineRow, now: LevelRow) -> Comparison:
        blank = replace(
            self._blank(then, now), reference_speedup=then.speedup, head_speedup=now.speedup
        )
        found = self._fallen_gain(then, now)
        if found is None or now.median_s is None:
            return replace(
                blank, slowdown=_times(now.generation_speedups, then.generation_speedups)
            )
        return self._judged(blank, found, now.median_s / found.times)

    def _fallen_gain(self, then: BaselineRow, now: LevelRow) -> Difference | None:
        return difference(now.generation_speedups, then.generation_speedups, self._allowed)

    def _blank(self, then: BaselineRow, now: LevelRow) -> Comparison:
        return Comparison(
            then.level,
            then.backend,
            "speedup",
            "undecided",
            max_slowdown=self._allowed,
            asked_slowdown=self._limit.max_slowdown,
            min_delta_s=self._limit.min_delta_s,
            noise_floor=self._floor,
            generations=len(now.generation_medians_s),
            rounds=len(now.samples_s),
        )

    def _judged(self, blank: Comparison, found: Difference, expected_s: float) -> Comparison:
        """Judge a slowdown from the seconds that a call would take without it."""
        beyond = 1 + self._allowed
        most_s = (found.high - 1) * expected_s
        judgement: Judgement = "undecided"
        if found.low > beyond:
            held = (found.times - 1) * expected_s <= self._limit.min_delta_s
            judgement = "passed" if held else "slower"
        elif (found.high < beyond and not blurred(blank)) or most_s < self._limit.min_delta_s:
            judgement = "passed"
        return replace(
            blank,
            judgement=judgement,
            slowdown=found.times,
            low=found.low,
            high=found.high,
            p_value=found.p_value,
            detectable=found.detectable,
        )

    def _pace(self) -> float | None:
        """How many times as long as then the fixed program takes now."""
        paces = [_yardstick_s(row) for pair in self._pairs[:1] for row in pair]
        if len(paces) < 2 or paces[0] is None or paces[1] is None:
            return None
        return paces[1] / paces[0]

    def _stays(self, then: BaselineRow) -> str | None:
        """Why a gain says nothing about another machine."""
        before, after = self._entry.machine, self._report.machine
        if then.level in SPREADING and before.cores != after.cores:
            return (
                f"{place(then)} had {before.cores} cores in the baseline and has {after.cores} "
                "here, so its gain was not compared"
            )
        if then.level is Level.GPU and before.gpu != after.gpu:
            return f"{place(then)} had {before.gpu} in the baseline, so its gain was not compared"
        return None


def _yardstick_s(row: BaselineRow | LevelRow) -> float | None:
    """Seconds of the fixed program beside a row."""
    both = list(zip(row.generation_medians_s, row.generation_relative, strict=False))
    return statistics.median(seconds / relative for seconds, relative in both) if both else None


def _times(first: Sequence[float], second: Sequence[float]) -> float | None:
    """How many times larger the second is by its median, where nothing more can be said."""
    if not first or not second:
        return None
    return statistics.median(second) / statistics.median(first)
