from __future__ import annotations

import json
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cli.gate_reports import FELL_BACK, PASSED, QUIET, gate_report
from cli.reports import COMPILED as COMPILED_ROW

from epochly.gate.entries import entry_of_gate
from epochly.gate.history import append, read
from epochly.gate.model import Side
from epochly.gate.series import series_of
from epochly.levels import Level
from epochly_cli.render.history import PLOT_ROWS, plot, series_table

STEP_AT = 12
AS_SOMEBODY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")


def entries(count: int = 20, name: str = "mean"):
    """Runs whose times step up by 20 % and wobble by less than 1 %."""
    made = []
    for run in range(count):
        seconds = (0.06 if run >= STEP_AT else 0.05) * (1 + 0.008 * math.sin(7 * run))
        result = replace(PASSED, name=name, comparisons=(replace(QUIET, head_s=seconds),))
        head = Side("head", f"{run:02}{'0' * 38}")
        created = f"2026-01-{run + 1:02}T10:00:00+00:00"
        made.append(entry_of_gate(gate_report(result, head=head, created=created)))
    return made


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / ".epochly" / "history.jsonl"
    for entry in entries():
        append(path, entry)
    return path


def test_without_a_workload_all_are_listed(epochly, kept: Path):
    append(kept, entries(1, name="other")[0])
    said = epochly("history")
    assert said.code == 0
    for word in ("mean", "other", "0 monitor", "20", "slower since"):
        assert word in " ".join(said.out.split())


def test_with_one_a_table_and_a_plot_show_its_change(epochly, kept: Path):
    said = epochly("history", "mean")
    assert (said.code, said.err) == (0, "")
    (row,) = (line for line in said.out.splitlines() if "1200000000" in line and "ms" in line)
    assert "slower" in row
    assert "^" in said.out
    assert max(len(line) for line in said.out.splitlines()) <= 80


def test_json_has_the_series_and_its_changes(epochly, kept: Path):
    document = json.loads(epochly("history", "mean", "--format", "json").out)
    assert document["schema"] == "epochly.series/1"
    (series,) = document["series"]
    assert len(series["points"]) == 20
    (change,) = series["change_points"]
    assert (change["index"], change["commit"][:4]) == (STEP_AT, "1200")
    assert change["change"] == pytest.approx(0.2, abs=0.02)
    assert set(series["machine"]) == {"fingerprint", "words"}


def test_markdown_and_a_file_say_the_same(epochly, kept: Path, tmp_path: Path):
    said = epochly("history", "mean", "--format", "markdown", "--output", "h.md")
    assert (tmp_path / "h.md").read_text() == said.out
    assert "```text" in said.out


def test_a_level_and_the_last_runs_can_be_chosen(epochly, kept: Path):
    document = json.loads(
        epochly("history", "mean", "--level", "0", "--limit", "8", "--format", "json").out
    )
    assert len(document["series"][0]["points"]) == 8
    said = epochly("history", "mean", "--level", "2")
    assert (said.code, "of these levels" in said.err) == (2, True)


def test_a_line_that_cannot_be_read_is_a_note(epochly, kept: Path):
    with open(kept, "a") as file:
        file.write("torn")
    said = epochly("history", "--format", "json")
    assert said.code == 0
    assert "note: line 21 of" in said.err
    json.loads(said.out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("meen",), "did you mean 'mean'?"),
        (("--limit", "0"), "--limit must be at least 1"),
        (("--level", "9"), "'9' is not a level"),
        (("--file", "none.jsonl"), "there is no history at none.jsonl"),
        (("--output", "h.xml"), "names no format"),
    ],
)
def test_bad_input_is_one_message_with_a_remedy(epochly, kept: Path, arguments, words: str):
    said = epochly("history", *arguments)
    assert said.code == 2
    assert words in said.err
    assert "remedy:" in said.err


def test_an_empty_history_says_so(epochly, tmp_path: Path):
    (tmp_path / "h.jsonl").touch()
    said = epochly("history", "--file", "h.jsonl")
    assert said.code == 2
    assert "holds no time" in said.err


def test_a_plot_has_the_extremes_at_its_edges_and_fits_its_width():
    (series,) = series_of(entries())
    lines = plot(series, 80)
    assert lines[0].startswith(" 60.4 ms |")
    assert lines[PLOT_ROWS - 1].startswith(" 49.6 ms |")
    assert sum(line.count("•") for line in lines) == 20
    assert lines[-1].index("^") == lines[0].index("|") + 1 + STEP_AT
    narrow = plot(series, 20)
    assert max(len(line) for line in narrow) <= 20
    assert sum(line.count("•") for line in narrow) == 10


def test_noise_of_less_than_10_per_cent_does_not_fill_the_plot():
    (series,) = series_of(entries(STEP_AT))
    lines = plot(series, 80)
    assert not any("•" in line for line in (lines[0], lines[1], *lines[PLOT_ROWS - 2 : PLOT_ROWS]))


def test_a_plot_of_one_run_is_a_point():
    (series,) = series_of(entries(1))
    assert sum(line.count("•") for line in plot(series, 80)) == 1


def test_the_table_marks_what_the_gate_said_and_a_level_that_fell_back():
    compiled = replace(QUIET, level=Level.COMPILE, backend="numba")
    result = replace(PASSED, outcome="fallback", comparisons=(compiled,), checks=(FELL_BACK,))
    (series,) = series_of([entry_of_gate(gate_report(result))])
    ((*_, mark),) = series_table(series).rows
    assert mark == "fallback, fell back"


def test_bench_appends_what_it_found(epochly, session, config, tmp_path: Path):
    for _ in range(2):
        said = epochly("bench", "--history", "kept/h.jsonl", "--format", "json")
        assert said.code == 0
        json.loads(said.out)
    found = read(tmp_path / "kept" / "h.jsonl").entries
    assert [list(entry.workloads) for entry in found] == [["first", "second"]] * 2
    assert found[0].workloads["first"].levels[1].median_s == COMPILED_ROW.median_s
    assert said.err.startswith("note: the history gets no commit for this run: ")


def test_bench_names_the_commit_and_whether_files_differ_from_it(
    epochly, session, config, tmp_path: Path
):
    (tmp_path / ".gitignore").write_text("h.jsonl*\n")
    for arguments in (("init",), ("add", "."), (*AS_SOMEBODY, "commit", "--message", "first")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)
    epochly("bench", "--history", "h.jsonl")
    (tmp_path / "shop.py").touch()
    epochly("bench", "--history", "h.jsonl")
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    found = read(tmp_path / "h.jsonl").entries
    assert {entry.commit for entry in found} == {done.stdout.strip()}
    assert [entry.dirty for entry in found] == [False, True]


def test_a_history_that_cannot_be_written_ends_bench_before_it_runs(
    epochly, session, config, tmp_path: Path
):
    said = epochly("bench", "--history", str(tmp_path), "--format", "json")
    assert said.code == 2
    assert "cannot be written" in said.err
    assert session.asked == []
