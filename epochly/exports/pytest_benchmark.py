"""The JSON of pytest-benchmark, which its ``compare`` and many dashboards read."""

from __future__ import annotations

import statistics
from typing import Any

from epochly.errors import NothingMeasuredError
from epochly.exports.measurements import Measurement, Measurements

# The version whose format this is.
FORMAT_VERSION = "5.3.1"
_FENCE = 1.5


def pytest_benchmark(found: Measurements) -> dict[str, Any]:
    """Measurements as pytest-benchmark writes its own.

    A gate's report holds medians alone: such a benchmark has one round, the median, and its
    ``extra_info`` says of how many samples. Measurements without a time are left out.

    Parameters
    ----------
    found : Measurements

    Returns
    -------
    dict
        ``machine_info``, ``commit_info``, ``benchmarks``, ``datetime`` and ``version``; times in
        seconds.

    Raises
    ------
    NothingMeasuredError
        When there are only ratios.
    """
    benchmarks = [_benchmark(row) for row in found.rows if row.median_s is not None]
    if not benchmarks:
        raise NothingMeasuredError(
            "the document holds no times, which are all that pytest-benchmark takes",
            remedy="export its ratios with --to bmf",
        )
    machine = found.machine
    return {
        "machine_info": {
            "node": "",
            "processor": machine.get("processor"),
            "machine": machine.get("platform"),
            "python_implementation": machine.get("implementation"),
            "python_version": machine.get("python"),
            "system": str(machine.get("platform", "")).partition("-")[0],
            "cpu": {"brand_raw": machine.get("processor"), "count": machine.get("cores")},
        },
        "commit_info": {
            "id": found.commit or "unversioned",
            "time": None,
            "author_time": None,
            "dirty": found.dirty,
            "project": "",
            "branch": "(unknown)",
        },
        "benchmarks": benchmarks,
        "datetime": found.created,
        "version": FORMAT_VERSION,
    }


def _benchmark(row: Measurement) -> dict[str, Any]:
    told: dict[str, Any] = {"target": row.target}
    if not row.samples_s:
        told["median_of"] = row.rounds
    for name, measure in (("speedup", row.speedup), ("slowdown", row.slowdown)):
        if measure is not None:
            told[name] = measure.value
            told[f"{name}_interval"] = [measure.low, measure.high]
    return {
        "group": row.workload,
        "name": row.name,
        "fullname": f"{row.target}::{row.name}",
        "params": {"level": row.level, "backend": row.backend},
        "param": f"{row.level}-{row.backend}",
        "extra_info": told,
        "options": {},
        "stats": stats(row.samples_s or ((row.median_s,) if row.median_s is not None else ())),
    }


def stats(samples: tuple[float, ...]) -> dict[str, Any]:
    """The statistics of pytest-benchmark, as it defines them.

    A quartile of an odd number of values lies halfway between the medians of that half with and
    without the middle value (method 3 of https://en.wikipedia.org/wiki/Quartile); outliers lie
    beyond one standard deviation of the mean, and beyond 1.5 interquartile ranges of the
    quartiles.

    Parameters
    ----------
    samples : tuple of float
        Seconds a call, at least one.
    """
    ordered, count = sorted(samples), len(samples)
    mean = statistics.fmean(ordered)
    deviation = statistics.stdev(ordered) if count > 1 else 0.0
    q1, q3 = _quartile(ordered), _quartile(ordered[::-1])
    low, high = q1 - _FENCE * (q3 - q1), q3 + _FENCE * (q3 - q1)
    beyond = sum(abs(value - mean) > deviation for value in ordered)
    outside = sum(not low <= value <= high for value in ordered)
    total = sum(ordered)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": count,
        "median": statistics.median(ordered),
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": outside,
        "stddev_outliers": beyond,
        "outliers": f"{beyond};{outside}",
        "ld15iqr": min(value for value in ordered if value >= low),
        "hd15iqr": max(value for value in ordered if value <= high),
        "ops": count / total if total else 0,
        "total": total,
        "iterations": 1,
        "data": list(samples),
    }


def _quartile(ordered: list[float]) -> float:
    """The quartile of the half that comes first."""
    without, within = len(ordered) // 2, (len(ordered) + 1) // 2
    middle = statistics.median(ordered[:within])
    return (statistics.median(ordered[:without] or ordered) + middle) / 2
