"""The worker's standard streams while the user's code runs: caught, bounded, and put back."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import Any, TextIO

_CHUNK = 1 << 20


class CaughtOutput:
    """File descriptors 0 to 2 pointed at nothing and at two files in the scratch folder.

    Parameters
    ----------
    folder : str
        Where the two files live.
    """

    def __init__(self, folder: str) -> None:
        self._paths = (Path(folder) / "stdout", Path(folder) / "stderr")
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        opened = (
            os.open(os.devnull, os.O_RDONLY),
            *(os.open(p, flags, 0o600) for p in self._paths),
        )
        self._kept = tuple(_move_high(descriptor) for descriptor in opened)
        self._streams: tuple[TextIO, ...] = (sys.stdin, sys.stdout, sys.stderr)
        self.restore()

    def restore(self) -> bool:
        """Point descriptors 0 to 2 and ``sys.std*`` at our files again.

        Returns
        -------
        bool
            Whether the descriptors and streams had been left alone.
        """
        names = ("stdin", "stdout", "stderr")
        alone = all(map(_same_file, self._kept, range(3))) and all(
            getattr(sys, name, None) is stream and _is_open(stream)
            for name, stream in zip(names, self._streams, strict=True)
        )
        for number, kept in enumerate(self._kept):
            os.dup2(kept, number)
        streams: list[Any] = list(self._streams)
        for number, stream in enumerate(streams):
            if not _is_open(stream):
                mode = "r" if number == 0 else "w"
                streams[number] = open(number, mode, closefd=False)  # noqa: SIM115 - lives on
        self._streams = tuple(streams)
        for name, stream in zip(names, streams, strict=True):
            setattr(sys, name, stream)
        return alone

    def clear(self) -> None:
        """Forget what was printed so far."""
        self._flush()
        for descriptor in self._kept[1:]:
            if os.fstat(descriptor).st_size:
                os.ftruncate(descriptor, 0)

    def printed(self) -> str:
        """Digest of what was printed on standard output since it was last cleared, or ``""``."""
        self._flush()
        if not os.fstat(self._kept[1]).st_size:
            return ""
        digest = hashlib.sha256()
        offset = 0
        while chunk := os.pread(self._kept[1], _CHUNK, offset):
            digest.update(chunk)
            offset += len(chunk)
        return digest.hexdigest()

    def _flush(self) -> None:
        for stream in (sys.stdout, sys.stderr, *self._streams[1:]):
            # What the user put there may lack a flush, or have one that fails.
            with contextlib.suppress(Exception):
                stream.flush()


def _is_open(stream: Any) -> bool:
    try:
        return not stream.closed
    except (AttributeError, ValueError):
        # It is None, or was detached from its buffer.
        return False


def _same_file(one: int, two: int) -> bool:
    try:
        return os.path.sameopenfile(one, two)
    except OSError:
        return False


def _move_high(descriptor: int) -> int:
    import fcntl

    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64)
    os.close(descriptor)
    return moved
