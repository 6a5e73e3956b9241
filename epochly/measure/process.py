"""One worker process as the command sees it: started, asked, watched, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from epochly import errors
from epochly.errors import EpochlyError, WorkerError
from epochly.measure import tree
from epochly.measure.channel import Channel
from epochly.measure.layout import CHANCE, fixed_addresses, seeded
from epochly.units import size

if TYPE_CHECKING:
    from epochly.measure.service import Service

WATCH_S = 0.05
CLOSE_S = 5.0
PRINTED_BYTES = 2**30
# The verbs before a first call.
LOADING = ("load", "inputs")


class WorkerTimeoutError(WorkerError):
    """A worker did not answer in time, and was ended."""


class WorkerMemoryError(WorkerError):
    """A worker and its children took more than they may, and were ended."""


class OverMemoryError(WorkerMemoryError):
    """A worker and its children grew past the memory limit, and were ended.

    Parameters
    ----------
    held_bytes, limit_bytes : int
    """

    def __init__(self, held_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"it held {size(held_bytes)}, more than the limit of {size(limit_bytes)},"
            " and was ended",
            remedy="give it more with --memory, or a smaller input",
        )
        self.held_bytes = held_bytes


class WorkerEndedError(WorkerError):
    """A worker process ended in the middle of a request."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every worker of a run shares.

    Parameters
    ----------
    scratch : str
        Folder that is removed after the run.
    run : str
        Mark by which processes of this run are recognised in their environment.
    directory : str
        Current directory of the workers.
    environment : Mapping[str, str]
        Variables beyond those of the command.
    memory_bytes : int
        Most that one worker and its children may hold.
    chance : int
        A number by which this run lays out memory otherwise than another.
    service : Service or None
        The server that runs meanwhile.
    """

    scratch: str
    run: str
    directory: str
    environment: Mapping[str, str]
    memory_bytes: int
    chance: int = 0
    service: Service | None = None

    def service_end(self) -> str | None:
        """How the server that the workload needs ended, if it did."""
        return None if self.service is None else self.service.end()


class WorkerProcess:
    """A worker in a session of its own.

    Parameters
    ----------
    surroundings : Surroundings
    environment : Mapping[str, str]
        Variables that this worker needs at its start.
    generation : int
        All workers of one have the same ``PYTHONHASHSEED``.
    chance : int
        Workers of the same number lay out their memory alike.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        environment: Mapping[str, str],
        generation: int,
        chance: int,
    ) -> None:
        self.surroundings = surroundings
        self.folder = Path(surroundings.scratch) / f"worker-{time.monotonic_ns()}"
        self._mark = f"{surroundings.run}-{self.folder.name}"
        for name in ("tmp", "joblib"):
            (self.folder / name).mkdir(parents=True)
        ours, theirs = socket.socketpair()
        with theirs, fixed_addresses():
            self._process = subprocess.Popen(
                self._command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=(self.folder / "start").open("wb"),
                cwd=surroundings.directory,
                env={
                    **os.environ,
                    **surroundings.environment,
                    **environment,
                    tree.RUN_VARIABLE: self._mark,
                    "EPOCHLY_DISABLE": "1",
                    CHANCE: seeded(chance),
                    "PYTHONHASHSEED": str(generation),
                    "PYTHONSAFEPATH": "1",
                    "TMPDIR": str(self.folder / "tmp"),
                    "JOBLIB_TEMP_FOLDER": str(self.folder / "joblib"),
                    "NUMBA_CACHE_DIR": str(Path(surroundings.scratch) / "numba"),
                },
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._channel = Channel(ours)
        # All descendants seen so far: an orphan in a session and environment of its own is
        # known by nothing else once its ancestors have gone.
        self._family: set[Any] = set()

    def _command(self, descriptor: int) -> list[str]:
        module = "epochly.measure.serve"
        return [sys.executable, "-P", "-m", module, str(descriptor), str(self.folder)]

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    def request(
        self,
        verb: str,
        *,
        timeout_s: float | None,
        watch: Callable[[], None] | None = None,
        watch_s: float = WATCH_S,
        **fields: Any,
    ) -> dict[str, Any]:
        """Ask and wait.

        Parameters
        ----------
        verb : str
            What the worker shall do.
        timeout_s : float or None
            Longest wait, in seconds.
        watch : callable, optional
            Called every ``watch_s`` seconds while waiting.
        **fields
            What goes with the request, as JSON values.

        Raises
        ------
        WorkerTimeoutError, WorkerMemoryError, WorkerEndedError
            The worker is gone afterwards.
        EpochlyError
            What the worker itself raised.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            self._channel.send({"verb": verb, **fields})
            while (answer := self._channel.receive(watch_s)) is None:
                if watch is not None:
                    watch()
                self._check_memory()
                self._check_output()
                if self._process.poll() is not None:
                    # A child may hold the line open, so its end need not show there.
                    answer = self._channel.receive(0.0)
                    if answer is None:
                        raise self._ended()
                    break
                if deadline is not None and time.monotonic() > deadline:
                    self._time_out(verb, timeout_s or 0.0)
        except (ConnectionError, BrokenPipeError) as error:
            raise self._ended() from error
        except KeyboardInterrupt:
            # What it is in the middle of may take long, and nobody waits for it any more.
            self.kill()
            raise
        if "error" in answer:
            raise _revived(answer["error"])
        return answer

    def close(self) -> list[str]:
        """Let the worker end by itself, then end whatever is left.

        Returns
        -------
        list of str
            Names of processes that the user's code left behind.
        """
        self._remember_family()
        try:
            with contextlib.suppress(OSError):
                self._channel.send({"verb": "close"})
                self._channel.receive(CLOSE_S)
            self._channel.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_S)
        finally:
            left = self.kill()
        return left

    def kill(self) -> list[str]:
        """End the worker and everything that came from it, at once."""
        self._remember_family()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._channel.close()
        left = tree.end_strays(self._mark, session=self.pid, family=self._family)
        tree.remove_semaphores([self.pid])
        return left

    def _remember_family(self) -> None:
        if self._process.returncode is None:
            self._family |= tree.identified(tree.descendants(self.pid))

    def _check_output(self) -> None:
        printed = 0
        for name in ("stdout", "stderr"):
            with contextlib.suppress(OSError):
                printed += (self.folder / name).stat().st_size
        if printed > PRINTED_BYTES:
            self.kill()
            raise WorkerMemoryError(
                f"one call printed more than {PRINTED_BYTES / 2**20:.0f} MiB and was ended",
                remedy="let it print less",
            )

    def _check_memory(self) -> None:
        self._remember_family()
        used = tree.resident_bytes(self.pid)
        if used > self.surroundings.memory_bytes:
            self.kill()
            raise OverMemoryError(used, self.surroundings.memory_bytes)

    def _time_out(self, verb: str, timeout_s: float) -> NoReturn:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR2)
            time.sleep(WATCH_S)
        place = self._place()
        self.kill()
        what = "it" if verb in LOADING else "one call"
        raise WorkerTimeoutError(
            f"{what} took longer than {timeout_s:g} s and was ended",
            where=place,
            remedy="allow more with --timeout, or give it a smaller input",
        )

    def _ended(self) -> WorkerEndedError:
        try:
            status = self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            status = None
        place = self._place()
        self.kill()
        if status is None:
            how = "it closed its line to the command"
        else:
            where = " in the middle of the call" if status >= 0 else ""
            how = f"its process {tree.how_it_ended(status)}{where}"
        return WorkerEndedError(how, where=place, detail=self._last_words())

    def _place(self) -> str | None:
        """The innermost line of the user's code in the traceback that the dying worker wrote."""
        from epochly.code.libraries import library_folders, own_folders

        others = (*own_folders(), *library_folders())
        with contextlib.suppress(OSError):
            for line in (self.folder / "crash").read_text(errors="replace").splitlines():
                head, _, rest = line.partition('File "')
                file, quote, rest = rest.partition('", line ')
                if not head.strip() and quote and not file.startswith(("<", *others)):
                    return f"{file}:{rest.split()[0]}"
        return None

    def _last_words(self) -> str | None:
        words = ""
        for name in ("start", "stderr"):
            with contextlib.suppress(OSError):
                words += (self.folder / name).read_text(errors="replace")[-2000:]
        return words.strip() or None


def _revived(document: dict[str, Any]) -> EpochlyError:
    kind = getattr(errors, document["type"], EpochlyError)
    if kind is errors.Deoptimize:
        return errors.Deoptimize(document["what"], line=document["line"])
    error: EpochlyError = kind(
        document["what"],
        where=document["where"],
        remedy=document["remedy"],
        detail=document["detail"],
    )
    return error
