"""Candidates tried out in a process of their own, so that compiling is not the caller's time."""

from __future__ import annotations

import atexit
import contextlib
import logging
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import IO, TYPE_CHECKING, NamedTuple

from epochly.cores import usable_cores
from epochly.measure.channel import Channel
from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.copied import Copy, copied

if TYPE_CHECKING:
    from epochly.call import Arguments
    from epochly.code.function import Function

logger = logging.getLogger("epochly")

PROGRAM = "epochly.runtime.attempts"
LONGEST_S = 120.0
UNBEATEN = 2.0
# Idle threads of OpenBLAS, as many as there are cores, spin for 25 ms from the import of NumPy on,
# and the caller's calls have to do without the cores meanwhile. 2**18 cycles are 0.1 ms.
BRIEFLY_IDLE = {"OPENBLAS_THREAD_TIMEOUT": "18"}
PLAIN = {"EPOCHLY_DISABLE": "1"}
NOT_STARTED = "the process that tries other levels did not start"
EXAMPLE_RAISED = "the call that served as an example raised an exception"


class Tried(NamedTuple):
    """What came of one backend.

    Parameters
    ----------
    backend : str
    plain_s, candidate_s : float
        Fastest of a few calls each, in seconds; infinite where there was none.
    verdict : str
        ``equal``, ``different`` or ``refused``; ``uncompared`` where that is left to a real call,
        ``untried`` where it does not pay yet to find out.
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
    def speedup(self) -> float:
        """Over the original; NaN where it did not run."""
        return self.plain_s / self.candidate_s

    @property
    def words(self) -> str:
        """What came of it, for people to read."""
        if self.ran:
            return f"{self.backend}: {self.speedup:.3g}x"
        return f"{self.backend}: {self.verdict}, {self.reason}"

    @property
    def ran(self) -> bool:
        """Whether it has run, and nothing was found wrong."""
        return self.verdict in ("equal", "uncompared")

    @property
    def is_left(self) -> bool:
        """Whether it is still to be tried, once that pays."""
        return self.verdict == "untried"

    @property
    def unbeaten(self) -> bool:
        """Whether so much is gained that nothing else needs to be tried."""
        return is_unbeaten(self.plain_s, self.candidate_s)

    @property
    def promising(self) -> bool:
        """Whether it is worth trying on real calls."""
        return self.ran and self.plain_s > self.asked * self.candidate_s


def is_unbeaten(plain_s: float, candidate_s: float) -> bool:
    """Whether no level that spreads work over the cores can overtake one this fast."""
    return plain_s > UNBEATEN * usable_cores() * candidate_s


def words_of(tried: Iterable[Tried]) -> str:
    """What came of some backends."""
    return "; ".join(item.words for item in tried if not item.is_left)


def is_final(tried: Iterable[Tried]) -> bool:
    """Whether nothing is left to try once calls have taken long enough."""
    return not any(item.is_left for item in tried)


class Known(NamedTuple):
    """What real calls have shown before the other process begins.

    Parameters
    ----------
    tried : tuple of str
        Backends that need not be tried there.
    gain : float
        Of the one in use; 1 where it is the original.
    said : str
        Why others were dropped.
    fastest_s : float
        Seconds of the original's fastest call.
    workers : bool
        Whether worker processes may pay already.
    doubt : str
        What has failed, so that nothing is to be written down; empty where nothing has.
    """

    tried: tuple[str, ...] = ()
    gain: float = 1.0
    said: str = ""
    fastest_s: float = math.inf
    workers: bool = True
    doubt: str = ""

    def leaves(self, name: str, *, uses_cores: bool) -> bool:
        """Whether a backend can still be better; what spreads work gains the cores at most."""
        spread = uses_cores and CLEAR_GAIN * self.gain >= usable_cores()
        return not spread and name not in self.tried


class Preparation:
    """A process that tries the backends one after another and ends.

    Where none of them is promising, it also writes down the decision to stay at level 0: reading
    and locking that file would cost the caller as much time as importing the rest of this.

    Parameters
    ----------
    packed : file
        What `pack` made; closed in the end.
    identity : tuple of str
        The function, the kind of arguments and the code that the decision is kept for.
    draws : bool
        Whether the function draws random numbers.
    known : Known
    report : callable
        Told, in a thread of its own, what came of the backends so far, after each; the second
        argument is None while more follows. In the end it says why the rest is missing: in words
        where the process crashed or took too long, empty where they cannot pay.
    """

    def __init__(
        self,
        packed: IO[bytes],
        identity: tuple[str, str, str],
        draws: bool,
        known: Known,
        report: Callable[[tuple[Tried, ...], str | None], None],
    ) -> None:
        self._packed = packed
        self._request = {"identity": identity, "draws": draws, "known": known._asdict()}
        self._report = report
        self._pid = os.getpid()
        ours, self._theirs = socket.socketpair()
        self._channel = Channel(ours)
        descriptors = self._theirs.fileno(), packed.fileno()
        # A thread more, and there is no copying.
        self._process: Copy | subprocess.Popen[bytes] | None = copied(
            partial(_try_in_copy, *descriptors), descriptors
        )
        threading.Thread(target=self._follow, name="epochly-preparation", daemon=True).start()

    def stop(self) -> None:
        """End the process, if it is this process's own."""
        if self._process is not None and os.getpid() == self._pid:
            with contextlib.suppress(OSError):
                self._process.kill()

    def _follow(self) -> None:
        found: list[Tried] = []
        failure = NOT_STARTED
        atexit.register(self.stop)
        try:
            with contextlib.closing(self._channel), self._packed:
                with self._theirs:
                    if self._process is None:
                        self._process = self._started()
                failure = self._try(found)
        except OSError as error:
            failure = f"{failure}: {error}"
        finally:
            self.stop()
            atexit.unregister(self.stop)
            self._report(tuple(found), failure)
            if self._process is not None:
                self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        descriptors = self._theirs.fileno(), self._packed.fileno()
        return subprocess.Popen(
            [sys.executable, "-P", "-m", PROGRAM, *map(str, descriptors)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            pass_fds=descriptors,
        )

    def _try(self, found: list[Tried]) -> str:
        """Add what came of each backend; returns why it ended early, if it did."""
        try:
            self._channel.send(self._request)
            while (answer := self._channel.receive(LONGEST_S)) is not None:
                if "done" in answer:
                    done: str = answer["done"]
                    return done
                if "warning" in answer:
                    logger.warning("%s", answer["warning"])
                    continue
                found.append(Tried(**answer))
                if found[-1].unbeaten:
                    return ""
                self._report(tuple(found), None)
        except ConnectionError:
            return "the process that tries other levels ended before it was done"
        return f"the process that tries other levels gave no answer for {LONGEST_S:g} s"


def _try_in_copy(*descriptors: int) -> None:
    from epochly.runtime.attempts import main

    os.environ.update(_environment())
    main(*descriptors)


def _environment() -> dict[str, str]:
    return {**BRIEFLY_IDLE, **os.environ, **PLAIN}


def pack(function: Function, arguments: Arguments) -> IO[bytes]:
    """A function and the arguments of one call, for another process.

    Returns
    -------
    file
        Without a name, so that a program that ends first leaves nothing behind.

    Raises
    ------
    CannotTravelError
    OSError
        When there is no room for it.
    """
    from epochly.runtime.travel import packed_into

    assert function.plain is not None
    value = (function.original, arguments.args, dict(arguments.kwargs))
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        packed_into(file, function.plain, value)
        file.seek(0)
        stack.pop_all()
    return file
