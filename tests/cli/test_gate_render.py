from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from cli.gate_reports import (
    DIFFERENT,
    FALLEN,
    MIXED,
    PASSED,
    PROMISE,
    QUIET,
    RATIO,
    REGRESSED,
    SLOWER,
    UNDECIDED,
    bare,
    gate_report,
)
from hypothesis import given
from hypothesis import strategies as st

from epochly.gate.model import GateReport, Outcome, Settings, WorkloadResult
from epochly_cli.render import gate_wording as wording
from epochly_cli.render.annotations import gate_annotations
from epochly_cli.render.gate_console import print_gate
from epochly_cli.render.gate_junit import gate_junit
from epochly_cli.render.gate_markdown import gate_markdown
from epochly_cli.render.layout import make_console


def shown(report: GateReport) -> str:
    file = io.StringIO()
    print_gate(report, make_console(file))
    return file.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def junit(report: GateReport) -> ElementTree.Element:
    return ElementTree.fromstring(gate_junit(report))


def case_of(result: WorkloadResult, name: str = "workload", **changes) -> ElementTree.Element:
    (case,) = (
        case
        for case in junit(gate_report(result, **changes)).iter("testcase")
        if case.get("name") == name
    )
    return case


def test_the_headline_counts_every_outcome_worst_first():
    assert wording.headline(MIXED) == (
        "failed: 1 different result, 1 slower, 1 undecided, 1 renamed, 1 new, 1 skipped, 1 passed"
    )


def test_every_outcome_has_words():
    for outcome in get_args(Outcome):
        assert wording.outcome(bare(outcome))


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (0, "passed"),
        (1, "failed"),
        (2, "cannot compare"),
        (3, "nothing was measured"),
        (4, "failed"),
        (5, "undecided"),
        (70, "failed with exit code 70"),
    ],
)
def test_the_verdict_is_that_of_the_exit_code(code: int, word: str):
    assert wording.verdict(gate_report(PASSED, exit_code=code)) == word


def test_an_interrupted_run_says_so():
    nothing = gate_report(exit_code=3, interrupted=True)
    assert wording.headline(nothing) == "interrupted before the first workload was judged"
    assert "interrupted" in wording.headline(gate_report(PASSED, interrupted=True))


@pytest.mark.parametrize(
    ("slowdown", "text"),
    [
        (1.123, "12.3 % slower"),
        (0.9, "10 % faster"),
        (1.0, "0 % slower"),
        (1.0004, "0.04 % slower"),
        (12.34, "12.3 times slower"),
        (None, "not known"),
    ],
)
def test_a_change_is_told_in_per_cent_or_as_a_multiple(slowdown: float | None, text: str):
    assert wording.change(replace(SLOWER, slowdown=slowdown)) == text


def test_a_speedup_that_shrank_is_not_called_slower():
    facts = replace(RATIO, slowdown=1.2)
    assert wording.change(facts) == "20 % less gain"
    assert wording.both(facts) == ("20.1x", "19.9x")
    assert "a call" not in wording.limit(facts)


def test_a_raised_limit_says_from_what_and_why():
    assert wording.limit(SLOWER) == (
        "7.2 % and 50.0 µs a call (raised from 5 %, since the same code differed from itself by "
        "7.2 % here)"
    )
    assert "raised from 5 %, no further, although the same code differed from itself by 9 %" in (
        wording.limit(replace(SLOWER, noise_floor=0.09))
    )
    assert wording.limit(QUIET) == "5 % and 50.0 µs a call"


def test_the_smallest_slowdown_that_could_have_been_seen_names_the_workloads():
    assert wording.sight(gate_report(REGRESSED)).endswith("6.2 % (total) to 8.4 % (total)")
    assert wording.sight(gate_report(PASSED)).endswith("found: 6.2 %")
    assert wording.sight(gate_report(bare("new"))) == ""


@pytest.mark.parametrize(
    ("result", "undecided", "loud"),
    [
        (REGRESSED, "error", "error"),
        (UNDECIDED, "error", "warning"),
        (replace(UNDECIDED, failed=True), "error", "warning"),
        (replace(UNDECIDED, failed=True), "fail", "error"),
        (UNDECIDED, "pass", "warning"),
        (bare("new"), "error", "notice"),
        (bare("new", failed=True), "error", "error"),
        (bare("unmeasured"), "error", "warning"),
        (bare("skipped"), "error", None),
        (bare("broken", failed=True), "error", "error"),
        (replace(PASSED, was="old"), "error", "notice"),
        (PASSED, "error", None),
    ],
)
def test_an_outcome_is_as_loud_as_the_settings_make_it(result, undecided, loud):
    assert wording.severity(result, Settings(undecided=undecided)) == loud


def test_console_and_markdown_say_the_same():
    for text in (flat(shown(MIXED)), flat(gate_markdown(MIXED))):
        for fact in (
            "12.3 % slower",
            "+8.1 to +16.9 %",
            "1.20 ms",
            "1.35 ms",
            "raised from 5 %",
            "8.4 %",
            "too noisy to decide",
            "give it longer with --budget",
            "level 3 returned a different result",
            "old name",
            "1111111111, with changes not committed",
            "p = 0.0012 after Holm's correction",
            "build/ lies in the head alone",
            "skipped is skipped: waits for a new server",
        ):
            assert fact in text


