"""A table without layout, for commands whose result is a list of facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings.

    Parameters
    ----------
    columns : tuple of str
        The headings.
    rows : tuple of tuple of str
        As many cells as headings.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
