"""py-spy beside a running process: several views of it at once, read without stopping it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from epochly.errors import EpochlyError

READY_WITHIN_S = 3.0
STOP_WITHIN_S = 5.0
_POLL_S = 0.005
_READY = "Sampling process"
# Frames are read while the process runs on: stopping it for each would interrupt system calls
# of the user's code, and only one tracer may stop a process at a time. A stack that is torn now
# and then is the price.
_ALWAYS = ("--nonblocking", "--full-filenames")


class TracingError(EpochlyError):
    """py-spy cannot look into the process."""


def program() -> str | None:
    """The py-spy that was installed with us, or else on the path."""
    import sysconfig

    return shutil.which("py-spy", path=sysconfig.get_path("scripts")) or shutil.which("py-spy")


def remedy() -> str:
    """What lets py-spy read another process here."""
    try:
        with open("/proc/sys/kernel/yama/ptrace_scope", encoding="ascii") as file:
            scope = file.read().strip()
    except OSError:
        scope = "0"
    if scope not in {"0", "1"}:
        return f"ptrace_scope is {scope}: sudo sysctl kernel.yama.ptrace_scope=1"
    if sys.platform == "darwin":
        return "run as root"
    return "in a container, start it with --cap-add SYS_PTRACE"


class Recorder:
    """Records while its block runs; every view is a py-spy of its own.

    Parameters
    ----------
    pid : int
        The process to look at, a child of this one.
    folder : Path
        Where recordings and what py-spy says are written.
    views : Mapping[str, Sequence[str]]
        Options of ``py-spy record`` by the name of the view.
    rate : int
        Samples a second, at exponential intervals.

    Raises
    ------
    TracingError
        On entering, where py-spy is not installed or may not look.
    """

    def __init__(
        self, pid: int, folder: Path, views: Mapping[str, Sequence[str]], rate: int
    ) -> None:
        self._pid = pid
        self._folder = folder
        self._views = views
        self.rate = rate
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Recorder:
        found = program()
        if found is None:
            raise TracingError("py-spy is not installed", remedy="pip install py-spy")
        try:
            for name, options in self._views.items():
                self._start(found, name, options)
            deadline = time.monotonic() + READY_WITHIN_S
            for name in self._views:
                self._await(name, deadline)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def recording(self, view: str) -> str:
        """What a view recorded, after the block.

        Raises
        ------
        TracingError
            When py-spy wrote nothing.
        """
        try:
            return self._path(view).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            raise TracingError(self._complaint(view), remedy=remedy()) from None

    def _start(self, found: str, name: str, options: Sequence[str]) -> None:
        self._path(name).unlink(missing_ok=True)
        self._log(name).unlink(missing_ok=True)
        log = self._log(name).open("wb")
        self._logs.append(log)
        self._running[name] = subprocess.Popen(
            [
                *(found, "record", *_ALWAYS, *options),
                *("--rate", str(self.rate), "--pid", str(self._pid)),
                *("--output", str(self._path(name))),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the command, which stops its recorders.
            start_new_session=True,
        )

    def _await(self, name: str, deadline: float) -> None:
        while _READY not in self._said(name):
            if self._running[name].poll() is not None:
                raise TracingError(self._complaint(name), remedy=remedy())
            if time.monotonic() > deadline:
                raise TracingError(
                    f"py-spy was not ready within {READY_WITHIN_S:g} s", remedy="try again"
                )
            time.sleep(_POLL_S)

    def _stop(self) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
        for process in self._running.values():
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self._logs:
            log.close()

    def _complaint(self, name: str) -> str:
        for line in self._said(name).splitlines():
            what = line.removeprefix("Error:").strip()
            if what and not what.startswith("py-spy>"):
                return f"py-spy cannot trace: {what.split(': Try running')[0]}"
        return "py-spy ended without a word"

    def _said(self, name: str) -> str:
        return self._log(name).read_text(encoding="utf-8", errors="replace")

    def _path(self, name: str) -> Path:
        return self._folder / f"py-spy-{name}"

    def _log(self, name: str) -> Path:
        return self._folder / f"py-spy-{name}.log"
