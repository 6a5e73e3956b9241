"""What is open in this thread and task: a chain, from the innermost outwards."""

from __future__ import annotations

from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Entry:
    """One entry into a block.

    Parameters
    ----------
    owner : object
        The context manager; it may be entered again, by other threads too.
    outer : Entry or None
        What was open before.
    """

    __slots__ = ("held", "outer", "owner")

    def __init__(self, owner: Any, outer: Entry | None, held: Any) -> None:
        self.owner = owner
        self.outer = outer
        self.held = held


class Chain:
    """Entries of one kind; left in any order, the others stay.

    Parameters
    ----------
    name : str
        Of the context variable behind it.
    """

    def __init__(self, name: str) -> None:
        self._innermost: ContextVar[Entry | None] = ContextVar(name, default=None)
        self.innermost = self._innermost.get

    def enter(self, owner: Any, held: Any) -> None:
        """Open an entry, which holds a value until it is left."""
        self._innermost.set(Entry(owner, self._innermost.get(), held))

    def leave(self, owner: Any) -> Any:
        """Close the owner's innermost entry.

        Returns
        -------
        object or None
            What it held; None where the block was entered in another task.
        """
        above: list[Entry] = []
        entry = self._innermost.get()
        while entry is not None and entry.owner is not owner:
            above.append(entry)
            entry = entry.outer
        if entry is None:
            return None
        rest = entry.outer
        for other in reversed(above):
            rest = Entry(other.owner, rest, other.held)
        self._innermost.set(rest)
        return entry.held


contexts = Chain("epochly_context")
blocks = Chain("epochly_block")
