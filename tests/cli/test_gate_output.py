from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli.gate_reports import MIXED, PASSED, gate_report

from epochly_cli import gate_output
from epochly_cli.gate_output import publish, write_gate
from epochly_cli.options import Format
from epochly_cli.output import Destination


def test_json_on_standard_output_is_only_json(capsys, tmp_path: Path):
    write_gate(MIXED, Destination(Format.JSON, None))
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "epochly.gate/1"
    assert [one["name"] for one in document["workloads"]][:2] == ["mean", "noisy"]


def test_a_file_has_the_format_of_its_ending(capsys, tmp_path: Path):
    for name in ("g.json", "g.md", "g.xml"):
        write_gate(MIXED, Destination(Format.MARKDOWN, str(tmp_path / name)))
    assert json.loads((tmp_path / "g.json").read_text())["exit_code"] == 4
    assert (tmp_path / "g.md").read_text() in capsys.readouterr().out
    assert ElementTree.parse(tmp_path / "g.xml").getroot().tag == "testsuites"


def test_rich_goes_to_standard_output(capsys):
    write_gate(MIXED, Destination(Format.RICH, None))
    assert "performance gate" in capsys.readouterr().out


def test_nothing_is_published_outside_of_github(capsys, tmp_path: Path):
    publish(MIXED, {})
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_the_summary_of_a_step_is_added_to(capsys, tmp_path: Path):
    summary = tmp_path / "summary.md"
    summary.write_text("before")
    publish(MIXED, {"GITHUB_STEP_SUMMARY": str(summary)})
    text = summary.read_text()
    assert text.startswith("before\n## ❌ Performance gate: failed")
    assert capsys.readouterr().err == ""


def test_a_summary_too_long_for_github_loses_its_details(monkeypatch, tmp_path: Path):
    summary = tmp_path / "summary.md"
    monkeypatch.setattr(gate_output, "LONGEST_SUMMARY_BYTES", 2000)
    publish(MIXED, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert "<details>" not in summary.read_text()


def test_a_summary_that_cannot_be_written_is_a_note(capsys, tmp_path: Path):
    publish(gate_report(PASSED), {"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")})
    assert "the summary of the step was not written" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", "false"])
def test_annotations_are_for_github_alone(capsys, value: str):
    publish(MIXED, {"GITHUB_ACTIONS": value})
    assert capsys.readouterr().err == ""


def test_annotations_go_to_standard_error_so_that_json_stays_json(capsys):
    publish(MIXED, {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/srv"})
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("::error file=shop/") == 2
