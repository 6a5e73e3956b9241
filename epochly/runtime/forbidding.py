"""A stretch of code that may not change the world outside its process."""

from __future__ import annotations

import io
import os
import sys
from types import TracebackType
from typing import Any, NoReturn

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_EVENTS = frozenset(
    """
    http.client.send os.chflags os.chmod os.chown os.exec os.fork os.forkpty os.kill os.killpg
    os.link os.mkdir os.posix_spawn os.remove os.removexattr os.rename os.rmdir os.setxattr
    os.spawn os.symlink os.system os.truncate os.utime socket.bind socket.connect socket.sendmsg
    socket.sendto sqlite3.connect subprocess.Popen urllib.Request webbrowser.open
    """.split()
)
_asked: list[str] = []
_open: list[Forbidding] = []


class Forbidden(BaseException):
    """What was about to be done; no handler of the program's catches it by chance."""


class Forbidding:
    """Raises where the code of the block is about to write, print, send, or start a process.

    It uses Python's audit events (PEP 578), which cannot be given up, so it is for a process of
    our own. What has source that hides such an effect is found out before it happens.
    """

    _installed = False

    def __enter__(self) -> None:
        if not Forbidding._installed:
            sys.addaudithook(_check)
            Forbidding._installed = True
        # A module that is imported there is compiled anew elsewhere.
        self._bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        # Warnings go to the other stream.
        self._stdout, sys.stdout = sys.stdout, _Silent()
        _asked.clear()
        _open.append(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _open.remove(self)
        sys.stdout = self._stdout
        sys.dont_write_bytecode = self._bytecode
        if _asked and not isinstance(error, Forbidden):
            # The program has caught it, or another thread was told.
            raise Forbidden(_asked[0])


class _Silent(io.TextIOBase):
    def write(self, text: str) -> int:
        _forbid("it prints")


def _check(event: str, args: tuple[Any, ...]) -> None:
    if not _open or (args and _is_compiled_code(args[0])):
        return
    if event == "open":
        path, _, flags = args
        if path != os.devnull and isinstance(flags, int) and flags & _WRITING:
            _forbid(f"it writes to {path!r}")
    elif event in _EVENTS or event.startswith("shutil."):
        _forbid(f"it asks the system for {event}")


def _forbid(what: str) -> NoReturn:
    _asked.append(what)
    raise Forbidden(what)


def _is_compiled_code(path: Any) -> bool:
    """Whether it lies where Python and Numba keep what they compile, which is no effect."""
    if not isinstance(path, (str, os.PathLike)):
        return False
    kept = os.environ.get("NUMBA_CACHE_DIR") or "__pycache__"
    return "__pycache__" in os.fspath(path) or kept in os.fspath(path)
