"""Reports for a person at a terminal, 80 columns or more, through Rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Literal

from epochly.units import seconds, size
from epochly_cli.render import wording
from epochly_cli.stderr import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

    from epochly.model import LevelRow, Report
    from epochly_cli.render.table import Table

_STATUS_STYLE = {"different": "bold red", "failed": "red", "timeout": "red", "measured": "green"}
_VERDICT_STYLE = {"identical": "green", "close": "green", "different": "bold red"}
_STATE_STYLE = {"ok": "green", "available": "green", "warn": "yellow", "unavailable": "yellow"}
_CONFIDENCE_STYLE = {"high": "green", "medium": "yellow", "low": "red"}


def make_console(file: IO[str]) -> Console:
    """A console that obeys NO_COLOR and a pipe, and takes user text as it is."""
    from rich.console import Console

    return Console(file=file, markup=False, emoji=False, highlight=False)


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
        console.print(_timings(timed, report))
    _remarks(console, report)
    if detail:
        print_section("Findings", wording.findings(report), console)
    print_section("Mistakes", wording.mistakes(report), console)
    print_section("Notes", wording.notes(report), console)
    _recommendation(console, report, detail=detail)


def print_facts(heading: str, facts: Iterable[tuple[str, str]], console: Console) -> None:
    """Print labelled lines under a heading."""
    from rich.rule import Rule

    console.print()
    console.print(Rule(styled(f" {heading} ", "bold"), align="left", style="cyan"))
    console.print(_facts(facts))


def print_section(heading: str, lines: Sequence[str], console: Console) -> None:
    """Print bullets under a heading; nothing where there are none."""
    if not lines:
        return
    console.print()
    console.print(styled(heading, "bold"))
    for line in lines:
        console.print(_facts([("•", line)]))


def print_table(table: Table, console: Console) -> None:
    """Print a plain table, such as the backends or the doctor's facts."""
    from rich import box
    from rich.table import Table as RichTable

    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for heading in table.columns:
        grid.add_column(styled(heading), overflow="fold")
    for row in table.rows:
        grid.add_row(*(styled(cell, _STATE_STYLE.get(cell, "")) for cell in row))
    console.print(grid)


def styled(text: str, style: str = "") -> Text:
    """Text as it is, without markup or control characters."""
    from rich.text import Text

    return Text(printable(text), style=style)


def _facts(facts: Iterable[tuple[str, str]]) -> RichTable:
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        grid.add_row(label, styled(value))
    return grid


def _header(report: Report) -> list[tuple[str, str]]:
    where = wording.place(report.target.file, report.target.line)
    facts = [
        ("target", f"{report.target.spec}  {where}".rstrip()),
        ("call", wording.call(report)),
        ("machine", wording.machine(report.machine)),
    ]
    if report.profile is not None:
        facts.append(("profile", wording.profile(report.profile)))
    return facts


def _timings(rows: Sequence[LevelRow], report: Report) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable

    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, header_style="dim")
    headings: tuple[tuple[str, Literal["left", "right"]], ...] = (
        ("  level\n  backend", "left"),
        ("median\nCPU", "right"),
        ("speedup\n95 % interval", "right"),
        ("first call\nbreak-even", "right"),
        ("memory\npeak", "right"),
        ("result\n", "left"),
    )
    for heading, side in headings:
        grid.add_column(heading, justify=side, overflow="fold")
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


def stacked(above: str, below: str, style: str = "") -> Text:
    """A cell of two lines, the second dim."""
    text = styled(above, style)
    text.append(f"\n{printable(below)}", style="dim")
    return text


def _remarks(console: Console, report: Report) -> None:
    """What could not be timed and why, and what must be known of what was."""
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in report.levels:
        said: list[Text] = []
        if row.status != "measured":
            said.append(styled(wording.outcome(row), _STATUS_STYLE.get(row.status, "yellow")))
            said += [styled(hint, "dim") for hint in wording.hints(row, report)]
        said += [styled(remark, "dim") for remark in wording.remarks(row)]
        for position, line in enumerate(said):
            grid.add_row(styled("" if position else f"  {wording.contender(row)}"), line)
    if grid.row_count:
        console.print(grid)


def _recommendation(console: Console, report: Report, *, detail: bool) -> None:
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    advice = report.recommendation
    said: list[RenderableType] = [
        Text.assemble(
            styled(wording.verdict(advice), "bold"),
            "  ",
            styled(f"confidence {advice.confidence}", _CONFIDENCE_STYLE[advice.confidence]),
        ),
        styled(wording.reason(advice)),
    ]
    if detail and advice.path:
        said.append(_facts((f"{number}.", step) for number, step in enumerate(advice.path, 1)))
    console.print()
    console.print(Panel(Group(*said), title="recommendation", title_align="left", style="none"))
    if advice.apply:
        # Outside the panel, and never folded, so that it can be copied.
        console.print(styled(f"  {advice.apply}", "bold cyan"), soft_wrap=True)
