"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from epochly_cli.stderr import printable

if TYPE_CHECKING:
    from epochly.measure.session import Progress


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[Progress], None]]:
    """Show a bar while the block runs, and leave nothing of it behind.

    Parameters
    ----------
    label : str
        What is being worked on.

    Yields
    ------
    callable
        Takes the progress made so far.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from epochly_cli.render.layout import make_console

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[stage]}", markup=False),
    )
    console = make_console(sys.stderr)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(printable(label), total=1.0, stage="")
        yield lambda now: bar.update(task, completed=now.fraction, stage=printable(now.stage))
