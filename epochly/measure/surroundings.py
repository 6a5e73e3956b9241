"""What the workers of a run stand in: a scratch folder, a service, the CPU budget, signals."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from epochly.errors import EpochlyError
from epochly.measure.process import Surroundings
from epochly.measure.scratch import scratch_folder
from epochly.measure.service import running_service
from epochly.workload import Workload

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextlib.contextmanager
def surroundings_of(
    workload: Workload,
    memory_bytes: int | None,
    service_environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Surroundings]:
    """What a workload's workers stand in, tidied up afterwards; its service runs meanwhile.

    Parameters
    ----------
    workload : Workload
    memory_bytes : int or None
        Most that one worker and its children may hold; None is half of what is available.
    service_environment : Mapping[str, str]
        Variables for its service, beyond those of the command.

    Raises
    ------
    EpochlyError
        On a system without process groups, or when the service does not come up.
    """
    if os.name != "posix":
        raise EpochlyError(
            "measuring needs process groups and inherited sockets, which this system lacks",
            where=os.name,
            remedy="run it on Linux or macOS, or under WSL",
        )
    import psutil

    with (
        scratch_folder() as scratch,
        running_service(workload.service, workload.directory, service_environment) as service,
    ):
        yield Surroundings(
            scratch=scratch,
            run=uuid.uuid4().hex,
            directory=workload.directory,
            environment={**_thread_budget(), **(service.environment if service else {})},
            memory_bytes=memory_bytes or psutil.virtual_memory().available // 2,
            chance=random.SystemRandom().randrange(1 << 32),
            service=service,
        )


def _thread_budget() -> dict[str, str]:
    """Hold BLAS and OpenMP to the cores a quota leaves, which they do not see themselves."""
    from epochly.cores import usable_cores

    cores = usable_cores()
    if cores >= (os.cpu_count() or 1):
        return {}
    return {name: str(cores) for name in THREAD_VARIABLES if name not in os.environ}


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let the first signal to end interrupt a run, and no second one disturb its tidying up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler of the caller's stays, and so does what nohup or a shell had ignored.
    ours = (signal.SIG_DFL, signal.default_int_handler)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    taken = {number: old for number, old in before.items() if old in ours}

    def interrupt(number: int, frame: object) -> None:
        for each in taken:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, old in taken.items():
            signal.signal(number, old)
