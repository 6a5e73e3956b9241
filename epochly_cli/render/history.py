"""The history of workloads: a list of them, or for one a table and a plot of each series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochly.levels import Level
from epochly.units import seconds
from epochly_cli.render.gate_wording import contender, share
from epochly_cli.render.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from epochly.gate.changepoints import ChangePoint
    from epochly.gate.series import Point, Series

PLOT_ROWS = 9
# Less than 10 % does not fill the plot, so that noise looks like noise.
_LEAST_REACH = math.log(1.1)
_POINT, _CHANGE, _MARK = "•", "|", "^"
_UNREMARKABLE = frozenset({"passed", "measured"})


def print_series(found: Sequence[Series], console: Console) -> None:
    """Print each series with its table and its plot, as wide as the console."""
    from epochly_cli.render.layout import print_facts, print_table, styled

    for series in found:
        print_facts(_title(series), _facts(series), console)
        print_table(series_table(series), console)
        console.print()
        for line in plot(series, console.width):
            console.print(styled(line), soft_wrap=True)


def series_markdown(found: Sequence[Series]) -> str:
    """Each series with its table and its plot as GitHub-flavoured Markdown."""
    from epochly_cli.render.markdown import facts_markdown, table_markdown

    blocks = []
    for series in found:
        blocks.append(facts_markdown(_title(series), _facts(series)))
        blocks.append(table_markdown(series_table(series)))
        blocks.append("\n".join(["```text", *plot(series, 100), "```"]))
    return "\n\n".join(blocks) + "\n"


def overview(found: Sequence[Series]) -> Table:
    """A line for each series."""
    rows = tuple(
        (
            series.workload,
            contender(Level(series.level), series.backend),
            str(len(series.points)),
            _day(series.points[-1]),
            seconds(series.points[-1].median_s),
            _told(series.change_points[-1], series) if series.change_points else "",
            series.machine.short,
        )
        for series in found
    )
    return Table(("workload", "level", "runs", "last", "median", "last change", "machine"), rows)


def series_table(series: Series) -> Table:
    """A line for each run, oldest first, with what changed and what the gate said."""
    changes = {change.index: change for change in series.change_points}
    rows = []
    for position, point in enumerate(series.points):
        before = series.points[position - 1].median_s if position else None
        marks = [_step(changes[position])] if position in changes else []
        marks += [] if point.outcome in _UNREMARKABLE else [point.outcome.replace("_", " ")]
        marks += ["fell back"] if point.realized is False else []
        rows.append(
            (
                _day(point),
                _commit(point),
                seconds(point.median_s),
                "" if before is None else _signed(point.median_s / before - 1),
                ", ".join(marks),
            )
        )
    return Table(("date", "commit", "median", "change", "mark"), tuple(rows))


def plot(series: Series, width: int) -> tuple[str, ...]:
    """The medians over the runs, on a logarithmic scale, with the changes marked.

    Parameters
    ----------
    series : Series
    width : int
        Columns to fit into; of more runs than fit, the last are shown.

    Returns
    -------
    tuple of str
        `PLOT_ROWS` lines, the axis, and the marks of changes.
    """
    points = series.points
    logs = [math.log(point.median_s) for point in points]
    middle = (min(logs) + max(logs)) / 2
    reach = max(max(logs) - min(logs), _LEAST_REACH)
    bottom = middle - reach / 2
    scale = [seconds(math.exp(bottom)), seconds(math.exp(bottom + reach))]
    margin = max(len(text) for text in scale) + 1
    shown = max(1, min(len(points), width - margin - 2))
    first = len(points) - shown
    heights = [round((PLOT_ROWS - 1) * (log - bottom) / reach) for log in logs[first:]]
    changed = {change.index - first for change in series.change_points}
    lines = []
    for height in reversed(range(PLOT_ROWS)):
        label = {PLOT_ROWS - 1: scale[1], 0: scale[0]}.get(height, "")
        cells = (
            _POINT if heights[column] == height else _CHANGE if column in changed else " "
            for column in range(shown)
        )
        lines.append(f"{label:>{margin}} |{''.join(cells)}".rstrip())
    lines.append(f"{'':>{margin}} +{'-' * shown}")
    marks = "".join(_MARK if column in changed else " " for column in range(shown))
    if marks.strip():
        lines.append(f"{'':>{margin}}  {marks.rstrip()}")
    return tuple(lines)


def _title(series: Series) -> str:
    return f"{series.workload}, level {contender(Level(series.level), series.backend)}"


def _facts(series: Series) -> list[tuple[str, str]]:
    facts = [("machine", f"{series.machine.words} ({series.machine.short})")]
    told = [
        f"{_told(change, series)} (p = {change.p_value:.2g})" for change in series.change_points
    ]
    return [*facts, ("changes", "; ".join(told) or "none")]


def _told(change: ChangePoint, series: Series) -> str:
    point = series.points[change.index]
    where = point.commit[:10] if point.commit else _day(point)
    return f"{_step(change)} since {where}"


def _step(change: ChangePoint) -> str:
    direction = "slower" if change.change >= 0 else "faster"
    return f"{share(abs(change.change))} {direction}"


def _day(point: Point) -> str:
    return point.created[:16].replace("T", " ")


def _commit(point: Point) -> str:
    known = point.commit[:10] if point.commit else "-"
    return f"{known} and changes" if point.dirty else known


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{share(abs(value))}"
