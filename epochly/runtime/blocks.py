"""Named blocks of a program, and the share of the time that each took."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

from epochly.forks import ProcessLock
from epochly.runtime.active import blocks, contexts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from epochly.runtime.active import Entry


class Block(NamedTuple):
    """The runs of one named block.

    Parameters
    ----------
    name : str
    level : int or None
        The level that contexts around or inside it asked for; None without one, or with several.
    runs, errors : int
        How often it was run, and how many runs ended in an exception.
    seconds, fastest, slowest : float
        Wall time of all runs, of the shortest and of the longest.
    share : float
        Its part, 0 to 1, of the seconds of all blocks that stand in no other; runs within a run of
        the same name count once.
    """

    name: str
    level: int | None
    runs: int
    errors: int
    seconds: float
    fastest: float
    slowest: float
    share: float


class Benchmarks(tuple[Block, ...]):
    """Blocks in the order of their first run; printed, a table."""

    __slots__ = ()

    def __str__(self) -> str:
        if not self:
            return "no block was run: with epochly.benchmark_context(name): ..."
        rows = [("block", "level", "runs", "seconds", "per run", "fastest", "share")]
        for block in self:
            level = "-" if block.level is None else str(block.level)
            total, mean = f"{block.seconds:.6f}", f"{block.seconds / block.runs:.6f}"
            fastest, share = f"{block.fastest:.6f}", f"{block.share:.1%}"
            rows.append(
                (_on_one_line(block.name), level, str(block.runs), total, mean, fastest, share)
            )
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = []
        for name, *rest in rows:
            cells = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
            lines.append("  ".join([name.ljust(widths[0]), *cells]))
        return "\n".join(lines)


def _on_one_line(name: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in name)


class _Runs:
    """What is known of one block while the program runs."""

    __slots__ = ("again", "errors", "fastest", "inner", "runs", "seconds", "slowest")

    def __init__(self) -> None:
        self.runs = self.errors = 0
        self.seconds = self.slowest = self.inner = self.again = 0.0
        self.fastest = float("inf")

    def add(self, seconds: float, failed: bool, inner: bool, again: bool) -> None:
        self.runs += 1
        self.errors += failed
        self.seconds += seconds
        self.inner += seconds if inner else 0.0
        self.again += seconds if again else 0.0
        self.fastest = min(self.fastest, seconds)
        self.slowest = max(self.slowest, seconds)


_lock = ProcessLock()
_runs: dict[tuple[str, int | None], _Runs] = {}


class benchmark_context:
    """Time a block under a name; `benchmarks` returns what was timed.

    Parameters
    ----------
    name : str
        Blocks of the same name and level are added up.

    Raises
    ------
    UsageError
        When the name is no text, or empty.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            from epochly.errors import UsageError

            remedy = 'give one in words, such as benchmark_context("loading")'
            raise UsageError(f"{name!r} is no name of a block", remedy=remedy)
        self.name = str(name)
        self.entries: dict[Entry, bool] = {}

    def __enter__(self) -> benchmark_context:
        context, outer = contexts.innermost(), blocks.innermost()
        held = _Held(self.name, None if outer is None else outer.held)
        if context is not None:
            held.levels.add(context.owner.level)
        blocks.enter(self, held)
        held.started = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        ended = perf_counter()
        held = blocks.leave(self)
        level = next(iter(held.levels)) if len(held.levels) == 1 else None
        with _lock:
            runs = _runs.setdefault((self.name, level), _Runs())
            inner, again = held.outer is not None, held.is_in(self.name)
            runs.add(ended - held.started, kind is not None, inner, again)


class _Held:
    """One run of a block while it lasts."""

    def __init__(self, name: str, outer: _Held | None) -> None:
        self.name = name
        self.outer = outer
        self.levels: set[int] = set()
        self.started = 0.0

    def is_in(self, name: str) -> bool:
        """Whether it stands in a block of this name."""
        outer = self.outer
        return outer is not None and (outer.name == name or outer.is_in(name))

    def note_level(self, level: int) -> None:
        self.levels.add(level)
        if self.outer is not None:
            self.outer.note_level(level)


def benchmarks() -> Benchmarks:
    """What `benchmark_context` has timed so far.

    Returns
    -------
    Benchmarks
        A tuple of `Block`, in the order of their first run; ``print`` shows a table.
    """
    with _lock:
        whole = sum(runs.seconds - runs.inner for runs in _runs.values())
        return Benchmarks(
            Block(
                name,
                level,
                runs.runs,
                runs.errors,
                runs.seconds,
                runs.fastest,
                runs.slowest,
                (runs.seconds - runs.again) / whole if whole else 0.0,
            )
            for (name, level), runs in _runs.items()
        )


def forget_blocks() -> None:
    """Forget every timed block."""
    with _lock:
        _runs.clear()
