from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli.gate_reports import HEAD_COMMIT, MIXED, PASSED, QUIET, RATIO, gate_report
from cli.reports import BASELINE, COMPILED, report
from hypothesis import given
from hypothesis import strategies as st
from pytest_benchmark.stats import Stats

from epochly.errors import NothingMeasuredError
from epochly.exports.measurements import measurements
from epochly.exports.pytest_benchmark import pytest_benchmark, stats
from epochly.report import gate_document, report_document


def exported(document):
    return pytest_benchmark(measurements(document, "x.json"))


def compared(folder: Path, document) -> list[dict[str, str]]:
    """What pytest-benchmark itself reads from the file, by its own command."""
    (folder / "0001_ours.json").write_text(json.dumps(exported(document)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", "0001_ours.json", "--csv=read.csv"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Failed to load" not in done.stdout + done.stderr
    assert "Name (time in" in done.stdout
    with open(folder / "read.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_pytest_benchmark_reads_a_report(tmp_path: Path):
    rows = compared(tmp_path, report_document(report(BASELINE, COMPILED)))
    medians = {row["name"]: float(row["median"]) for row in rows}
    assert medians == pytest.approx(
        {
            "shop.stats:mean::mean of prices[0-monitor]": 0.05015,
            "shop.stats:mean::mean of prices[2-numba]": 0.00405,
        }
    )


def test_pytest_benchmark_reads_a_gate(tmp_path: Path):
    rows = compared(tmp_path, gate_document(MIXED))
    total = next(row for row in rows if row["name"].endswith("total[2-numba]"))
    assert (float(total["median"]), total["rounds"]) == (0.00135, "1")


@given(st.lists(st.floats(min_value=1e-9, max_value=1e6), min_size=1, max_size=40))
def test_the_statistics_are_those_of_pytest_benchmark(samples: list[float]):
    theirs = Stats()
    theirs.data = samples
    ours = stats(tuple(samples))
    for name in ("min", "max", "rounds", "mean", "stddev", "median", "q1", "q3", "ops", "total"):
        assert ours[name] == pytest.approx(getattr(theirs, name), rel=1e-9), name
    assert set(Stats.fields) <= set(ours)


def test_outliers_and_the_data_within_the_fences_are_those_of_pytest_benchmark():
    samples = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 9.0, 0.1]
    theirs = Stats()
    theirs.data = samples
    ours = stats(tuple(samples))
    for name in ("iqr_outliers", "stddev_outliers", "outliers", "ld15iqr", "hd15iqr"):
        assert ours[name] == getattr(theirs, name), name


def test_a_median_without_samples_says_that_it_is_one():
    (one,) = exported(gate_document(gate_report(PASSED)))["benchmarks"]
    assert one["extra_info"]["median_of"] == 80
    assert (one["stats"]["rounds"], one["stats"]["data"]) == (1, [0.05])


def test_a_benchmark_is_grouped_by_its_workload_and_told_its_level():
    one = exported(report_document(report(BASELINE, COMPILED)))["benchmarks"][1]
    assert one["group"] == "mean of prices"
    assert one["params"] == {"level": 2, "backend": "numba"}
    assert one["extra_info"]["speedup_interval"] == [11.9, 12.8]


def test_the_commit_is_the_heads_where_it_is_known():
    assert exported(gate_document(MIXED))["commit_info"]["id"] == HEAD_COMMIT
    assert exported(report_document(report(BASELINE)))["commit_info"]["id"] == "unversioned"


def test_a_level_without_a_time_is_left_out():
    timed = gate_report(replace(PASSED, comparisons=(QUIET, RATIO)))
    (one,) = exported(gate_document(timed))["benchmarks"]
    assert one["param"] == "0-monitor"


def test_ratios_alone_are_nothing_for_pytest_benchmark():
    with pytest.raises(NothingMeasuredError, match="no times"):
        exported(gate_document(gate_report(replace(PASSED, comparisons=(RATIO,)))))
