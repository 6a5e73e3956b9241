from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from cli.gate_reports import (
    FALLEN,
    HEAD_COMMIT,
    MIXED,
    PASSED,
    QUIET,
    RATIO,
    REGRESSED,
    bare,
    gate_report,
)
from cli.reports import BASELINE, COMPILED, REFUSED, WRONG, report

from epochly.gate.entries import (
    LevelEntry,
    WorkloadEntry,
    entry_document,
    entry_of_gate,
    entry_of_reports,
    parse_entry,
)
from epochly.gate.fingerprint import fingerprint
from epochly.gate.model import Side
from epochly.levels import Level
from epochly.model import Realized

HEAD = Side("head", HEAD_COMMIT)


def line_of(entry) -> bytes:
    return json.dumps(entry_document(entry), allow_nan=False).encode()


@pytest.mark.parametrize(
    "entry",
    [entry_of_gate(MIXED), entry_of_reports([report(), report(workload=None)], HEAD)],
    ids=["gate", "reports"],
)
def test_what_is_written_is_read_back(entry):
    assert parse_entry(line_of(entry)) == entry


def test_a_gate_keeps_outcome_median_slowdown_and_commit():
    entry = entry_of_gate(MIXED)
    assert (entry.commit, entry.dirty, entry.machine) == (
        HEAD_COMMIT,
        True,
        fingerprint(MIXED.machine),
    )
    assert entry.workloads["total"].outcome == "slower"
    assert entry.workloads["total"].levels[1] == LevelEntry(
        2, "numba", median_s=0.00135, slowdown=1.123, slowdown_low=1.081, slowdown_high=1.169
    )


def test_time_and_speedup_of_a_level_are_kept_together():
    timed = replace(QUIET, level=Level.COMPILE, backend="numba")
    entry = entry_of_gate(gate_report(replace(PASSED, comparisons=(timed, RATIO))))
    (level,) = entry.workloads["mean"].levels
    assert (level.median_s, level.speedup, level.slowdown) == (0.05, 19.9, 0.998)


def test_a_level_that_fell_back_was_not_realized():
    levels = entry_of_gate(gate_report(FALLEN)).workloads["fallen"].levels
    assert {level.level: level.realized for level in levels} == {0: None, 2: False}


def test_a_workload_without_figures_keeps_its_outcome():
    entry = entry_of_gate(gate_report(bare("removed")))
    assert entry.workloads["removed"] == WorkloadEntry("removed")


def test_reports_keep_what_was_measured_and_whether_it_ran_as_asked():
    fell = replace(COMPILED, realized=Realized(Level.MONITOR, "monitor"))
    entry = entry_of_reports([report(BASELINE, REFUSED, fell)], HEAD)
    kept = entry.workloads["mean of prices"]
    assert kept.outcome == "measured"
    assert [(level.level, level.realized) for level in kept.levels] == [(0, True), (2, False)]
    assert (kept.levels[1].speedup_low, kept.levels[1].speedup_high) == (11.9, 12.8)
    assert kept.levels[0].speedup is None


def test_a_different_result_and_nothing_measured_are_outcomes():
    entry = entry_of_reports(
        [report(BASELINE, WRONG, workload="a"), report(REFUSED, workload="b")], HEAD
    )
    assert [kept.outcome for kept in entry.workloads.values()] == ["different", "unmeasured"]


def test_a_figure_that_is_no_number_is_not_written():
    odd = replace(REGRESSED, comparisons=(replace(QUIET, slowdown=math.inf, low=math.nan),))
    assert b"slowdown" not in line_of(entry_of_gate(gate_report(odd))).replace(
        b"slowdown_high", b""
    )


def broken(**changes) -> bytes:
    return json.dumps({**entry_document(entry_of_gate(MIXED)), **changes}).encode()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "Expecting"),
        (b"[]", "TypeError"),
        (b"3", "TypeError"),
        (b"{}", "KeyError"),
        (b"\xff", "codec"),
        (100_000 * b"[", "RecursionError"),
        (broken(schema="epochly.history/2"), "its schema is 'epochly.history/2'"),
        (broken(created="yesterday"), "Invalid isoformat"),
        (broken(created=3), "TypeError"),
        (broken(machine="mine"), "TypeError"),
        (broken(workloads={"a": {"outcome": "passed"}}), "KeyError"),
        (
            broken(workloads={"a": {"outcome": "x", "levels": [{"level": 7, "backend": ""}]}}),
            "7 is not a valid Level",
        ),
        (
            broken(
                workloads={
                    "a": {"outcome": "x", "levels": [{"level": 0, "backend": "", "median_s": -1}]}
                }
            ),
            "median_s is -1",
        ),
        (
            broken(
                workloads={
                    "a": {
                        "outcome": "x",
                        "levels": [{"level": 0, "backend": "", "median_s": math.inf}],
                    }
                }
            ),
            "median_s is inf",
        ),
    ],
)
def test_a_line_that_is_no_run_says_why(line: bytes, why: str):
    with pytest.raises(ValueError, match=why):
        parse_entry(line)


def test_fields_of_a_later_version_are_ignored():
    assert parse_entry(broken(more=1)) == entry_of_gate(MIXED)
