"""The history of a project: a file with one line of JSON for each run, only ever appended to."""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from epochly.errors import UsageError
from epochly.gate.entries import Entry, entry_document, moment_of, parse_entry

DEFAULT = os.path.join(".epochly", "history.jsonl")
LOCK_S = 10.0
_MARK = b"epochly.history/"
_START = b'{"schema": "' + _MARK
_REMEDY = "give another file, or make room and allow writing there"


@dataclass(frozen=True, slots=True)
class History:
    """What a file holds, oldest first, and a warning for each line that cannot be read."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()


def append(path: Path, entry: Entry) -> str | None:
    """Add a run to a file, which is made where there is none.

    The line is written at once under a lock. A torn last line, left by a process or machine that
    ended while writing, is dropped before.

    Parameters
    ----------
    path : Path
    entry : Entry

    Returns
    -------
    str or None
        A warning, where a torn line was dropped.

    Raises
    ------
    UsageError
        When nothing can be written there; the file is then as it was.
    """
    line = (json.dumps(entry_document(entry), allow_nan=False) + "\n").encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _append(path, line)
    except OSError as error:
        raise UsageError(
            f"the history {path} cannot be written: {error.strerror or error}", remedy=_REMEDY
        ) from error


def check_place(path: Path) -> None:
    """Check before a run that it can be added; nothing is made, since the run may not begin.

    Raises
    ------
    UsageError
        When nothing can be written there, or another file is there.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        there = next(one for one in (path, *path.absolute().parents) if one.exists())
        if there != path and not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if path.exists():
            _check_ours(path, path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"the history {path} cannot be written: {error.strerror}",
            remedy=f"{_REMEDY}; `epochly gate --no-history` keeps none",
        ) from error


def read(path: Path) -> History:
    """Read a file; lines that cannot be read are left out, with a warning each.

    Raises
    ------
    UsageError
        When the file is missing or unreadable.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no history at {path}",
            remedy="`epochly gate` and `epochly bench --history FILE` write one; --file names it",
        ) from error
    except OSError as error:
        raise UsageError(
            f"the history {path} cannot be read: {error.strerror}",
            remedy="give another one with --file",
        ) from error
    entries, warnings = [], []
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entries.append(parse_entry(line))
        except ValueError as error:
            torn = number == len(lines)
            why = "it is torn" if torn else str(error)
            warnings.append(f"line {number} of {path} is left out: {why}")
    entries.sort(key=lambda entry: moment_of(entry.created))
    return History(tuple(entries), tuple(warnings))


def _check_ours(path: Path, content: bytes) -> None:
    """Add to no other file, whose last line would be taken for a torn one of ours."""
    text = content.strip()
    if text and _MARK not in text and not _START.startswith(text):
        raise UsageError(
            f"{path} is not a history, and stays as it is",
            remedy="give another file to --history",
        )


def _lock(file: IO[bytes]) -> None:
    """Wait until no other process writes the file; closing it ends that."""
    import fcntl

    deadline = time.monotonic() + LOCK_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise OSError("another process holds it") from error
            time.sleep(0.02)
        else:
            return


def _append(path: Path, line: bytes) -> str | None:
    warning = None
    with open(path, "a+b", buffering=0) as file:
        _lock(file)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        content = file.read()
        _check_ours(path, content)
        kept, newline, torn = content.rpartition(b"\n")
        if torn:
            try:
                json.loads(torn)
            except (ValueError, RecursionError):
                size = file.truncate(len(kept + newline))
                warning = f"the last line of {path} was torn and has been dropped"
            else:
                line = b"\n" + line
        if file.write(line) != len(line):
            file.truncate(size)
            raise OSError("the disk is full")
    return warning
