"""A gate's report for a person at a terminal, through Rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epochly_cli.render import gate_wording as wording
from epochly_cli.render.layout import (
    make_grid,
    print_facts,
    print_grid,
    print_section,
    stacked,
    styled,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable

    from epochly.gate.model import Comparison, GateReport, WorkloadResult
    from epochly_cli.render.gate_wording import Severity

_STYLES: dict[Severity | None, str] = {
    "error": "bold red",
    "warning": "yellow",
    "notice": "cyan",
    None: "green",
}
_CODE_STYLES = {0: "bold green", 5: "bold yellow"}


def print_gate(report: GateReport, console: Console) -> None:
    """Print what was compared, every workload, what to do, and last the verdict."""
    from rich.panel import Panel

    print_facts("performance gate", wording.facts(report), console)
    results = wording.by_severity(report)
    if results:
        print_grid(_table(results), console)
    for result, how in results:
        if how is not None:
            heading = f"{wording.title(result)}: {wording.outcome(result)}"
            lines = [result.message, f"where: {wording.place(result)}", *wording.reasons(result)]
            print_section(heading, lines, console)
    print_section("Notes", wording.notes(report), console)
    seen = wording.sight(report)
    console.print()
    text = styled(wording.headline(report), _CODE_STYLES.get(report.exit_code, "bold red"))
    if seen:
        text.append("\n").append_text(styled(f"{seen[:1].upper()}{seen[1:]}."))
    console.print(Panel(text, title="verdict", title_align="left", style="none"))


def _table(results: tuple[tuple[WorkloadResult, Severity | None], ...]) -> RichTable:
    grid = make_grid(
        (
            ("workload\nlevel", "left"),
            ("change\n95 % interval", "right"),
            ("reference\nhead", "right"),
            ("limit\nas set", "right"),
            ("could have\nseen", "right"),
            ("verdict", "left"),
        ),
        folds=0,
        header_style="dim",
    )
    for result, how in results:
        for one in result.comparisons:
            grid.add_row(*_row(one, result, how))
        if not result.comparisons:
            about = stacked(wording.title(result), "", "bold")
            grid.add_row(about, "", "", "", "", styled(wording.outcome(result), _STYLES[how]))
    return grid


def _row(
    one: Comparison, result: WorkloadResult, how: Severity | None
) -> tuple[RenderableType, ...]:
    style = _STYLES[how if one.judgement != "passed" else None]
    return (
        stacked(wording.title(result), wording.contender(one.level, one.backend), "bold"),
        stacked(wording.change(one), wording.interval(one), style),
        stacked(*wording.both(one)),
        stacked(wording.share(one.max_slowdown), wording.share(one.asked_slowdown)),
        styled(wording.detectable(one)),
        styled(one.judgement, style),
    )
