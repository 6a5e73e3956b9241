"""A block in which functions run at one level."""

from __future__ import annotations

import sys

from epochly.runtime.active import blocks, contexts
from epochly.runtime.levels import checked_level, level_of
from epochly.runtime.records import records
from epochly.runtime.switch import is_off

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType

    from epochly.runtime.active import Entry
    from epochly.runtime.redirect import Redirect, Untouched

_silent: set[tuple[CodeType, int]] = set()


class optimize_context:
    """Run the functions of a block at a level, in this thread and task only.

    Decorated functions that are called inside take this level instead of their own, and so do
    the Python functions and methods of the user's own code that the block names directly: those
    that are there when it is entered, and the methods of classes that it names.

    Parameters
    ----------
    level : int
        0 to 4, or a `Level`.
    backend : str, optional
        One backend of the level, by name.

    Raises
    ------
    UsageError
        When the level is none of 0 to 4, or no backend has that name or it is of another level.
    EpochlyError
        When the backend cannot be loaded.
    """

    def __init__(self, *, level: int, backend: str | None = None) -> None:
        self.level = checked_level(level)
        if backend is not None:
            level_of(backend, self.level)
        self.backend = backend
        self._reached: dict[str, None] = {}
        self.entries: dict[Entry, bool] = {}

    @property
    def reached(self) -> tuple[str, ...]:
        """Names of the functions that the block names or that were called in it, in order."""
        return tuple(self._reached)

    def reach(self, name: str) -> None:
        """Note a function that runs at this level."""
        self._reached.setdefault(name)

    def __enter__(self) -> optimize_context:
        from epochly.runtime.named import entering_frame, functions_named_in_block
        from epochly.runtime.redirect import redirect

        frame = entering_frame(sys._getframe(1))
        held = _Held(frame.f_code, frame.f_lineno)
        records.enter()
        if is_off():
            contexts.enter(self, held, seen=False)
            return self
        try:
            for function in functions_named_in_block(frame):
                found = redirect(function)
                held.redirects.append(found)
                self.reach(found.name)
        except BaseException:
            held.release()
            raise
        contexts.enter(self, held)
        block = blocks.innermost()
        if block is not None:
            block.held.note_level(self.level)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        held = contexts.leave(self)
        held.release()
        place = (held.code, held.line)
        if not self._reached and kind is None and place not in _silent and not is_off():
            import logging

            _silent.add(place)
            logging.getLogger("epochly").warning(
                "%s:%d: optimize_context(level=%d) reached no function: it names none of your own, "
                "those made inside it are not reached, and no decorated one was called",
                held.code.co_filename,
                held.line,
                self.level,
            )


class _Held:
    """What one entry must give back."""

    def __init__(self, code: CodeType, line: int) -> None:
        self.code = code
        self.line = line
        self.redirects: list[Redirect | Untouched] = []

    def release(self) -> None:
        while self.redirects:
            self.redirects.pop().leave()
        records.leave()
