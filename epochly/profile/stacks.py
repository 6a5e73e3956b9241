"""Sampled stacks as text: ``outer (file:line);inner (file:line) 12``, one stack to a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from epochly.model import HotLine
from epochly.profile import counters

MOST_LINES = 10
Stack = tuple[str, ...]
_FRAME = re.compile(r"(?P<function>.*?) \((?P<file>.*):(?P<line>\d+)\)", re.DOTALL)
_START = (counters.run_calls.__name__, counters.__file__)
_WORKER = ("main", str(Path(counters.__file__).parents[1] / "measure" / "serve.py"))
_WORKER_PROCESS = re.compile(r'process \d+:".* -m epochly\.measure\.serve ')


def read_stacks(text: str) -> Counter[Stack]:
    """Stacks, outermost frame first, and how often each was seen."""
    found: Counter[Stack] = Counter()
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        if count.isdigit():
            found[tuple(frames.split(";"))] += int(count)
    return found


def write_stacks(stacks: Counter[Stack]) -> str:
    """The text that `read_stacks` reads."""
    return "".join(f"{';'.join(stack)} {count}\n" for stack, count in sorted(stacks.items()))


def cut(stack: Stack) -> Stack | None:
    """A stack without our own frames; None where it was taken outside the calls."""
    start = _start(stack)
    if start is not None:
        return stack[start:]
    if any(_is(frame, _WORKER) for frame in stack):
        return None
    return stack[1:] if is_worker_process(stack[0]) else stack


def of_calls(stacks: Counter[Stack]) -> Counter[Stack]:
    """What the calls' own thread did in them, without our own frames."""
    found: Counter[Stack] = Counter()
    for stack, count in stacks.items():
        start = _start(stack)
        if start is not None:
            found[stack[start:]] += count
    return found


def of_everything(stacks: Counter[Stack]) -> Counter[Stack]:
    """The calls, and what other threads and child processes did."""
    found: Counter[Stack] = Counter()
    for stack, count in stacks.items():
        shown = cut(stack)
        if shown:
            found[shown] += count
    return found


def hot_lines(stacks: Counter[Stack], own_file: str | None) -> tuple[HotLine, ...]:
    """The innermost lines of the user's code that were seen most, with their share of it.

    Parameters
    ----------
    stacks : Counter
        As `of_calls` gives them.
    own_file : str or None
        The target's file, which is the user's even if it is installed as a package.
    """
    seen: Counter[tuple[str, int, str]] = Counter()
    for stack, count in stacks.items():
        for function, file, line in _frames(stack):
            if file == own_file or _is_users(file):
                seen[file, line, function] += count
                break
    total = seen.total()
    return tuple(
        HotLine(file, line, function, count / total)
        for (file, line, function), count in seen.most_common(MOST_LINES)
    )


def is_start(function: str, file: str) -> bool:
    """Whether this is the frame under which the calls run."""
    return (function, file) == _START


def is_worker(function: str, file: str) -> bool:
    """Whether this is the frame of a worker's main loop."""
    return (function, file) == _WORKER


def is_worker_process(frame: str) -> bool:
    """Whether py-spy names a worker's process here, as it does where it follows children."""
    return _WORKER_PROCESS.match(frame) is not None


def _is(frame: str, known: tuple[str, str]) -> bool:
    return frame.startswith(f"{known[0]} ({known[1]}:")


def _start(stack: Stack) -> int | None:
    """The place of the first frame above ours."""
    for position, frame in enumerate(stack):
        if _is(frame, _START):
            return position + 1
    return None


def _frames(stack: Stack) -> Iterator[tuple[str, str, int]]:
    for frame in reversed(stack):
        match = _FRAME.fullmatch(frame)
        if match:
            yield match["function"], match["file"], int(match["line"])


def _is_users(file: str) -> bool:
    from epochly.code.libraries import in_library

    return not file.startswith("<") and not in_library(file)
