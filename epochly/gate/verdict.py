"""Deciding from paired samples whether the head is slower than allowed: statistics, no clock."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from epochly.gate.model import Comparison, Judgement
from epochly.measure.statistics import LEVEL

if TYPE_CHECKING:
    from epochly.gate.duel import Generation
    from epochly.levels import Level

FEWEST_GENERATIONS = 4
# Looking before the end needs far stronger evidence, so that looking often costs nothing
# (Haybittle, 1971; Peto and others, 1976).
INTERIM_P = 0.001
FINAL_P = (1 - LEVEL) / 2
# The share of runs that would find a slowdown called detectable.
POWER = 0.9
# A limit raised further would let pass what it was set to find.
MOST_RAISED = 2.0
# The share of values left out at either end of an interval.
TRIMMED = 0.2


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of logarithms with its 95 % interval, as ratios; ``error`` is of the logarithm."""

    estimate: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What a comparison is held to; see `epochly.gate.model.Settings`."""

    max_slowdown: float
    min_delta_s: float


def compare(
    level: Level, backend: str, generations: Sequence[Generation], limit: Limit
) -> Comparison:
    """Judge what has been sampled until now.

    Each set of processes gives one value, since rounds within a set share its bias; Student's
    interval over them is the comparison's. What the reference differs from itself by, to the far
    end of the same interval, is the noise floor: a limit below it is raised to it. Where that is
    more than `MOST_RAISED` times the limit, nothing passes.

    Parameters
    ----------
    level : Level
    backend : str
    generations : sequence of Generation
    limit : Limit

    Returns
    -------
    Comparison
        Undecided with fewer than `FEWEST_GENERATIONS`.
    """
    blank = Comparison(
        level,
        backend,
        "time",
        "undecided",
        max_slowdown=limit.max_slowdown,
        asked_slowdown=limit.max_slowdown,
        min_delta_s=limit.min_delta_s,
        generations=len(generations),
        rounds=sum(one.rounds for one in generations),
    )
    if len(generations) < 2:
        return blank
    found = interval([one.slowdown for one in generations])
    floor = floor_of([one.itself for one in generations])
    allowed = max(limit.max_slowdown, floor)
    reference_s = statistics.median(one.reference_s for one in generations)
    result = dataclasses.replace(
        blank,
        max_slowdown=allowed,
        slowdown=found.estimate,
        low=found.low,
        high=found.high,
        p_value=_p_beyond(found, allowed, len(generations)),
        reference_s=reference_s,
        head_s=statistics.median(one.head_s for one in generations),
        noise_floor=floor,
        detectable=_detectable(found, allowed, len(generations)),
    )
    return dataclasses.replace(result, judgement=_judgement(result))


def decided(comparison: Comparison, comparisons: int) -> bool:
    """Whether the evidence is strong enough to stop before the budget is spent.

    Parameters
    ----------
    comparison : Comparison
        As `compare` gives it, now.
    comparisons : int
        How many there are in the run.
    """
    if comparison.generations < FEWEST_GENERATIONS or comparison.p_value is None:
        return False
    needed = INTERIM_P / comparisons
    if comparison.p_value < needed:
        return True
    # As long as noise would raise the limit, more samples lower it.
    firm = comparison.max_slowdown == comparison.asked_slowdown
    return firm and _p_below(comparison) < needed


def corrected(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons of one run after Holm's correction (Holm, 1979).

    One that seemed slower by itself, and is not after it, is undecided.
    """
    known = [c.p_value for c in comparisons if c.p_value is not None]
    adjusted = dict(zip(sorted(known), _holm(sorted(known)), strict=True))
    found = []
    for comparison in comparisons:
        if comparison.p_value is None:
            found.append(comparison)
            continue
        p = adjusted[comparison.p_value]
        judgement = comparison.judgement
        if judgement == "slower" and p > FINAL_P:
            judgement = "undecided"
        found.append(dataclasses.replace(comparison, p_adjusted=p, judgement=judgement))
    return found


