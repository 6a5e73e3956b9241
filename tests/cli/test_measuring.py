from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli.reports import APPLY, BASELINE, COMPILED, FAILED, REFUSED, report

from epochly.errors import (
    ArgumentsError,
    MissingArgumentsError,
    NothingMeasuredError,
    TargetError,
)
from epochly.levels import Level
from epochly.measure.session import InterruptedRunError, NoLevelMeasuredError
from epochly_cli.options import parse_size


def test_a_target_on_the_command_line_becomes_a_workload_of_this_directory(
    epochly, session, tmp_path: Path
):
    said = epochly(
        "analyze", "shop:one", "--args", "data, n=3", "--setup", "data = [1]", "--levels", "0,2",
        "--budget", "3", "--timeout", "7", "--memory", "1GiB", "--exact", "--allow-effects",
        "--seed", "9", "--reset", "data.clear()",
    )  # fmt: skip
    assert said.code == 0
    ((workload, options),) = session.asked
    assert workload.directory == str(tmp_path)
    assert (workload.args, workload.setup, workload.reset) == (
        "data, n=3",
        "data = [1]",
        "data.clear()",
    )
    assert (workload.seed, workload.timeout_s, workload.tolerance.exact) == (9, 7.0, True)
    assert workload.levels == options.levels == (Level.MONITOR, Level.COMPILE)
    assert (options.budget_s, options.memory_bytes) == (3.0, 2**30)
    assert options.exact
    assert options.allow_effects


def test_what_is_not_given_is_left_to_the_library(epochly, session):
    epochly("bench", "shop:one")
    ((workload, options),) = session.asked
    assert (workload.levels, workload.timeout_s, workload.args) == (None, None, None)
    assert options.levels is None
    assert (options.budget_s, options.timeout_s, options.memory_bytes) == (20.0, 60.0, None)


def test_without_a_target_every_workload_of_the_directory_runs(epochly, session, config):
    said = epochly("bench", "--format", "json")
    document = json.loads(said.out)
    assert said.code == 0
    assert document["schema"] == "epochly.reports/1"
    assert [one["workload"] for one in document["reports"]] == ["first", "second"]


def test_options_given_count_for_more_than_the_file(epochly, session, config):
    epochly("bench", "--levels", "0-4", "--timeout", "3")
    (first, _), (second, _) = session.asked
    assert first.levels == tuple(Level)
    assert (first.timeout_s, second.timeout_s) == (3.0, 3.0)
    assert first.seed == 5


def test_the_file_counts_for_more_than_defaults(epochly, session, config):
    epochly("bench")
    (first, _), (second, _) = session.asked
    assert first.levels == (Level.MONITOR, Level.THREADS, Level.COMPILE)
    assert second.timeout_s == 9.0


def test_select_runs_one_workload(epochly, session, config):
    epochly("bench", "--select", "second")
    assert [workload.name for workload, _ in session.asked] == ["second"]


def test_select_runs_every_workload_of_a_tag(epochly, session, config):
    config.write_text(config.read_text() + "    tags: [nightly]\n  third: {target: 'shop:one'}\n")
    epochly("bench", "--select", "nightly", "--select", "first")
    assert [workload.name for workload, _ in session.asked] == ["first", "second"]


def test_an_unknown_tag_shows_the_names_and_the_tags(epochly, session, config):
    config.write_text(config.read_text() + "    tags: [nightly]\n")
    said = epochly("bench", "--select", "nigthly")
    assert said.code == 2
    assert "did you mean 'nightly'? the names are first, second; tags are nightly" in " ".join(
        said.err.split()
    )


def test_an_unknown_selection_suggests_the_nearest_and_runs_nothing(epochly, session, config):
    said = epochly("bench", "--select", "secnd")
    assert said.code == 2
    assert "did you mean 'second'" in said.err
    assert session.asked == []


def test_without_a_file_the_bundled_workloads_run_and_that_is_said(epochly, session, monkeypatch):
    folder = Path("elsewhere")
    folder.mkdir()
    (folder / "epochly.yaml").write_text("workloads: {bundled: {target: 'a:b'}}")
    monkeypatch.setattr(
        "epochly_cli.workloads.bundled_config", lambda: str(folder / "epochly.yaml")
    )
    said = epochly("bench", "--format", "json")
    assert "bundled" in said.err
    assert [workload.name for workload, _ in session.asked] == ["bundled"]
    json.loads(said.out)


