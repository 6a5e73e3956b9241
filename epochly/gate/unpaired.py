"""Comparing runs made at different times: an interval over the sets of processes of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from epochly.gate.verdict import FINAL_P, POWER, TRIMMED
from epochly.measure.statistics import LEVEL

FEWEST_GENERATIONS = 3


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

    The trimmed means of their logarithms are compared, as those of pairs are, with a spread of its
    own for each run (Yuen, *The two-sample trimmed t for unequal population variances*, 1974).

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
    if not _spread(before) and not _spread(after):
        return None
    from scipy import stats

    found = stats.ttest_ind(after, before, equal_var=False, trim=TRIMMED)
    interval = found.confidence_interval(LEVEL)
    low, high = float(interval.low), float(interval.high)
    shift = math.log1p(allowed)
    beyond = stats.ttest_ind(
        after,
        [value + shift for value in before],
        equal_var=False,
        trim=TRIMMED,
        alternative="greater",
    )
    error = (high - low) / 2 / float(stats.t.isf(FINAL_P, found.df))
    reach = float(stats.t.isf(FINAL_P, found.df) + stats.t.ppf(POWER, found.df))
    return Difference(
        times=math.exp((low + high) / 2),
        low=math.exp(low),
        high=math.exp(high),
        p_value=float(beyond.pvalue),
        detectable=math.exp(shift + reach * error) - 1,
    )


def _spread(values: Sequence[float]) -> bool:
    """Whether what trimming leaves differs at all."""
    cut = int(TRIMMED * len(values))
    inner = sorted(values)[cut : len(values) - cut]
    return inner[0] < inner[-1]
