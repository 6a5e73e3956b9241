from __future__ import annotations

from dataclasses import replace

import pytest
from cli.gate_reports import MIXED, PASSED, QUIET, RATIO, WRONG, bare, gate_report
from cli.reports import BASELINE, COMPILED, REFUSED, report
from cli.reports import WRONG as WRONG_ROW

from epochly.errors import NothingMeasuredError, UsageError
from epochly.exports.measurements import Measure, measurements
from epochly.levels import Level
from epochly.report import gate_document, report_document, reports_document


def test_every_measured_level_of_a_report_is_found():
    found = measurements(report_document(report(BASELINE, REFUSED, COMPILED)), "r.json")
    assert [row.name for row in found.rows] == [
        "mean of prices[0-monitor]",
        "mean of prices[2-numba]",
    ]
    assert found.rows[1].samples_s == (0.0041, 0.0040)
    assert found.rows[1].speedup == Measure(12.345, 11.9, 12.8)
    assert found.machine["cores"] == 2


def test_level_0_has_no_speedup_over_itself():
    (row,) = measurements(report_document(report(BASELINE)), "r.json").rows
    assert row.speedup is None


def test_a_level_that_returned_something_different_is_left_out():
    found = measurements(report_document(report(BASELINE, WRONG_ROW)), "r.json")
    assert [row.level for row in found.rows] == [0]
    wrong = replace(WRONG, level=Level.MONITOR, backend="monitor")
    result = replace(PASSED, comparisons=(QUIET, RATIO), checks=(wrong,))
    (row,) = measurements(gate_document(gate_report(result)), "g.json").rows
    assert row.level == 2


def test_a_function_without_a_workload_goes_by_its_target():
    (row,) = measurements(report_document(report(BASELINE, workload=None)), "r.json").rows
    assert row.name == "shop.stats:mean[0-monitor]"


def test_all_reports_of_a_list_are_found():
    both = [report(BASELINE), report(BASELINE, workload="other")]
    found = measurements(reports_document(both), "r.json")
    assert [row.workload for row in found.rows] == ["mean of prices", "other"]


def test_a_gate_has_medians_slowdowns_and_the_heads_commit():
    found = measurements(gate_document(MIXED), "g.json")
    assert (found.commit, found.dirty) == (MIXED.head.commit, True)
    total = next(row for row in found.rows if row.name == "total[2-numba]")
    assert (total.median_s, total.samples_s, total.rounds) == (0.00135, (), 80)
    assert total.slowdown == Measure(1.123, 1.081, 1.169)


def test_time_and_speedup_of_one_level_are_one_measurement():
    result = replace(
        PASSED, comparisons=(replace(QUIET, level=Level.COMPILE, backend="numba"), RATIO)
    )
    (row,) = measurements(gate_document(gate_report(result)), "g.json").rows
    assert (row.median_s, row.speedup) == (0.05, Measure(19.9))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"schema": "epochly.profile/1"}, "is of schema 'epochly.profile/1'"),
        ({"schema": "epochly.report/2"}, "is of schema 'epochly.report/2'"),
        ({}, "names no schema"),
        ([], "names no schema"),
    ],
)
def test_another_schema_is_refused_and_the_accepted_are_named(document, said: str):
    with pytest.raises(UsageError, match=said) as caught:
        measurements(document, "x.json")
    for schema in ("epochly.report/1", "epochly.reports/1", "epochly.gate/1"):
        assert schema in caught.value.remedy


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": "epochly.report/1"},
        {"schema": "epochly.reports/1", "reports": 3},
        {"schema": "epochly.gate/1", "workloads": [{}], "head": {}},
        {**report_document(report(BASELINE)), "levels": [{"status": "measured"}]},
    ],
)
def test_an_incomplete_document_is_a_usage_error(broken):
    with pytest.raises(UsageError, match="not a whole one"):
        measurements(broken, "x.json")


@pytest.mark.parametrize(
    "document",
    [
        report_document(report(REFUSED)),
        reports_document([]),
        gate_document(gate_report(bare("skipped"))),
    ],
)
def test_a_document_without_a_measurement_is_said_to_have_none(document):
    with pytest.raises(NothingMeasuredError):
        measurements(document, "x.json")


def test_two_workloads_of_one_name_are_refused():
    with pytest.raises(UsageError, match=r"mean of prices\[0-monitor\] twice"):
        measurements(reports_document([report(BASELINE), report(BASELINE)]), "x.json")