def test_a_file_that_cannot_be_read_is_not_taken_for_none(epochly, session):
    Path("epochly.yaml").symlink_to("nowhere")
    said = epochly("bench")
    assert said.code == 2
    assert "error: there is no such file" in said.err
    assert session.asked == []


def test_the_workloads_of_the_guide_run_when_asked_for(epochly, session):
    said = epochly("bench", "--guide", "--select", "fibonacci", "--select", "records")
    assert said.code == 0
    assert [workload.name for workload, _ in session.asked] == ["records", "fibonacci"]


def test_the_guide_and_another_file_exclude_each_other(epochly, session, config):
    for other in (("--config", "epochly.yaml"), ("--bundled",)):
        assert epochly("bench", "--guide", *other).code == 2
    assert session.asked == []


def test_analyze_takes_the_inputs_of_the_workload_with_the_same_target(epochly, session, config):
    said = epochly("analyze", "shop:one")
    assert session.asked[0][0].args == "1"
    assert "'first'" in said.err


def test_inputs_on_the_command_line_need_no_file(epochly, session, tmp_path: Path):
    (tmp_path / "epochly.yaml").write_text("not: valid")
    assert epochly("analyze", "shop:one", "--args", "2").code == 0


def test_one_target_as_json_is_one_report_and_nothing_else(epochly, session):
    said = epochly("bench", "shop:one", "--format", "json")
    document = json.loads(said.out)
    assert document["schema"] == "epochly.report/1"
    assert document["levels"][2]["equality"]["verdict"] == "close"
    assert said.err == ""


def test_a_file_is_written_in_the_format_of_its_ending(epochly, session, tmp_path: Path):
    epochly("bench", "shop:one", "--output", "r.json")
    epochly("bench", "shop:one", "--output", "r.md")
    epochly("bench", "shop:one", "--output", "r.xml")
    assert json.loads((tmp_path / "r.json").read_text())["schema"] == "epochly.report/1"
    assert APPLY in (tmp_path / "r.md").read_text()
    assert ElementTree.parse(tmp_path / "r.xml").getroot().tag == "testsuites"
    assert sorted(os.listdir(tmp_path)) == ["r.json", "r.md", "r.xml"]


def test_the_file_keeps_what_was_measured_before_an_interruption(
    epochly, session, config, tmp_path: Path
):
    session.answers["shop:two"] = InterruptedRunError(report(BASELINE, interrupted=True))
    said = epochly("bench", "--format", "json", "--output", "r.json")
    assert said.code == 130
    for text in (said.out, (tmp_path / "r.json").read_text()):
        reports = json.loads(text)["reports"]
        assert [one["interrupted"] for one in reports] == [False, True]


def test_json_on_standard_output_survives_a_bare_interrupt(epochly, session, config):
    session.answers["shop:two"] = KeyboardInterrupt()
    said = epochly("bench", "--format", "json")
    assert said.code == 130
    assert len(json.loads(said.out)["reports"]) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("r.jsn", "did you mean .json"),
        ("r.html", ".json, .md, .xml"),
        ("report", "names no format"),
        ("nowhere/r.json", "no directory"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_anything_runs(
    epochly, session, name: str, says: str
):
    said = epochly("bench", "shop:one", "--output", name)
    assert said.code == 2
    assert says in said.err
    assert session.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--levels", "7"),
        ("--levels", "3-1"),
        ("--budget", "0"),
        ("--budget", "nan"),
        ("--budget", "soon"),
        ("--timeout", "-1"),
        ("--timeout", "inf"),
        ("--memory", "much"),
        ("--memory", "0"),
        ("--seed", "-1"),
        ("--seed", "4294967296"),
        ("--select", "first"),
        ("--bundled",),
        ("--guide",),
        ("--config", "nowhere.yaml"),
        ("--config", "epochly.yaml", "--args", "1"),
    ],
)
def test_a_wrong_option_is_one_message_and_runs_nothing(epochly, session, config, arguments):
    said = epochly("bench", "shop:one", *arguments)
    assert said.code == 2
    assert said.err.count("error:") == 1
    assert "remedy:" in said.err
    assert said.out == ""
    assert session.asked == []


