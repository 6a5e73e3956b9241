"""The worker process from its start to its end: it serves one command, verb by verb."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import socket
import sys
from pathlib import Path

from epochly.errors import EpochlyError
from epochly.measure import tree
from epochly.measure.channel import Channel
from epochly.measure.documents import refusal
from epochly.measure.layout import CHANCE, generator_of, shuffled_memory
from epochly.measure.stdio import CaughtOutput
from epochly.measure.worker import Worker


def _belong_to_parent() -> None:
    """Die with the command, be killed before it for want of memory, and keep all descendants."""
    tree.belong_to_parent()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def main(descriptor: int, folder: str) -> None:
    """Serve one command until it hangs up."""
    generator = generator_of(os.environ.pop(CHANCE))
    kept = shuffled_memory(generator)
    _belong_to_parent()
    crash = (Path(folder) / "crash").open("w")
    faulthandler.enable(crash, all_threads=False)
    faulthandler.register(signal.SIGUSR2, crash, all_threads=False)
    import fcntl

    private = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64)
    os.close(descriptor)
    channel = Channel(socket.socket(fileno=private))
    worker = Worker(CaughtOutput(folder), folder, generator)
    verb = ""
    while verb != "close":
        try:
            request = channel.receive()
        except ConnectionError:
            return
        assert request is not None
        verb = request.pop("verb")
        try:
            answer = getattr(worker, verb)(**request)
        except EpochlyError as error:
            answer = {"error": refusal(error)}
        except Exception as error:  # noqa: BLE001 - a defect of ours must be told from the user's
            answer = {"error": refusal(worker.blame(error))}
        worker.leave_if_forked()
        channel.send(answer)
    del kept
    # Tearing down modules such as Numba's takes longer than many a sample.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
