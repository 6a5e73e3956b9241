from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.gate_reports import MIXED
from cli.reports import BASELINE, REFUSED, report

from epochly.report import gate_document, report_document


@pytest.fixture
def measured(tmp_path: Path) -> str:
    (tmp_path / "r.json").write_text(json.dumps(report_document(report(BASELINE))))
    return "r.json"


def test_an_export_on_standard_output_is_only_json(epochly, measured):
    said = epochly("export", measured, "--to", "bmf")
    assert (said.code, said.err) == (0, "")
    assert list(json.loads(said.out)) == ["mean of prices[0-monitor]"]


def test_an_export_goes_to_a_file_instead(epochly, tmp_path: Path):
    (tmp_path / "g.json").write_text(json.dumps(gate_document(MIXED)))
    said = epochly("export", "g.json", "--to", "pytest-benchmark", "--output", "p.json")
    assert (said.code, said.out) == (0, "")
    assert json.loads((tmp_path / "p.json").read_text())["benchmarks"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("", "is not JSON"),
        ('{"schema": "epochly.rep', "is not JSON"),
        ('{"schema": "epochly.profile/1"}', "epochly.gate/1"),
        (100_000 * "[", "is not JSON"),
    ],
)
def test_a_file_that_cannot_be_exported_is_one_message(epochly, tmp_path, content, words):
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    said = epochly("export", "x.json", "--to", "bmf")
    assert said.code == 2
    assert words in said.err
    assert "remedy: " in said.err
    assert said.err.count("error:") == 1


def test_a_file_with_nothing_measured_exits_with_3(epochly, tmp_path: Path):
    (tmp_path / "r.json").write_text(json.dumps(report_document(report(REFUSED))))
    assert epochly("export", "r.json", "--to", "bmf").code == 3


def test_an_export_has_no_other_ending(epochly, measured):
    said = epochly("export", measured, "--to", "bmf", "--output", "x.md")
    assert said.code == 2
    assert ".json" in said.err