def test_inputs_without_a_target_are_refused(epochly, session, config):
    assert epochly("bench", "--args", "1").code == 2
    assert session.asked == []


def test_a_wrong_file_stops_before_anything_runs(epochly, session, config):
    config.write_text(config.read_text() + "    tagret: x\n")
    said = epochly("bench")
    assert said.code == 2
    assert f"epochly.yaml:{len(config.read_text().splitlines())}" in said.err
    assert session.asked == []


def test_a_wrong_target_among_several_is_told_and_the_others_run(epochly, session, config):
    session.answers["shop:one"] = TargetError("there is no function 'one'", remedy="look again")
    said = epochly("bench", "--format", "json")
    assert said.code == 2
    assert "error: first: there is no function 'one'" in said.err
    assert [one["workload"] for one in json.loads(said.out)["reports"]] == ["second"]


def test_a_target_of_which_nothing_could_be_measured_is_reported_and_exits_with_3(epochly, session):
    session.answers["shop:one"] = NoLevelMeasuredError(report(FAILED, REFUSED))
    said = epochly("bench", "shop:one", "--format", "json")
    assert said.code == 3
    assert len(json.loads(said.out)["levels"]) == 2
    assert said.err.startswith("error:")


def test_nothing_measured_for_any_of_several_exits_with_3(epochly, session, config):
    for target in ("shop:one", "shop:two"):
        session.answers[target] = NothingMeasuredError("nothing")
    assert epochly("bench").code == 3


def test_nothing_measured_for_one_of_several_exits_with_0(epochly, session, config):
    session.answers["shop:one"] = NoLevelMeasuredError(report(FAILED))
    assert epochly("bench").code == 0


def test_a_different_result_exits_with_4_only_when_strict(epochly, session):
    assert epochly("bench", "shop:one").code == 0
    assert epochly("bench", "shop:one", "--strict").code == 4


def test_strict_is_content_with_equal_results(epochly, session):
    session.answers["shop:one"] = report(BASELINE, COMPILED)
    assert epochly("bench", "shop:one", "--strict").code == 0


@pytest.mark.parametrize(
    "flags", [["--strict"], ["--save-baseline", "b.yaml"], ["--history", "h.jsonl"]]
)
def test_what_is_judged_or_kept_is_never_the_bundled_examples_unasked(epochly, session, flags):
    said = epochly("bench", *flags)
    assert said.code == 2
    assert f"{flags[0]} needs workloads of your own" in said.err
    assert "epochly init" in said.err


def test_a_different_result_counts_for_more_than_a_wrong_target(epochly, session, config):
    session.answers["shop:one"] = TargetError("there is no function 'one'")
    assert epochly("bench", "--strict").code == 4


def test_analyze_shows_what_was_read_where_nothing_could_be_run(epochly, session, monkeypatch):
    session.answers["shop:one"] = MissingArgumentsError("it needs arguments and got none")
    read = replace(report(), levels=(), profile=None, static=True)
    monkeypatch.setattr("epochly.measure.session._read", lambda workload, error: read)
    said = epochly("analyze", "shop:one", "--format", "json")
    assert (said.code, json.loads(said.out)["static"]) == (0, True)


def test_bench_needs_arguments(epochly, session):
    session.answers["shop:one"] = MissingArgumentsError("it needs arguments and got none")
    said = epochly("bench", "shop:one", "--format", "json")
    assert (said.code, said.out) == (2, "")


def test_analyze_still_refuses_arguments_that_do_not_fit(epochly, session):
    session.answers["shop:one"] = ArgumentsError("the arguments do not fit")
    assert epochly("analyze", "shop:one").code == 2


def test_the_hidden_option_reaches_the_library(epochly, session):
    epochly("bench", "shop:one", "--against-itself")
    assert session.asked[0][1].twin


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GiB", 2 * 2**30),
        ("500MB", 500_000_000),
        ("1.5g", 3 * 2**29),
        ("64 k", 65536),
        ("100", 100),
        ("7b", 7),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int):
    assert parse_size(text) == size
