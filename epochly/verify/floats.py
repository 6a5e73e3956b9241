"""How far apart two floating-point numbers are, and whether that is still the same result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epochly.workload import Tolerance

RELATIVE = {2: 1e-2, 4: 1e-5, 8: 1e-9, 16: 1e-9}
CHUNK = 1 << 22


@dataclass(slots=True)
class Drift:
    """The largest differences seen so far between numbers that count as equal."""

    max_ulp: float = 0.0
    max_rel: float = 0.0
    seen: bool = False


def first_difference(expected: Any, actual: Any, tolerance: Tolerance, drift: Drift) -> int | None:
    """Where two arrays of one floating-point dtype and length differ first.

    Parameters
    ----------
    expected, actual : ndarray of float, one-dimensional
    tolerance : Tolerance
    drift : Drift
        Widened by what is found within the tolerance.

    Returns
    -------
    int or None
        Index of the first pair that is not equal.
    """
    for start in range(0, len(expected), CHUNK):
        stop = start + CHUNK
        found = _in_chunk(expected[start:stop], actual[start:stop], tolerance, drift)
        if found is not None:
            return start + found
    return None


def _in_chunk(expected: Any, actual: Any, tolerance: Tolerance, drift: Drift) -> int | None:
    import numpy as np

    if expected.dtype.itemsize <= 8:
        bits = np.dtype(f"u{expected.dtype.itemsize}")
        same = expected.view(bits) == actual.view(bits)
    else:
        same = (expected == actual) & (np.signbit(expected) == np.signbit(actual))
    if same.all():
        return None
    places = np.flatnonzero(~same)
    if tolerance.exact:
        return int(places[0])
    with np.errstate(all="ignore"):
        one, two = expected[places], actual[places]
        nan = np.isnan(one) & np.isnan(two)
        finite = np.isfinite(one) & np.isfinite(two)
        rtol = RELATIVE[one.dtype.itemsize] if tolerance.rtol is None else tolerance.rtol
        gap = np.abs(one - two)
        size = np.maximum(np.abs(one), np.abs(two))
        near = finite & (gap <= np.maximum(rtol * size, tolerance.atol))
        near &= ~((one == 0) & (two == 0))
        good = nan | near
        if not good.all():
            return int(places[np.flatnonzero(~good)[0]])
        if near.any():
            drift.seen = True
            drift.max_rel = max(drift.max_rel, float((gap[near] / size[near]).max()))
            spacing = np.spacing(np.minimum(np.abs(one[near]), np.abs(two[near])))
            drift.max_ulp = max(drift.max_ulp, float((gap[near] / spacing).max()))
    return None