def test_a_console_report_fits_80_columns_and_has_no_colour_in_a_pipe():
    text = shown(MIXED)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_the_verdict_is_the_last_thing_on_the_console():
    assert "│ failed: " in shown(MIXED)[-700:]


def test_markdown_shows_first_what_needs_attention_and_folds_the_rest():
    before, after = gate_markdown(MIXED).split("<details>")
    order = [before.index(f"| {name} |") for name in ("total", "spread", "noisy", "new")]
    assert order == sorted(order)
    assert "| mean |" not in before
    assert "| mean |" in after
    assert after.rstrip().endswith("</details>")


def test_markdown_of_a_passed_gate_is_short():
    text = gate_markdown(gate_report(PASSED)).split("<details>")[0]
    assert "|" not in text
    assert len(text.splitlines()) <= 6


def test_markdown_tables_have_as_many_cells_in_every_row():
    for block in gate_markdown(MIXED).split("\n\n"):
        counts = {line.count(" | ") for line in block.splitlines() if line.startswith("|")}
        assert len(counts) <= 1


@given(st.text(max_size=30))
def test_no_text_breaks_a_renderer(text: str):
    odd = replace(REGRESSED, name=text, message=text, remedy=text, target=text, notes=(text,))
    report = gate_report(odd, exit_code=1)
    shown(report)
    junit(report)
    (line,) = gate_annotations(report, "/srv")
    assert len(line.splitlines()) <= 1 or not {"\n", "\r"} & set(line)
    table = [row for row in gate_markdown(report).split("\n") if row.startswith("|")]
    assert all(row.endswith("|") for row in table)


def test_junit_has_a_case_for_each_level():
    root = junit(gate_report(REGRESSED, exit_code=1))
    assert [case.get("name") for case in root.iter("testcase")] == [
        "level 0 monitor",
        "level 2 compile numba",
    ]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")


def test_a_slower_level_is_a_failure_at_its_place():
    case = case_of(REGRESSED, "level 2 compile numba")
    assert (case.get("file"), case.get("line")) == ("/srv/shop/prices.py", "30")
    failure = case.find("failure")
    assert "12.3 % slower" in failure.get("message")
    assert failure.get("type") == "slower"


def test_a_failed_check_is_a_failure_with_its_remedy():
    failure = case_of(FALLEN, "level 2 compile numba").find("failure")
    assert "is refused in the head" in failure.get("message")
    assert "keep `total` out of the loop" in failure.text


@pytest.mark.parametrize(
    ("undecided", "kind"), [("error", "error"), ("fail", "failure"), ("pass", None)]
)
def test_an_undecided_level_is_what_the_settings_say(undecided: str, kind: str | None):
    settings = Settings(undecided=undecided)
    case = case_of(UNDECIDED, "level 0 monitor", settings=settings)
    assert [child.tag for child in case] == [kind or "system-out"]


def test_an_undecided_promise_is_not_passed():
    result = replace(PASSED, outcome="undecided", checks=(PROMISE,))
    assert case_of(result, "level 2 compile numba").find("error") is not None


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (bare("unusable"), "error"),
        (bare("unmeasured", failed=True), "error"),
        (bare("broken", failed=True), "failure"),
        (bare("skipped"), "skipped"),
        (bare("new"), "skipped"),
        (bare("removed", failed=True), "failure"),
        (replace(PASSED, outcome="renamed", failed=True, was="old"), "failure"),
    ],
)
def test_a_workload_whose_levels_do_not_show_its_outcome_has_a_case_of_its_own(result, kind):
    assert case_of(result).find(kind) is not None


def test_a_renamed_workload_that_is_allowed_shows_its_levels_alone():
    root = junit(gate_report(replace(PASSED, outcome="renamed", was="old")))
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["level 0 monitor", "level 2 compile numba"]
    assert not root.findall(".//skipped")


def test_annotations_stand_at_the_functions_line_the_loudest_first():
    lines = gate_annotations(MIXED, "/srv")
    assert [line.split()[0] for line in lines] == [
        "::error",
        "::error",
        "::warning",
        "::notice",
        "::notice",
    ]
    assert lines[0].startswith("::error file=shop/prices.py,line=30,title=total%3A slower::level 2")
    assert "%0Aremedy: look at what changed" in lines[0]


def test_signs_that_end_a_command_or_a_property_are_escaped():
    odd = replace(REGRESSED, name="a:b,c%\n", message="50 %\r\nof: it, all", remedy=None)
    (line,) = gate_annotations(gate_report(odd, exit_code=1), "/srv")
    assert "title=a%3Ab%2Cc%25%0A%3A slower::" in line
    assert line.endswith("::50 %25%0D%0Aof: it, all")


def test_a_file_outside_the_repository_is_told_in_the_message():
    (line,) = gate_annotations(gate_report(REGRESSED, exit_code=1), "/home/project")
    assert "file=" not in line
    assert line.endswith("%0Awhere: /srv/shop/prices.py:30")


def test_a_path_is_relative_to_the_repository_even_through_a_link(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").touch()
    (tmp_path / "link").symlink_to("real")
    result = replace(DIFFERENT, file=str(tmp_path / "link" / "a.py"), line=None)
    (line,) = gate_annotations(gate_report(result, exit_code=4), str(tmp_path / "real"))
    assert line.startswith("::error file=a.py,title=")
