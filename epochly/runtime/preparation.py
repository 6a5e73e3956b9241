"""Candidates tried out in a process of their own, so that compiling is not the caller's time."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments, Refused
from epochly.cores import usable_cores
from epochly.levels import SPREADING, Level
from epochly.measure.channel import Channel
from epochly.recommend.gain import CLEAR_GAIN

if TYPE_CHECKING:
    from epochly.code.function import Function

REPEATS = 3
HOPELESS = 2.0
# No level that spreads work over cores can overtake one that gains this much more.
UNBEATEN = 2.0
LONGEST_S = 120.0
PARENT_DEATH_SIGNAL = 1
EXAMPLE_RAISED = "the call that served as an example raised an exception"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one backend.

    Parameters
    ----------
    backend : str
    plain_s, candidate_s : float
        Fastest of a few calls each, in seconds; infinite where there was none.
    verdict : str
        Of `Equality`, or ``refused``.
    reason : str
        Why it is refused or different.
    asked : float
        How many times faster it has to be there to be worth trying here.
    """

    backend: str
    plain_s: float
    candidate_s: float
    verdict: str
    reason: str = ""
    asked: float = CLEAR_GAIN

    @property
    def promising(self) -> bool:
        """Whether it is worth trying on real calls."""
        return self.verdict == "equal" and self.plain_s > self.asked * self.candidate_s


def asked_of(level: Level) -> float:
    """The gain that a level must show in another process to be tried in the caller's.

    The caller is at work meanwhile, on a core that a level which spreads work would have used too.
    """
    if level not in SPREADING:
        return CLEAR_GAIN
    cores = usable_cores()
    return CLEAR_GAIN * max(1, cores - 1) / cores


class Preparation:
    """A process that tries the backends one after another and ends.

    Parameters
    ----------
    packed : bytes
        What `pack` made.
    backends : sequence of str
    draws : bool
        Whether the function draws random numbers.
    report : callable
        Told, in a thread of its own, what came of the backends, and why the rest is missing: in
        words where the process crashed or took too long, empty where they cannot pay.
    """

    def __init__(
        self,
        packed: bytes,
        backends: Sequence[str],
        draws: bool,
        report: Callable[[tuple[Tried, ...], str], None],
    ) -> None:
        self._packed = packed
        self._request = {"backends": list(backends), "draws": draws}
        self._report = report
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = os.getpid()
        threading.Thread(target=self._follow, name="epochly-preparation", daemon=True).start()

    def stop(self) -> None:
        """End the process, if it is this process's own."""
        if self._process is not None and os.getpid() == self._pid:
            with contextlib.suppress(OSError):
                self._process.kill()

    def _follow(self) -> None:
        found: list[Tried] = []
        failure = "the process that tries other levels did not start"
        atexit.register(self.stop)
        try:
            # Without a name: a program that ends first leaves nothing behind.
            with tempfile.TemporaryFile() as file:
                file.write(self._packed)
                file.seek(0)
                self._packed = b""
                failure = self._try(file.fileno(), found)
        except OSError as error:
            failure = f"{failure}: {error}"
        finally:
            self.stop()
            atexit.unregister(self.stop)
            self._report(tuple(found), failure)

    def _try(self, data: int, found: list[Tried]) -> str:
        """Add what came of each backend; returns why it ended early, if it did."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), str(data)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "EPOCHLY_DISABLE": "1"},
                pass_fds=(theirs.fileno(), data),
            )
        channel = Channel(ours)
        failure = f"the process that tries other levels gave no answer for {LONGEST_S:g} s"
        with contextlib.closing(channel):
            try:
                channel.send(self._request)
                while (answer := channel.receive(LONGEST_S)) is not None:
                    if "done" in answer:
                        failure = answer["done"]
                        break
                    found.append(Tried(**answer))
            except ConnectionError:
                failure = "the process that tries other levels ended before it was done"
        self._process.kill()
        self._process.wait()
        return failure


def pack(function: Function, arguments: Arguments) -> bytes:
    """A function and the arguments of one call, for another process.

    Raises
    ------
    CannotTravelError
    """
    from epochly.runtime.travel import packed

    assert function.plain is not None
    return packed(function.plain, (function.original, arguments.args, dict(arguments.kwargs)))


def try_backend(name: str, load: Callable[[], Any], draws: bool) -> Tried:
    """Prepare a backend and run it beside the original a few times.

    Parameters
    ----------
    load : callable
        Makes the original and its arguments afresh.
    """
    from epochly.code.function import function_of
    from epochly.registry import get_backend
    from epochly.runtime.trial import run_beside

    original, args, kwargs = load()
    backend = get_backend(name)
    answer = backend.prepare(function_of(original), Arguments(args, kwargs))
    if isinstance(answer, Refused):
        return Tried(name, math.inf, math.inf, "refused", answer.reason)
    plain_s = candidate_s = math.inf
    try:
        for number in range(REPEATS):
            _, args, kwargs = load()
            trial = run_beside(original, answer, args, kwargs, draws=draws)
            verdict, where = trial.equality.verdict, trial.equality.where or ""
            if verdict not in ("identical", "close"):
                verdict_or = "refused" if verdict == "unchecked" else verdict
                return Tried(name, math.inf, math.inf, verdict_or, where)
            if number:
                plain_s = min(plain_s, trial.plain_s)
                candidate_s = min(candidate_s, trial.candidate_s)
                if candidate_s > HOPELESS * plain_s:
                    break
    finally:
        answer.close()
    return Tried(name, plain_s, candidate_s, "equal", asked=asked_of(backend.level))


def main(descriptor: int, packed_in: int) -> None:
    """Try what the other end of the line asks for, and say what came of it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    os.set_inheritable(descriptor, False)
    channel = Channel(socket.socket(fileno=descriptor))
    request = channel.receive()
    assert request is not None
    with open(packed_in, "rb") as file:
        data = file.read()

    def load() -> Any:
        import pickle

        return pickle.loads(data)

    try:
        original, args, kwargs = load()
        original(*args, **kwargs)
    except Exception:  # noqa: BLE001 - an exception tells nothing of what would pay
        channel.send({"done": EXAMPLE_RAISED})
        os._exit(0)
    for name in request["backends"]:
        try:
            tried = try_backend(name, load, request["draws"])
        except Exception as error:  # noqa: BLE001 - user code may raise anything; it is told
            text = f"{type(error).__name__}: {error}"
            tried = Tried(name, math.inf, math.inf, "refused", text)
        channel.send(asdict(tried))
        if tried.plain_s > UNBEATEN * usable_cores() * tried.candidate_s:
            break
    channel.send({"done": ""})
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
