"""A copy of this process, where one is safe: it starts at once, with all that was imported here."""

from __future__ import annotations

import contextlib
import gc
import math
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Collection
from contextvars import Context
from types import BuiltinFunctionType
from typing import NoReturn

from epochly.measure.tree import descendants
from epochly.runtime.inside import was_cut_short
from epochly.runtime.resident import resident_bytes

# What either process then writes to is copied, a page at a time: 1 ns a byte.
MOST_BYTES = 1 << 28
# Python's frames; what is imported in the copy needs some, too.
DEEPEST = 200


class Copy:
    """A forked process.

    Parameters
    ----------
    pid : int

    Raises
    ------
    OSError
        Where the system has no descriptors of processes.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._handle = os.pidfd_open(pid)

    def kill(self) -> None:
        """End it, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it has ended; it is not known afterwards."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        os.close(self._handle)


def copied(run: Callable[[], object], kept: Collection[int]) -> Copy | None:
    """Fork this process, to run a function and end.

    The copy lets go of everything else: its files, sockets and pipes lead nowhere, signals and
    exceptions that nobody catches have their usual effect, and nothing that is registered for the
    end of the program is called.

    Parameters
    ----------
    run : callable
        Must do nothing that others see before it is told to, by one of the descriptors: a copy
        that turns out to be unsafe is killed.
    kept : collection of int
        Descriptors that it needs.

    Returns
    -------
    Copy or None
        None where a copy may be no whole process: threads other than the caller's do not exist
        there, and what they hold is held for ever. OpenBLAS ends its own before.
    """
    if not _may_be_copied():
        return None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with warnings.catch_warnings():
            # Python from 3.12 on warns of threads, which are looked for below.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if not pid:
            _be_the_copy(run, kept)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    try:
        copy = Copy(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None
    if _threads() > 1:
        copy.kill()
        copy.wait()
        return None
    return copy


def _may_be_copied() -> bool:
    """Whether this process is alone in all that it does, and small."""
    return (
        sys.platform == "linux"
        # Other greenlets run where one waits, and the libraries that have them may replace this.
        and isinstance(os.fork, BuiltinFunctionType)
        and "greenlet" not in sys.modules
        and len(sys._current_frames()) == 1
        and (_threads() == 1 or "numpy" in sys.modules)
        and not descendants(os.getpid())
        and (resident_bytes() or math.inf) <= MOST_BYTES
        and not was_cut_short()
        and not _uses_gpu()
        and not _is_deep()
    )


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _uses_gpu() -> bool:
    """Whether CUDA has begun here, which cannot be used in a copy then."""
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith("/dev/nvidia"):
                return True
    return False


def _is_deep() -> bool:
    frame, depth = sys._getframe(), 0
    while depth < DEEPEST and frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth == DEEPEST


def _be_the_copy(run: Callable[[], object], kept: Collection[int]) -> NoReturn:
    try:
        # What the program no longer needs has finalizers, which are the program's to run.
        gc.freeze()
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)
        sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
        threading.excepthook = threading.__excepthook__
        _let_go(kept)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        Context().run(run)
    finally:
        os._exit(1)


def _let_go(kept: Collection[int]) -> None:
    """Lead all other descriptors nowhere; their numbers stay taken, since objects use them."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in map(int, os.listdir("/proc/self/fd")):
        if number not in kept:
            with contextlib.suppress(OSError):
                os.dup2(nowhere, number, inheritable=number <= 2)