def interval(logs: Sequence[float]) -> Interval:
    """The trimmed mean of logarithms, of at least two, with its interval.

    A process now and then runs a fifth slower than its like for as long as it lives, by the luck
    of its addresses where these cannot be fixed. A fifth of the values at either end is therefore
    left out, and the interval is Student's with the winsorized variance (Tukey and McLaughlin,
    1963; Yuen, 1974).
    """
    from scipy import stats

    values, cut = list(logs), (TRIMMED, TRIMMED)
    mean = float(stats.mstats.trimmed_mean(values, cut))
    error = float(stats.mstats.trimmed_stde(values, cut))
    reach = float(stats.t.ppf(1 - FINAL_P, freedom(len(values)))) * error
    return Interval(math.exp(mean), math.exp(mean - reach), math.exp(mean + reach), error)


def floor_of(logs: Sequence[float]) -> float:
    """What identical code differs by, as a share, from logarithms of its ratios to itself."""
    itself = interval(logs)
    return max(itself.high, 1 / itself.low) - 1


def freedom(count: int) -> int:
    """Degrees of freedom of an `interval` of so many values."""
    return count - 2 * int(TRIMMED * count) - 1


def _judgement(comparison: Comparison) -> Judgement:
    assert comparison.slowdown is not None
    assert comparison.low is not None
    assert comparison.high is not None
    assert comparison.reference_s is not None
    if comparison.generations < FEWEST_GENERATIONS:
        return "undecided"
    beyond = 1 + comparison.max_slowdown
    delta_s = (comparison.slowdown - 1) * comparison.reference_s
    if comparison.low > beyond:
        return "slower" if delta_s > comparison.min_delta_s else "passed"
    most_s = (comparison.high - 1) * comparison.reference_s
    within = comparison.high < beyond and not blurred(comparison)
    return "passed" if within or most_s < comparison.min_delta_s else "undecided"


def blurred(comparison: Comparison) -> bool:
    """Whether noise hides slowdowns far beyond the limit that was set."""
    return comparison.max_slowdown > MOST_RAISED * comparison.asked_slowdown


def _p_beyond(found: Interval, allowed: float, count: int) -> float:
    """Of the hypothesis that the slowdown is at most what is allowed."""
    from scipy import stats

    distance = math.log(found.estimate) - math.log1p(allowed)
    if found.error == 0.0:
        return 0.0 if distance > 0 else 1.0
    return float(stats.t.sf(distance / found.error, freedom(count)))


def _p_below(comparison: Comparison) -> float:
    """Of the hypothesis that the slowdown is at least what fails."""
    from scipy import stats

    assert comparison.slowdown is not None
    assert comparison.low is not None
    assert comparison.reference_s is not None
    fails = max(comparison.max_slowdown, comparison.min_delta_s / comparison.reference_s)
    centre, count = math.log(comparison.slowdown), comparison.generations
    error = (centre - math.log(comparison.low)) / float(stats.t.ppf(1 - FINAL_P, freedom(count)))
    distance = math.log1p(fails) - centre
    if error == 0.0:
        return 0.0 if distance > 0 else 1.0
    return float(stats.t.sf(distance / error, freedom(count)))


def _detectable(found: Interval, allowed: float, count: int) -> float:
    """The slowdown whose t, not central any more, exceeds the critical value in `POWER` of runs."""
    from scipy import optimize, stats

    free = freedom(count)
    critical = stats.t.ppf(1 - FINAL_P, free)
    reach = optimize.brentq(
        lambda away: stats.nct.sf(critical, free, away) - POWER, 0.0, 10 * critical
    )
    # An estimated error lies below the true one more often than above it.
    error = found.error * math.sqrt(free / stats.chi2.median(free))
    return math.exp(math.log1p(allowed) + float(reach) * error) - 1


def _holm(ascending: Sequence[float]) -> list[float]:
    highest, adjusted = 0.0, []
    for position, p in enumerate(ascending):
        highest = max(highest, min(1.0, (len(ascending) - position) * p))
        adjusted.append(highest)
    return adjusted
