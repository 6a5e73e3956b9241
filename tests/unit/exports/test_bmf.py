from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest
from cli.gate_reports import MIXED, PASSED, RATIO, gate_report
from cli.reports import BASELINE, COMPILED, report

from epochly.errors import UsageError
from epochly.exports.bmf import bmf
from epochly.exports.measurements import measurements
from epochly.report import gate_document, report_document

# What Bencher's reader takes: names of benchmarks up to 1024 characters, of measures up to 64,
# and for each at least a value, and at most a lower and an upper one beside it.
NUMBER = {"type": "number"}
SCHEMA = {
    "type": "object",
    "propertyNames": {"minLength": 1, "maxLength": 1024},
    "additionalProperties": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[a-z][a-z-]*$", "maxLength": 64},
        "additionalProperties": {
            "type": "object",
            "properties": {"value": NUMBER, "lower_value": NUMBER, "upper_value": NUMBER},
            "required": ["value"],
            "additionalProperties": False,
        },
    },
}


@pytest.mark.parametrize(
    "document", [report_document(report()), gate_document(MIXED)], ids=["report", "gate"]
)
def test_what_is_exported_is_what_bencher_reads(document):
    exported = bmf(measurements(document, "x.json"))
    assert exported
    jsonschema.validate(exported, SCHEMA)
    for measures in exported.values():
        for metric in measures.values():
            low, high = metric.get("lower_value"), metric.get("upper_value")
            assert (low is None) == (high is None)


def test_latency_is_in_nanoseconds_between_the_quartiles_of_the_samples():
    row = replace(COMPILED, samples_s=(1.0, 2.0, 3.0, 4.0, 5.0), median_s=3.0)
    exported = bmf(measurements(report_document(report(BASELINE, row)), "x.json"))
    assert exported["mean of prices[2-numba]"]["latency"] == {
        "value": 3e9,
        "lower_value": 2e9,
        "upper_value": 4e9,
    }


def test_a_speedup_carries_its_interval():
    exported = bmf(measurements(report_document(report(BASELINE, COMPILED)), "x.json"))
    assert exported["mean of prices[2-numba]"]["speedup"] == {
        "value": 12.345,
        "lower_value": 11.9,
        "upper_value": 12.8,
    }
    assert "speedup" not in exported["mean of prices[0-monitor]"]


def test_a_gate_has_no_bounds_for_a_median_without_samples():
    exported = bmf(measurements(gate_document(gate_report(PASSED)), "x.json"))
    assert exported["mean[0-monitor]"]["latency"] == {"value": pytest.approx(5e7)}
    assert exported["mean[0-monitor]"]["slowdown"]["upper_value"] == 1.006


def test_a_ratio_alone_is_exported_alone():
    result = replace(PASSED, comparisons=(RATIO,))
    exported = bmf(measurements(gate_document(gate_report(result)), "x.json"))
    assert exported == {"mean[2-numba]": {"speedup": {"value": 19.9}}}


def test_a_name_that_bencher_refuses_is_refused_here():
    document = report_document(report(BASELINE, workload=1024 * "x"))
    with pytest.raises(UsageError, match="1035 characters"):
        bmf(measurements(document, "x.json"))
