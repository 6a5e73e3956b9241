"""Reports as GitHub-flavoured Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochly.units import seconds, size
from epochly_cli.render import wording
from epochly_cli.render.table import Table
from epochly_cli.stderr import printable

if TYPE_CHECKING:
    from epochly.model import LevelRow, Report

_COLUMNS = (
    "",
    "level",
    "backend",
    "median",
    "CPU",
    "speedup",
    "95 % interval",
    "first call",
    "break-even",
    "memory",
    "result",
)
_CODE = re.compile("(`[^`]+`)")
_SPECIAL = re.compile(r"([\\`*\[\]|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def report_markdown(report: Report, *, detail: bool = True) -> str:
    """One report; ``detail`` adds hot lines, findings and the way to the recommendation."""
    blocks = [f"## {escaped(wording.title(report))}", _header(report)]
    if detail:
        blocks.append(section_markdown("Hot lines", wording.hot_lines(report)))
    timed = tuple(_row(row, report) for row in report.levels if wording.was_timed(row))
    if timed:
        blocks.append(table_markdown(Table(_COLUMNS, timed)))
    blocks.append(bullets(_remarks(report)))
    if detail:
        blocks.append(section_markdown("Findings", wording.findings(report)))
    blocks.append(section_markdown("Mistakes", wording.mistakes(report)))
    blocks.append(section_markdown("Notes", wording.notes(report)))
    blocks.append(_recommendation(report, detail=detail))
    return "\n\n".join(block for block in blocks if block) + "\n"


def table_markdown(table: Table) -> str:
    """A plain table."""
    lines = [_line(table.columns), _line(["---"] * len(table.columns))]
    lines += [_line([_cell(cell) for cell in row]) for row in table.rows]
    return "\n".join(lines)


def facts_markdown(heading: str, facts: Sequence[tuple[str, str]]) -> str:
    """Labelled lines under a heading."""
    lines = [f"- {label}: {escaped(value)}" for label, value in facts]
    return "\n".join([f"## {escaped(heading)}", "", *lines])


def section_markdown(heading: str, lines: Sequence[str]) -> str:
    """Bullets under a heading; empty where there are none."""
    return f"### {heading}\n\n{bullets(lines)}" if lines else ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return "<br>".join(escaped(line) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Text that shows as it is; what stands in backticks stays code."""
    pieces = _CODE.split(printable(" ".join(text.split())))
    for position in range(0, len(pieces), 2):
        pieces[position] = html.escape(_SPECIAL.sub(r"\\\1", pieces[position]), quote=False)
    for position in range(1, len(pieces), 2):
        pieces[position] = pieces[position].replace("|", "\\|")
    return "".join(pieces)


def _code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside."""
    shown = printable(" ".join(text.split()))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}{shown}{fence}" if len(fence) == 1 else f"{fence} {shown} {fence}"


def _header(report: Report) -> str:
    where = wording.place(report.target.file, report.target.line)
    lines = [
        f"- target: {_code(report.target.spec)} {escaped(where)}".rstrip(),
        f"- call: {_code(wording.call(report.target))}",
        f"- machine: {escaped(wording.machine(report.machine))}",
    ]
    if report.profile is not None:
        lines.append(f"- profile: {escaped(wording.profile(report.profile))}")
    return "\n".join(lines)


def _row(row: LevelRow, report: Report) -> tuple[str, ...]:
    return (
        "★" if wording.is_recommended(row, report) else "",
        wording.level(row),
        row.backend,
        seconds(row.median_s),
        seconds(row.cpu_s),
        wording.speedup(row),
        wording.interval(row),
        seconds(row.first_call_s),
        wording.breakeven(row),
        size(row.peak_memory_bytes),
        wording.result(row),
    )


def _remarks(report: Report) -> list[str]:
    lines = []
    for row in report.levels:
        said = [] if row.status == "measured" else [wording.outcome(row)]
        if row.status != "measured":
            said += wording.hints(row, report)
        said += wording.remarks(row)
        if said:
            lines.append(f"{wording.contender(row)}: {'; '.join(said)}")
    return lines


def bullets(lines: Sequence[str]) -> str:
    """A list; empty where there are no lines."""
    return "\n".join(f"- {escaped(line)}" for line in lines)


def _recommendation(report: Report, *, detail: bool) -> str:
    advice = report.recommendation
    blocks = [
        f"**Recommendation: {escaped(wording.verdict(advice))}** (confidence {advice.confidence})",
        escaped(wording.reason(advice)),
    ]
    if detail and advice.path:
        steps = enumerate(advice.path, 1)
        blocks.append("\n".join(f"{number}. {escaped(step)}" for number, step in steps))
    if advice.apply:
        blocks.append(f"```python\n{printable(advice.apply)}\n```")
    return "\n\n".join(blocks)
