"""Opening: how a contender's process is started, and called for the first two times."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

from epochly.levels import Level
from epochly.measure import tree

if TYPE_CHECKING:
    from epochly.measure.agreement import Agreement
    from epochly.measure.contender import Contender
    from epochly.measure.process import Surroundings
    from epochly.measure.profiling import Profiling
    from epochly.workload import Workload


class Opening:
    """Starts the contenders of one workload, and makes their first two calls.

    Parameters
    ----------
    workload : Workload
    surroundings : Surroundings
    agreement : Agreement
        Told what each call did.
    independent : bool
        The user's word that calls do not depend on each other.
    timeout_s : float
        Longest that one call may take, in seconds.
    """

    def __init__(
        self,
        workload: Workload,
        surroundings: Surroundings,
        agreement: Agreement,
        independent: bool,
        timeout_s: float,
    ) -> None:
        self._workload = workload
        self._surroundings = surroundings
        self._agreement = agreement
        self._independent = independent
        self._timeout_s = timeout_s

    def launch(self, contender: Contender, generation: int) -> None:
        """Launch a worker, without waiting for it."""
        contender.launch(self._surroundings, generation)

    def start(self, contender: Contender, generation: int) -> dict[str, Any]:
        """Start a worker and load the workload; its answer.

        Raises
        ------
        EpochlyError
            When it cannot be loaded there.
        """
        started = time.monotonic()
        answer = contender.start(
            self._surroundings,
            dataclasses.asdict(self._workload),
            generation=generation,
            independent=self._independent,
            timeout_s=self._timeout_s,
        )
        contender.start_s = time.monotonic() - started
        return answer

    def both_calls(self, contender: Contender, prefix: str) -> bool:
        """Whether both calls went well; their outcomes are kept under names with a prefix."""
        return self.first_call(contender, f"{prefix}-first") and self.warm_call(
            contender, f"{prefix}-warm"
        )

    def first_call(self, contender: Contender, name: str, by: Profiling | None = None) -> bool:
        """Prepare and call, cold: what a program pays for its first call; whether it went well.

        Parameters
        ----------
        by : Profiling, optional
            What makes the call.
        """
        seconds = contender.prepare(self._timeout_s)
        if seconds is None:
            return False
        answer = (by or contender).call(self._timeout_s, capture=self._agreement.path(name))
        if answer is None:
            return False
        contender.first_call_s = seconds + answer["seconds"]
        contender.measured_s += seconds
        return self._noted(contender, name, answer)

    def warm_call(self, contender: Contender, name: str, by: Profiling | None = None) -> bool:
        """A second call, watched for memory; whether it went well.

        Parameters
        ----------
        by : Profiling, optional
            What makes the call.
        """
        watcher = _MemoryWatch(contender)
        cpu = contender.ask("children_cpu", self._timeout_s)
        answer = (by or contender).call(
            self._timeout_s, capture=self._agreement.path(name), watch=watcher
        )
        if answer is None or cpu is None:
            return False
        if not self._noted(contender, name, answer):
            return False
        watcher()
        contender.peak_bytes = watcher.peak
        after = contender.ask("children_cpu", self._timeout_s)
        if after is not None:
            contender.children_cpu_s = max(0.0, after["cpu_s"] - cpu["cpu_s"])
        return after is not None

    def _noted(self, contender: Contender, name: str, answer: dict[str, Any]) -> bool:
        """Whether the run can go on; an exception is an outcome only beside level 0's."""
        self._agreement.note(name, answer)
        if answer["raised"] and contender.level is Level.MONITOR:
            contender.failed(answer["raised"])
            return False
        return True


class _MemoryWatch:
    """Highest proportional memory of a contender's processes, in bytes."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        self.peak = 0

    def __call__(self) -> None:
        if self._contender.worker is not None:
            self.peak = max(self.peak, tree.proportional_bytes(self._contender.worker.pid))
