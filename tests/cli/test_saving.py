from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cli.reports import BASELINE, COMPILED, report

from epochly.errors import NothingMeasuredError, UsageError
from epochly.gate.baseline_file import load_baseline
from epochly.measure.session import InterruptedRunError
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import decision_file
from epochly.workload import Workload
from epochly_cli.saving import save_decisions


@pytest.fixture(autouse=True)
def measurable(session):
    for target in ("shop:one", "shop:two"):
        session.answers[target] = report(BASELINE, COMPILED)


def names(path: str = "b.yaml") -> list[str]:
    return [entry.name for entry in load_baseline(path).entries]


def test_every_workload_is_saved_with_its_call_and_levels(epochly, session, config):
    said = epochly("bench", "--save-baseline", "b.yaml")
    assert said.code == 0
    assert "2 workload(s) saved to b.yaml" in said.err
    first, second = load_baseline("b.yaml").entries
    assert (first.name, first.target, first.args) == ("first", "shop:one", "1")
    assert (second.name, second.args) == ("second", None)
    assert [row.backend for row in first.rows] == ["monitor", "numba"]


def test_a_selection_keeps_the_other_workloads_and_says_so(epochly, session, config):
    epochly("bench", "--save-baseline", "b.yaml")
    before = load_baseline("b.yaml")
    session.answers["shop:two"] = report(BASELINE)
    said = epochly("bench", "--select", "second", "--save-baseline", "b.yaml")
    assert "b.yaml keeps from before, not measured now: first" in said.err
    after = load_baseline("b.yaml")
    assert after.entry("first") == before.entry("first")
    assert len(after.entry("second").rows) == 1


def test_a_run_of_everything_begins_anew(epochly, session, config):
    epochly("bench", "--save-baseline", "b.yaml")
    config.write_text("workloads: {third: {target: 'shop:one'}}")
    epochly("bench", "--save-baseline", "b.yaml")
    assert names() == ["third"]


def test_a_run_of_everything_replaces_a_file_that_is_broken(epochly, session, config):
    Path("b.yaml").write_text("schema: epochly.baseline/1\n")
    assert epochly("bench", "--save-baseline", "b.yaml").code == 0
    assert names() == ["first", "second"]


def test_a_selection_does_not_run_where_what_it_has_to_keep_is_broken(epochly, session, config):
    Path("b.yaml").write_text("schema: epochly.baseline/1\n")
    said = epochly("bench", "--select", "first", "--save-baseline", "b.yaml")
    assert said.code == 2
    assert "cut short" in said.err
    assert session.asked == []
    assert Path("b.yaml").read_text() == "schema: epochly.baseline/1\n"


def test_a_target_is_kept_under_its_workloads_name_else_its_own(epochly, session, config):
    epochly("bench", "shop:one", "--save-baseline", "b.yaml")
    epochly("bench", "shop:two", "--args", "1", "--save-baseline", "b.yaml")
    assert names() == ["first", "shop:two"]


def test_what_could_not_be_measured_is_named_and_left_out(epochly, session, config):
    session.answers["shop:one"] = NothingMeasuredError("nothing")
    said = epochly("bench", "--save-baseline", "b.yaml")
    assert "not in b.yaml, since they could not be measured: first" in said.err
    assert names() == ["second"]


@pytest.mark.parametrize("kind", ["nothing", "interrupted"])
def test_a_run_that_found_nothing_or_was_interrupted_leaves_the_old_file(
    epochly, session, config, kind: str
):
    epochly("bench", "--save-baseline", "b.yaml")
    before = Path("b.yaml").read_bytes()
    failure = (
        NothingMeasuredError("nothing")
        if kind == "nothing"
        else InterruptedRunError(report(BASELINE, interrupted=True))
    )
    for target in ("shop:one", "shop:two"):
        session.answers[target] = failure
    assert epochly("bench", "--save-baseline", "b.yaml").code in (3, 130)
    assert Path("b.yaml").read_bytes() == before


@pytest.mark.parametrize("place", [".", "nowhere/b.yaml"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_runs(
    epochly, session, config, place: str
):
    said = epochly("bench", "--save-baseline", place)
    assert said.code == 2
    assert f"--save-baseline {place} cannot be written" in said.err
    assert session.asked == []


@pytest.mark.parametrize("option", ["--save-baseline", "--history"])
def test_a_file_of_another_kind_is_refused_before_anything_runs(
    epochly, session, config: Path, option: str
):
    before = config.read_bytes()
    said = epochly("bench", option, config.name)
    assert said.code == 2
    assert f"remedy: give another file to {option}" in said.err
    assert session.asked == []
    assert config.read_bytes() == before


def test_the_commit_and_whether_files_differ_from_it_are_kept(epochly, session, config):
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        done = subprocess.run(
            ["git", *identity, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    epochly("bench", "--save-baseline", "none.yaml")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    epochly("bench", "--save-baseline", "clean.yaml")
    epochly("bench", "--save-baseline", "dirty.yaml")
    found = [load_baseline(f"{name}.yaml").entries[0] for name in ("none", "clean", "dirty")]
    head = git("rev-parse", "HEAD")
    assert [(one.commit, one.dirty) for one in found] == [
        (None, False),
        (head, False),
        (head, True),
    ]
    assert sorted(os.listdir()) == [".git", "clean.yaml", "dirty.yaml", "epochly.yaml", "none.yaml"]


def test_the_yardstick_is_asked_for_only_where_a_baseline_is_saved(epochly, session, config):
    epochly("bench", "--select", "first", "--save-baseline", "b.yaml")
    epochly("bench", "--select", "first")
    assert [options.yardstick for _, options in session.asked] == [True, False]


def test_a_decision_that_could_not_be_written_is_not_said_to_be_saved(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("EPOCHLY_CACHE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "epochly.runtime.decision.decision_of",
        lambda report: Decision("shop:one", "int", 2, "numba", 9.0, "c", software(), hardware()),
    )
    kept = tmp_path / "decisions.yaml"
    kept.write_text("version: 1\ndecisions: [\n")
    measured = [(Workload("shop:one", str(tmp_path)), report(BASELINE))]
    with pytest.raises(UsageError, match="not saved"):
        save_decisions(measured)
    kept.unlink()
    decision_file.cache_clear()
    save_decisions(measured)
    said = capsys.readouterr().err
    assert said.count("saved to") == 1
    assert "shop:one" in kept.read_text()
