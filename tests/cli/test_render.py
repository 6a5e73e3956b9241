from __future__ import annotations

import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from cli.reports import (
    APPLY,
    BASELINE,
    COMPILED,
    RECOMMENDATION,
    REFUSAL,
    REFUSED,
    TARGET,
    UNAVAILABLE,
    WRONG,
    report,
)
from hypothesis import given
from hypothesis import strategies as st

from epochly.levels import Level
from epochly.model import Equality, HotLine, Part, Realized, Report
from epochly_cli.render import wording
from epochly_cli.render.console import print_report
from epochly_cli.render.junit import junit_text
from epochly_cli.render.layout import make_console, print_table
from epochly_cli.render.markdown import report_markdown, table_markdown
from epochly_cli.render.table import Table


def shown(one: Report, *, detail: bool = True) -> str:
    file = io.StringIO()
    print_report(one, make_console(file), detail=detail)
    return file.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_console_report_fits_80_columns_and_has_no_colour_in_a_pipe():
    text = shown(report())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_no_color_is_obeyed_on_a_terminal(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    colours = {}
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        file = Terminal()
        print_report(report(), make_console(file), detail=True)
        colours[value] = "\x1b[1;31m" in file.getvalue() or "31m" in file.getvalue()
    assert colours == {"": True, "1": False}


def test_a_reason_is_wrapped_and_never_cut():
    assert REFUSAL in flat(shown(report(BASELINE, REFUSED)))


def test_a_refusal_shows_its_line_and_its_remedy():
    text = flat(shown(report(BASELINE, REFUSED)))
    assert "/srv/shop/stats.py:17" in text
    assert str(REFUSED.remedy) in text


def test_the_place_of_an_exception_is_shown_once():
    reason = "raised ValueError: no 3 (at /srv/shop/stats.py:14)"
    one = report(replace(BASELINE, status="failed", reason=reason, line=14))
    assert flat(shown(one, detail=False)).count("stats.py:14") == 1
    assert report_markdown(one, detail=False).count("stats.py:14") == 1


def test_inputs_made_by_a_function_are_shown_as_that_call():
    target = replace(TARGET, arguments="", inputs="mean_inputs")
    assert wording.call(target) == "args, kwargs = mean_inputs(); mean(*args, **kwargs)"


def test_a_measured_row_shows_speedup_interval_first_call_and_break_even():
    text = shown(report(BASELINE, COMPILED))
    for fact in ("12.3x", "11.9 – 12.8", "1.23 s", "27 calls", "112 MiB", "within 2 ulp"):
        assert fact in text


def test_only_the_recommended_row_is_marked():
    rows = (replace(BASELINE, best=True), COMPILED, replace(WRONG, best=True))
    (line,) = (line for line in shown(report(*rows)).splitlines() if "★" in line)
    assert "2 compile" in line


def test_a_different_result_is_loud_and_names_the_place():
    text = shown(report(BASELINE, WRONG))
    assert "DIFFERENT" in text
    assert "result[3]['x']: 1.0 != 2.0" in flat(text)


def test_the_line_to_paste_stands_alone_however_long_it_is():
    long = APPLY + "  # " + 100 * "x"
    text = shown(replace(report(), recommendation=replace(RECOMMENDATION, apply=long)))
    assert f"  {long}\n" in text


def test_staying_at_level_0_is_an_answer():
    advice = replace(RECOMMENDATION, level=Level.MONITOR, backend="monitor", apply=None)
    text = shown(replace(report(BASELINE), recommendation=advice))
    assert "stay at level 0" in text


def test_what_really_ran_is_said_where_it_is_not_what_was_asked_for():
    row = replace(COMPILED, realized=Realized(Level.MONITOR, "monitor"))
    assert "really ran at level 0, monitor" in shown(report(BASELINE, row))


def test_findings_and_the_way_are_details():
    assert "a numerical loop" in shown(report(), detail=True)
    assert "a numerical loop" not in shown(report(), detail=False)


def test_an_interrupted_report_says_so():
    assert "interrupted" in shown(report(interrupted=True))


def test_a_report_without_a_profile_or_a_timed_row_can_be_shown():
    bare = replace(report(REFUSED, UNAVAILABLE), profile=None)
    for text in (shown(bare), report_markdown(bare), junit_text([bare])):
        assert "CuPy is not installed" in text


def test_the_profile_tells_the_three_states_the_sampler_and_the_bytes():
    plain = report()
    facts = replace(
        plain.profile, native_fraction=0.01, read_bytes=3 << 20, written_bytes=0, sampler="py-spy"
    )
    known = replace(plain, profile=facts)
    for text in (flat(shown(known)), flat(report_markdown(known))):
        assert "2 % waiting · 97 % holding the GIL · 1 % native without it" in text
        assert "reads 3.00 MiB" in text
        assert "writes 0 B" not in text
        assert "sampled by py-spy" in text


def test_a_sampler_that_took_over_says_why():
    plain = report()
    facts = replace(plain.profile, sampler="in-process", sampler_reason="py-spy cannot trace: no")
    text = flat(shown(replace(plain, profile=facts)))
    assert "sampled in-process (py-spy cannot trace: no)" in text


def test_user_text_is_not_markup_and_cannot_drive_the_terminal():
    row = replace(REFUSED, reason="[bold]x[/bold] :smile: \x1b[31m")
    text = shown(report(BASELINE, row))
    assert "[bold]x[/bold] :smile: \\x1b[31m" in text


def test_markdown_says_what_the_console_says():
    markdown, console = flat(report_markdown(report())), flat(shown(report()))
    for fact in ("12.3x", "DIFFERENT", "reference", REFUSAL, APPLY, "confidence high"):
        assert fact in markdown
        assert fact in console


def test_markdown_tables_have_as_many_cells_in_every_row():
    lines = [line for line in report_markdown(report()).splitlines() if line.startswith("|")]
    assert len(lines) == 5
    assert len({line.count("|") for line in lines}) == 1


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_text_breaks_a_markdown_table(cells: list[str]):
    table = Table(("heading",), tuple((cell,) for cell in cells))
    lines = table_markdown(table).splitlines()
    assert len(lines) == 2 + len(cells)
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)


