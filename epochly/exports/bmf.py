"""Bencher Metric Format, which Bencher's ``json`` adapter reads."""

from __future__ import annotations

import statistics
from typing import Any

from epochly.errors import UsageError
from epochly.exports.measurements import Measure, Measurements

# Longer names are refused (https://bencher.dev/docs/reference/bencher-metric-format).
LONGEST_NAME = 1024
_NS = 1e9


def bmf(found: Measurements) -> dict[str, Any]:
    """Measurements as Bencher Metric Format, version 0.

    Parameters
    ----------
    found : Measurements

    Returns
    -------
    dict
        Name of the benchmark -> measure -> value and, where they are known, lower and upper
        value. ``latency`` is the median in nanoseconds, between the quartiles of the samples;
        ``speedup`` over level 0 and ``slowdown`` over the gate's reference carry their 95 %
        intervals.

    Raises
    ------
    UsageError
        When a name is longer than Bencher takes.
    """
    document = {}
    for row in found.rows:
        if len(row.name) > LONGEST_NAME:
            raise UsageError(
                f"the name {row.name[:40]!r}… has {len(row.name)} characters, and Bencher takes "
                f"{LONGEST_NAME}",
                remedy="give the workload a shorter name in epochly.yaml",
            )
        latency = None
        if row.median_s is not None:
            low, high = _quartiles(row.samples_s)
            latency = Measure(row.median_s, low, high)
        document[row.name] = {
            slug: _metric(measure, scale)
            for slug, measure, scale in (
                ("latency", latency, _NS),
                ("speedup", row.speedup, 1.0),
                ("slowdown", row.slowdown, 1.0),
            )
            if measure is not None
        }
    return document


def _quartiles(samples: tuple[float, ...]) -> tuple[float | None, float | None]:
    if len(samples) < 2:
        return None, None
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return low, high


def _metric(measure: Measure, scale: float) -> dict[str, float]:
    found = {"value": measure.value, "lower_value": measure.low, "upper_value": measure.high}
    return {name: scale * value for name, value in found.items() if value is not None}
