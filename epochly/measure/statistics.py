"""Ratios of paired times, their 95 % intervals, and whether two of them differ."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
RESAMPLES = 1999
# The range of fewer values covers their median in less than 95 % of cases: 1 - 2 ** (1 - n).
FEWEST_RANKED = 6

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times faster the second of each pair is, with its 95 % interval."""

    estimate: float
    low: float
    high: float

    def within(self, share: float) -> bool:
        """Whether both ends of the interval lie within ``share`` (0.05: 5 %) of the estimate."""
        reach = 1.0 + share
        return self.high <= self.estimate * reach and self.low * reach >= self.estimate


def paired_ratio(generations: Sequence[Pairs]) -> Ratio | None:
    """Ratio of paired times, with an interval over processes and over rounds.

    The logarithms of the ratios are reduced to their median within each generation of worker
    processes, and averaged over generations. The interval is a two-stage bootstrap: processes
    first, rounds within them second (Davison and Hinkley, *Bootstrap Methods and their
    Application*, 1997, section 3.8), widened for few processes by the expanded percentile
    (Hesterberg, *What Teachers Should Know About the Bootstrap*, 2015, section 5.3). A few rounds
    of one process alone get Student's interval of the mean instead, since no resampling of fewer
    than six values covers enough.

    Parameters
    ----------
    generations : sequence of sequences of (float, float)
        For each generation its rounds, each the seconds of the baseline and of the candidate.

    Returns
    -------
    Ratio or None
        None with fewer than three pairs in all: too few to say anything.
    """
    import numpy as np
    from scipy import stats

    logs = [np.log([base / other for base, other in pairs]) for pairs in generations if pairs]
    if sum(len(values) for values in logs) < 3:
        return None
    reduce: Callable[..., Any] = np.mean
    if len(logs) == 1 and len(logs[0]) < FEWEST_RANKED and np.ptp(logs[0]) > 0.0:
        return _by_t(logs[0])
    if len(logs) == 1:
        logs = [logs[0][[index]] for index in range(len(logs[0]))]
        reduce = np.median
    generator = np.random.default_rng(0)
    centres = np.array([np.median(values) for values in logs])
    inner = np.stack([_resampled_medians(values, generator) for values in logs])

    def statistic(chosen: np.ndarray, axis: int = -1) -> np.ndarray:
        rows = chosen.astype(int)
        columns = generator.integers(inner.shape[1], size=rows.shape)
        return np.asarray(reduce(inner[rows, columns], axis=axis))

    estimate = float(reduce(centres))
    if float(np.ptp(inner)) == 0.0:
        return Ratio(*(math.exp(estimate),) * 3)
    interval = stats.bootstrap(
        (np.arange(len(logs), dtype=float),),
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=_expanded(len(logs)),
        method="percentile",
        vectorized=True,
        rng=generator,
    ).confidence_interval
    low, high = min(float(interval.low), estimate), max(float(interval.high), estimate)
    return Ratio(math.exp(estimate), math.exp(low), math.exp(high))


def median_ratio(pairs: Pairs) -> float:
    """How many times faster the second of the pairs is, by the median of the logarithms."""
    return math.exp(statistics.median(math.log(base / other) for base, other in pairs))


def tied(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether two candidates' times, paired by round, cannot be told apart.

    Wilcoxon's signed-rank test at 5 % on the logarithm of the ratio; fewer than six pairs can
    never be told apart by it.
    """
    import numpy as np
    from scipy import stats

    count = min(len(first), len(second))
    if count < 6:
        return True
    difference = np.log(first[:count]) - np.log(second[:count])
    if not difference.any():
        return True
    return bool(stats.wilcoxon(difference).pvalue > 1 - LEVEL)


def _by_t(logs: np.ndarray) -> Ratio:
    from scipy import stats

    interval = stats.ttest_1samp(logs, 0.0).confidence_interval(LEVEL)
    return Ratio(*map(math.exp, (float(logs.mean()), float(interval.low), float(interval.high))))


def _resampled_medians(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    import numpy as np

    chosen = generator.integers(len(values), size=(RESAMPLES, len(values)))
    return np.asarray(np.median(values[chosen], axis=1))


def _expanded(count: int) -> float:
    from scipy import stats

    alpha = 1 - LEVEL
    reach = stats.t.ppf(1 - alpha / 2, count - 1) * math.sqrt(count / (count - 1))
    return float(1 - 2 * stats.norm.sf(reach))
