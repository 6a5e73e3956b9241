"""What goes to a terminal, laid out to be read at any width, through Rich."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Literal

from epochly_cli.stderr import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

    from epochly_cli.render.table import Table

_STATE_STYLE = {"ok": "green", "available": "green", "warn": "yellow", "unavailable": "yellow"}
# One column of a table may be folded, down to its longest word or this.
_LEAST_FOLDED = 20
# Between two columns, and at both edges together.
_GAP, _EDGES = 3, 2


def make_console(file: IO[str]) -> Console:
    """A console that obeys NO_COLOR and a pipe, and takes user text as it is."""
    from rich.console import Console

    return Console(file=file, markup=False, emoji=False, highlight=False)


def styled(text: str, style: str = "") -> Text:
    """Text as it is, without markup or control characters."""
    from rich.text import Text

    return Text(printable(text), style=style)


def stacked(above: str, below: str, style: str = "") -> Text:
    """A cell of two lines, the second dim."""
    text = styled(above, style)
    text.append(f"\n{printable(below)}", style="dim")
    return text


def labelled(facts: Iterable[tuple[str, str | Text]], label_style: str = "dim") -> RichTable:
    """Texts with a label before each."""
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(style=label_style, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        grid.add_row(label, styled(value) if isinstance(value, str) else value)
    return grid


def print_facts(heading: str, facts: Iterable[tuple[str, str]], console: Console) -> None:
    """Print labelled lines under a heading."""
    from rich.rule import Rule

    console.print()
    console.print(Rule(styled(f" {heading} ", "bold"), align="left", style="cyan"))
    console.print(labelled(facts))


def print_section(heading: str, lines: Sequence[str], console: Console) -> None:
    """Print bullets under a heading; nothing where there are none."""
    if not lines:
        return
    console.print()
    console.print(styled(heading, "bold"))
    for line in lines:
        console.print(labelled([("•", line)]))


def print_table(table: Table, console: Console) -> None:
    """Print a plain table, such as the backends or the doctor's facts."""
    grid = make_grid([(heading, "left") for heading in table.columns], folds=-1)
    for row in table.rows:
        grid.add_row(*(styled(cell, _STATE_STYLE.get(cell, "")) for cell in row))
    print_grid(grid, console)


def make_grid(
    headings: Sequence[tuple[str, Literal["left", "right"]]],
    *,
    folds: int,
    header_style: str | None = None,
) -> RichTable:
    """An empty table.

    Parameters
    ----------
    headings : sequence of (str, str)
        With the side that cells stand on; a line of a heading is that of the same line of a cell.
    folds : int
        The one column that may be folded; the others are never broken.
    """
    from rich import box
    from rich.table import Table as RichTable

    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, header_style=header_style)
    for position, (heading, side) in enumerate(headings):
        whole = position != folds % len(headings)
        grid.add_column(styled(heading), justify=side, overflow="fold", no_wrap=whole)
    return grid


def print_grid(grid: RichTable, console: Console) -> None:
    """Print a table, or each row as a block of labelled lines where the console is too narrow."""
    headings = [_text(column.header) for column in grid.columns]
    columns = [[_text(cell) for cell in column.cells] for column in grid.columns]
    widths = []
    for column, heading, cells in zip(grid.columns, headings, columns, strict=True):
        texts = [text.plain for text in (heading, *cells)]
        widths.append(
            _widest(line for text in texts for line in text.split("\n"))
            if column.no_wrap
            else min(_widest(word for text in texts for word in text.split()), _LEAST_FOLDED)
        )
    if sum(widths) + _GAP * (len(widths) - 1) + _EDGES <= console.width:
        console.print(grid)
        return
    for row in zip(*columns, strict=True):
        console.print()
        console.print(labelled(_block(headings, row)))
    console.print()


def _block(headings: Sequence[Text], cells: Sequence[Text]) -> Iterator[tuple[str, Text]]:
    for heading, cell in zip(headings, cells, strict=True):
        lines = cell.split("\n", allow_blank=True)
        labels = heading.plain.split("\n") if len(lines) > 1 else [" ".join(heading.plain.split())]
        for position, line in enumerate(lines):
            indent = len(line.plain) - len(line.plain.lstrip())
            if indent < len(line.plain):
                label = labels[position].strip() if position < len(labels) else ""
                yield label, line[indent:]


def _text(cell: RenderableType) -> Text:
    from rich.text import Text

    return cell if isinstance(cell, Text) else styled(str(cell))


def _widest(texts: Iterable[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)
