"""Comparing two runs of different times: Welch's interval over sets of processes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from epochly.measure.statistics import LEVEL

FEWEST_GENERATIONS = 3
# The share of runs that would find a slowdown called detectable.
POWER = 0.9


@dataclass(frozen=True, slots=True)
class Difference:
    """How many times larger the second of two quantities is, with its 95 % interval.

    Parameters
    ----------
    times, low, high : float
    p_value : float
        Of the hypothesis that it is no more than allowed times larger.
    detectable : float
        The smallest excess, as a share, that nine runs of ten would find.
    """

    times: float
    low: float
    high: float
    p_value: float
    detectable: float


def difference(
    first: Sequence[float], second: Sequence[float], allowed: float
) -> Difference | None:
    """Compare the medians of two runs' sets of worker processes.

    The logarithms of the medians are compared by Welch's test, which lets both runs have spreads
    of their own (Welch, *The generalization of "Student's" problem when several different
    population variances are involved*, 1947).

    Parameters
    ----------
    first, second : sequence of float
        One positive value for each set of processes.
    allowed : float
        The excess that is allowed, as a share.

    Returns
    -------
    Difference or None
        None with fewer than three sets on a side, or no spread on either: nothing to judge by.
    """
    if min(len(first), len(second)) < FEWEST_GENERATIONS:
        return None
    before, after = [math.log(value) for value in first], [math.log(value) for value in second]
    if max(before) == min(before) and max(after) == min(after):
        return None
    from scipy import stats

    found = stats.ttest_ind(after, before, equal_var=False)
    interval = found.confidence_interval(LEVEL)
    shift = math.log1p(allowed)
    shifted = [value + shift for value in before]
    beyond = stats.ttest_ind(after, shifted, equal_var=False, alternative="greater")
    centre = statistics.fmean(after) - statistics.fmean(before)
    tail = (1 - LEVEL) / 2
    reach = (float(interval.high) - centre) / float(stats.t.isf(tail, found.df))
    reach *= float(stats.t.isf(tail, found.df) + stats.t.ppf(POWER, found.df))
    return Difference(
        times=math.exp(centre),
        low=math.exp(float(interval.low)),
        high=math.exp(float(interval.high)),
        p_value=float(beyond.pvalue),
        detectable=math.exp(shift + reach) - 1,
    )
