"""Reports for a person at a terminal, through Rich."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochly.units import seconds, size
from epochly_cli.render import wording
from epochly_cli.render.layout import (
    labelled,
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
    from rich.text import Text

    from epochly.model import LevelRow, Report

_STATUS_STYLE = {"different": "bold red", "failed": "red", "timeout": "red", "measured": "green"}
_VERDICT_STYLE = {"identical": "green", "close": "green", "different": "bold red"}
_CONFIDENCE_STYLE = {"high": "green", "medium": "yellow", "low": "red"}
# In fewer columns a remark has a line of its own for what it is about.
_WIDE = 60


def print_report(report: Report, console: Console, *, detail: bool) -> None:
    """Print one report.

    Parameters
    ----------
    detail : bool
        Show also the hot lines, the findings and the way to the recommendation.
    """
    print_facts(wording.title(report), _header(report), console)
    if detail:
        print_section("Hot lines", wording.hot_lines(report), console)
    timed = [row for row in report.levels if wording.was_timed(row)]
    if timed:
        print_grid(_timings(timed, report), console)
    _remarks(console, report)
    if detail:
        print_section("Findings", wording.findings(report), console)
    print_section("Mistakes", wording.mistakes(report), console)
    print_section("Notes", wording.notes(report), console)
    _recommendation(console, report, detail=detail)


def _header(report: Report) -> list[tuple[str, str]]:
    where = wording.place(report.target.file, report.target.line)
    facts = [
        ("target", f"{report.target.spec}  {where}".rstrip()),
        ("call", wording.call(report.target)),
        ("machine", wording.machine(report.machine)),
    ]
    if report.profile is not None:
        facts.append(("profile", wording.profile(report.profile)))
    return facts


def _timings(rows: Sequence[LevelRow], report: Report) -> RichTable:
    grid = make_grid(
        (
            ("  level\n  backend", "left"),
            ("median\nCPU", "right"),
            ("speedup\n95 % interval", "right"),
            ("first call\nbreak-even", "right"),
            ("memory\npeak", "right"),
            ("result\n", "left"),
        ),
        folds=-1,
        header_style="dim",
    )
    for row in rows:
        grid.add_row(*_timing(row, recommended=wording.is_recommended(row, report)))
    return grid


def _timing(row: LevelRow, *, recommended: bool) -> tuple[RenderableType, ...]:
    strong = "bold green" if recommended else ""
    return (
        stacked(f"{'★' if recommended else ' '} {wording.level(row)}", f"  {row.backend}", strong),
        stacked(seconds(row.median_s), seconds(row.cpu_s)),
        stacked(wording.speedup(row), wording.interval(row), strong),
        stacked(seconds(row.first_call_s), wording.breakeven(row)),
        styled(size(row.peak_memory_bytes)),
        styled(wording.result(row), _VERDICT_STYLE.get(row.equality.verdict, "dim")),
    )


def _remarks(console: Console, report: Report) -> None:
    """What could not be timed and why, and what must be known of what was."""
    from rich.padding import Padding
    from rich.text import Text

    remarks: list[tuple[str, Text]] = []
    for row in report.levels:
        said: list[Text] = []
        if row.status != "measured":
            said.append(styled(wording.outcome(row), _STATUS_STYLE.get(row.status, "yellow")))
            said += [styled(hint, "dim") for hint in wording.hints(row, report)]
        said += [styled(remark, "dim") for remark in wording.remarks(row)]
        if said:
            remarks.append((f"  {wording.contender(row)}", Text("\n").join(said)))
    if console.width >= _WIDE:
        console.print(labelled(remarks, ""))
        return
    for label, text in remarks:
        console.print(styled(label))
        console.print(Padding(text, (0, 0, 0, 4)))


def _recommendation(console: Console, report: Report, *, detail: bool) -> None:
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    advice = report.recommendation
    verdict = styled(wording.verdict(advice), "bold")
    if advice.level is not None:
        sure = styled(f"confidence {advice.confidence}", _CONFIDENCE_STYLE[advice.confidence])
        verdict = Text.assemble(verdict, "  ", sure)
    said: list[RenderableType] = [verdict, styled(wording.reason(advice))]
    if detail and advice.path:
        said.append(labelled((f"{number}.", step) for number, step in enumerate(advice.path, 1)))
    console.print()
    console.print(Panel(Group(*said), title="recommendation", title_align="left", style="none"))
    if advice.apply:
        # Outside the panel, and never folded, so that it can be copied.
        console.print(styled(f"  {advice.apply}", "bold cyan"), soft_wrap=True)
