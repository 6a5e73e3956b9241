"""Where a series of times changed: E-divisive on their logarithms."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# The share of steady series in which a first change is seen all the same.
SIGNIFICANCE = 0.01
RESAMPLES = 999
# A change is seen when this many runs have followed it, and as many went before.
FEWEST = 3
_DISTANCES_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A change of the level of a series.

    Parameters
    ----------
    index : int
        Position of the first value after it.
    before, after : float
        Medians of the stretches on both sides, up to the next change, in the values' unit.
    p_value : float
        Of the permutation test.
    """

    index: int
    before: float
    after: float
    p_value: float

    @property
    def change(self) -> float:
        """By what share it rose: 0.1 is 10 %."""
        return self.after / self.before - 1


def change_points(values: Sequence[float]) -> tuple[ChangePoint, ...]:
    """Find the changes in a series, whatever its distribution.

    E-divisive (Matteson and James, *A Nonparametric Approach for Multiple Change Point Analysis
    of Multivariate Data*, 2014) with exponent 1: the series is divided where the energy distance
    of both sides is largest, as long as a permutation test finds that at 1 %, and each side is
    divided further. It has been in use for performance tests since Daly and others, *The Use of
    Change Point Detection to Identify Software Performance Regressions*, 2020. The test takes runs
    for exchangeable where nothing changed; a slow drift is found as changes.

    Parameters
    ----------
    values : sequence of float
        Positive, oldest first.

    Returns
    -------
    tuple of ChangePoint
        Oldest first; none among fewer than twice `FEWEST` values.
    """
    import numpy as np

    if len(values) < 2 * FEWEST:
        return ()
    logs = np.log(np.asarray(values, dtype=float))
    divided = sorted(_divide(logs, 0))
    edges = [0, *(index for index, _ in divided), len(logs)]
    medians = [
        math.exp(float(np.median(logs[start:end]))) for start, end in itertools.pairwise(edges)
    ]
    return tuple(
        ChangePoint(index, medians[position], medians[position + 1], p_value)
        for position, (index, p_value) in enumerate(divided)
    )


def _divide(logs: np.ndarray, start: int) -> list[tuple[int, float]]:
    if len(logs) < 2 * FEWEST:
        return []
    distances = _energies(logs)
    p_value = _p_value(logs)
    if p_value > SIGNIFICANCE:
        return []
    first = int(distances.argmax()) + FEWEST
    return [
        (start + first, p_value),
        *_divide(logs[:first], start),
        *_divide(logs[first:], start + first),
    ]


def _p_value(logs: np.ndarray) -> float:
    import numpy as np
    from scipy import stats

    if not np.ptp(logs):
        return 1.0

    def largest(values: np.ndarray, axis: int = -1) -> Any:
        return _energies(np.moveaxis(values, axis, -1)).max(axis=-1)

    found = stats.permutation_test(
        (logs,),
        largest,
        permutation_type="pairings",
        n_resamples=RESAMPLES,
        vectorized=True,
        alternative="greater",
        batch=max(1, _DISTANCES_AT_ONCE // len(logs) ** 2),
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def _energies(values: np.ndarray) -> np.ndarray:
    """The energy distance between both sides of every place to divide, along the last axis."""
    import numpy as np

    count = values.shape[-1]
    apart = np.abs(values[..., :, None] - values[..., None, :])
    from_all = apart.sum(axis=-1)
    from_earlier = np.einsum("...ij,ij->...i", apart, np.tri(count, k=-1))
    left = np.arange(FEWEST, count - FEWEST + 1)
    right = count - left
    within_left = 2 * from_earlier.cumsum(axis=-1)[..., left - 1]
    between = from_all.cumsum(axis=-1)[..., left - 1] - within_left
    within_right = from_all.sum(axis=-1)[..., None] - within_left - 2 * between
    energy = 2 * between / (left * right) - within_left / left**2 - within_right / right**2
    return np.asarray(energy * left * right / count)