def test_markdown_text_is_escaped_outside_of_code():
    text = report_markdown(report(BASELINE, replace(REFUSED, reason="a<b> *c* `d*e` __f__")))
    assert r"a&lt;b&gt; \*c\* `d*e` \_\_f\_\_" in text


def test_junit_counts_failures_errors_and_skipped():
    root = ElementTree.fromstring(junit_text([report(), report(BASELINE)]))
    assert root.attrib | {"name": ""} == {
        "name": "",
        "tests": "8",
        "failures": "1",
        "errors": "2",
        "skipped": "2",
    }
    first, second = root
    assert [case.find("failure") is not None for case in first.iter("testcase")].count(True) == 1
    assert second.attrib["tests"] == "1"


@given(st.text())
def test_junit_takes_any_text(text: str):
    row = replace(REFUSED, reason=text, backend=text)
    ElementTree.fromstring(junit_text([report(row, workload=text)]))


def test_a_table_keeps_every_word_at_80_columns():
    file = io.StringIO()
    print_table(Table(("a", "b"), (("x", REFUSAL),)), make_console(file))
    assert flat(REFUSAL) in flat(file.getvalue())


@pytest.mark.parametrize(
    ("equality", "text"),
    [
        (Equality("identical"), "identical"),
        (Equality("close", max_ulp=1.0), "within 1 ulp"),
        (Equality("close", max_ulp=1e9, max_rel=2.5e-10), "within 2.5e-10"),
        (Equality("close"), "close"),
        (Equality("different", where="result"), "DIFFERENT"),
        (Equality("unchecked", where="it draws"), "unchecked"),
    ],
)
def test_a_verdict_says_how_far_apart_the_numbers_lie(equality: Equality, text: str):
    assert wording.result(replace(COMPILED, equality=equality)) == text


@pytest.mark.parametrize(
    ("calls", "text"), [(None, "never"), (0, "at once"), (1, "at once"), (12345, "12,345 calls")]
)
def test_break_even_is_a_number_of_calls(calls: int | None, text: str):
    assert wording.breakeven(replace(COMPILED, breakeven_calls=calls)) == text


def test_junit_does_not_repeat_the_verdict():
    advice = replace(RECOMMENDATION, level=Level.MONITOR, reason="stay at level 0: too short")
    text = junit_text([replace(report(BASELINE), recommendation=advice)])
    assert 'value="stay at level 0: too short"' in text


def test_a_helpers_part_names_its_file():
    part = Part(4, 5, "numba", "compiled", "/srv/shop/tax.py")
    row = replace(COMPILED, realized=Realized(Level.COMPILE, "numba", (part,)))
    assert "lines 4–5 of /srv/shop/tax.py: compiled (numba)" in wording.realized(row)


def test_nothing_recommended_has_no_confidence():
    advice = replace(RECOMMENDATION, level=None, backend=None, speedup=None, apply=None)
    text = shown(replace(report(BASELINE), recommendation=advice), detail=False)
    assert "no recommendation" in text
    assert "confidence" not in text


def test_a_line_that_would_take_0_percent_is_not_hot():
    lines = (HotLine("/srv/a.py", 1, "f", 0.996), HotLine("/srv/a.py", 2, "f", 0.004))
    one = report()
    assert one.profile is not None
    one = replace(one, profile=replace(one.profile, hot_lines=lines))
    assert wording.hot_lines(one) == ("100 %  /srv/a.py:1  in f",)


def test_a_place_is_shown_whole_where_the_current_directory_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert wording.place("/shop/prices.py", 3) == "/shop/prices.py:3"
    monkeypatch.chdir(tmp_path)
