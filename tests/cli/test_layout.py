"""What a terminal of any width shows: a table where it fits, else a block for each row."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from cli.gate_reports import MIXED
from cli.reports import BASELINE, COMPILED, REFUSED, report
from rich.console import Console

from epochly_cli.render.console import print_report
from epochly_cli.render.gate_console import print_gate
from epochly_cli.render.layout import make_console, print_table
from epochly_cli.render.table import Table

BACKENDS = Table(
    ("level", "backend", "state", "from", "detail"),
    (
        ("2", "cpython_jit", "unavailable", "epochly-cli", "no JIT\nremedy: use another Python"),
        ("3", "processes", "available", "epochly-cli", ""),
    ),
)
RULE = "─" * 20


def shown(show: Callable[[Console], None], width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    file = io.StringIO()
    show(make_console(file))
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    # The line to paste is never folded.
    assert max(len(line) for line in lines if "@epochly" not in line) <= width
    return "\n".join(lines)


def test_a_table_that_fits_is_a_table(monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_table(BACKENDS, console), 80, monkeypatch)
    assert RULE in text
    assert " 3       processes     available     epochly-cli" in text


@pytest.mark.parametrize("width", [40, 50])
def test_a_row_that_does_not_fit_becomes_a_block(width: int, monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_table(BACKENDS, console), width, monkeypatch)
    assert RULE not in text
    assert (
        "level    2\n"
        "backend  cpython_jit\n"
        "state    unavailable\n"
        "from     epochly-cli\n"
        "detail   no JIT\n"
        "         remedy: use another Python\n"
        "\n"
        "level    3\n"
    ) in text


def test_an_empty_cell_has_no_line_in_a_block(monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_table(BACKENDS, console), 40, monkeypatch)
    assert text.count("detail") == 1


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_report_breaks_no_figure(width: int, monkeypatch: pytest.MonkeyPatch):
    one = report(BASELINE, COMPILED, REFUSED)
    text = shown(lambda console: print_report(one, console, detail=True), width, monkeypatch)
    wide = shown(lambda console: print_report(one, console, detail=False), 200, monkeypatch)
    (timed,) = (line for line in wide.splitlines() if "★" in line)
    (below,) = (line for line in wide.splitlines() if line.startswith("   numba"))
    figures = [part for line in (timed, below) for part in line.split("   ") if part.strip()]
    assert len(figures) > 6
    assert all(figure.strip() in text for figure in figures)
    assert "95 % interval" in text


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_gate_breaks_no_figure(width: int, monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_gate(MIXED, console), width, monkeypatch)
    for label in ("workload", "95 % interval", "could have seen", "verdict"):
        assert f"\n{label}  " in text


def test_a_workload_without_a_comparison_is_under_its_own_label(monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_gate(MIXED, console), 40, monkeypatch)
    assert "workload level" not in text


def test_a_gates_table_folds_the_names_alone(monkeypatch: pytest.MonkeyPatch):
    text = shown(lambda console: print_gate(MIXED, console), 80, monkeypatch)
    assert RULE in text
    assert text.count("95 % interval") == 1
