"""What is open in this thread and task: a chain, from the innermost outwards.

Python copies context variables into new tasks, callbacks and threads, and runs the end of a
generator wherever it is closed. So an entry knows whether it is still open, whoever left it, and
where it was entered.
"""

from __future__ import annotations

import sys
from _thread import _local
from _weakref import ref
from contextvars import ContextVar, copy_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Context
    from typing import Any, Protocol

    class Owner(Protocol):
        """A context manager; it may be entered again, by other threads too."""

        entries: dict[Entry, bool]


class _Thread(_local):
    """What tells this thread from all others, dead ones included, whose numbers come again."""

    def __init__(self) -> None:
        self.mark = object()


_thread = _Thread()


def _current_task() -> Any:
    """The task of asyncio that runs in this thread; None outside of one."""
    asyncio = sys.modules.get("asyncio")
    # It may be half imported, and then no task is running.
    current_task = getattr(asyncio, "current_task", None)
    if asyncio is None or current_task is None:
        return None
    loop = asyncio._get_running_loop()
    return None if loop is None else current_task(loop)


class Entry:
    """One entry into a block.

    Parameters
    ----------
    owner : Owner
    held : object
        What is given back when it is left.
    inherited : bool
        Whether tasks and threads that are started inside are inside as well.
    """

    __slots__ = ("_task", "_thread", "held", "open", "owner")

    def __init__(self, owner: Any, held: Any, inherited: bool) -> None:
        self.owner = owner
        self.held = held
        self.open = True
        self._thread = None if inherited else _thread.mark
        # What was entered outside of tasks counts for all of the thread: `asyncio.run` inside.
        task = None if inherited else _current_task()
        # Not held, lest a task that nobody awaits lives as long as a copy of the chain.
        self._task = None if task is None else ref(task)

    def is_here(self) -> bool:
        """Whether this thread and task is inside."""
        if self._thread is not None and self._thread is not _thread.mark:
            return False
        return self._task is None or self._task() is _current_task()


class _Link:
    """One entry in the chain of a context; ``carried`` where it counts in any thread."""

    __slots__ = ("carried", "entry", "outer")

    def __init__(self, entry: Entry, outer: _Link | None, carried: bool = False) -> None:
        self.entry = entry
        self.outer = outer
        self.carried = carried


class Chain:
    """Entries of one kind; left in any order and from anywhere, the others stay.

    ``chain()`` is None while nothing is open, which costs next to nothing to ask.

    Parameters
    ----------
    name : str
        Of the context variable behind it.
    inherited : bool
        Whether tasks and threads that are started inside are inside as well.
    """

    def __init__(self, name: str, inherited: bool) -> None:
        self._link: ContextVar[_Link | None] = ContextVar(name, default=None)
        self._inherited = inherited
        self.chain = self._link.get

    def innermost(self) -> Entry | None:
        """The innermost entry that is open here."""
        link = self._opened()
        while link is not None:
            entry = link.entry
            if entry.open and (link.carried or entry.is_here()):
                return entry
            link = link.outer
        return None

    def enter(self, owner: Owner, held: Any, seen: bool = True) -> None:
        """Open an entry, which holds a value until it is left; unseen, it does no more."""
        entry = Entry(owner, held, self._inherited)
        owner.entries[entry] = True
        if seen:
            self._link.set(_Link(entry, self._opened()))

    def leave(self, owner: Owner) -> Any:
        """Close the owner's innermost entry; where none is in this chain, its last one anywhere.

        Returns
        -------
        object
            What it held.

        Raises
        ------
        UsageError
            When no entry is open.
        """
        above: list[_Link] = []
        link = self._opened()
        # Whoever takes an entry out of the owner's has closed it: others may be at it, too.
        while link is not None and not owner.entries.pop(link.entry, False):
            above.append(link)
            link = link.outer
        if link is not None:
            entry, rest = link.entry, link.outer
            for other in reversed(above):
                if other.entry.open:
                    rest = _Link(other.entry, rest, other.carried)
            self._link.set(rest)
        else:
            try:
                entry, _ = owner.entries.popitem()
            except KeyError:
                from epochly.errors import UsageError

                name = type(owner).__name__
                raise UsageError(
                    f"this {name} was left more often than entered",
                    remedy=f"use it in a with statement: with epochly.{name}(...):",
                ) from None
        entry.open = False
        return entry.held

    def copy_for_items(self) -> Context:
        """A copy of the context for items of this call, which are inside in any thread."""
        copy = copy_context()
        entry = self.innermost()
        if entry is not None:
            copy.run(self._link.set, _Link(entry, self._opened(), True))
        return copy

    def _opened(self) -> _Link | None:
        """The chain from the first entry on that is open; the others are let go, lest it grows."""
        link = found = self._link.get()
        while link is not None and not link.entry.open:
            link = link.outer
        if link is not found:
            self._link.set(link)
        return link


contexts = Chain("epochly_context", inherited=False)
blocks = Chain("epochly_block", inherited=True)
