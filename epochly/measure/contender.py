"""One (level, backend) in a run: its worker, what has happened to it, and its row."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from epochly.errors import Deoptimize, EpochlyError, ResultError, TargetError, WorkerError
from epochly.levels import Level
from epochly.measure.process import (
    OverMemoryError,
    Surroundings,
    WorkerEndedError,
    WorkerMemoryError,
    WorkerProcess,
    WorkerTimeoutError,
)
from epochly.measure.schedule import inner_loops
from epochly.measure.statistics import Ratio, median_ratio
from epochly.model import Equality, LevelRow, Part, Realized, Status

PREPARE_LIMIT = 3
# As many workers share a core at most.
ABREAST = 3
# Share of a call in which its thread may wait, or others compute, if it is all its thread's.
MOST_OFF = 0.03
LONGEST_WORDS = 200
SERVICE_REMEDY = "keep the service running for as long as the workload is measured"
# A second worker of level 0 is as lucky with its memory as any other run's, and has a name.
TWIN, APART = "monitor again", 1 << 40


@dataclass(slots=True)
class Contender:
    """A way of running the workload. ``status`` stays None for as long as it can be sampled.

    Parameters
    ----------
    level : Level
    backend : str
    environment : dict
        Variables that its worker needs at its start.
    twin : bool
        It is the second one of level 0.
    """

    level: Level
    backend: str
    environment: dict[str, str] = field(default_factory=dict)
    twin: bool = False
    worker: WorkerProcess | None = None
    status: Status | None = None
    reason: str | None = None
    line: int | None = None
    remedy: str | None = None
    doubt: str | None = None
    realized: Realized | None = None
    first_call_s: float | None = None
    warm_first_calls_s: list[float] = field(default_factory=list)
    call_s: float = 0.0
    make_s: float = 0.0
    queued_s: float = 0.0
    computes: bool = False
    repeatable: bool = False
    loops: int = 1
    samples_s: list[float] = field(default_factory=list)
    pairs: list[list[tuple[float, float]]] = field(default_factory=list)
    relative: list[list[float]] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    children_cpu_s: float = 0.0
    peak_bytes: int | None = None
    equality: Equality = Equality("unchecked")
    warnings: list[str] = field(default_factory=list)
    ratio: Ratio | None = None
    converged: bool = False
    available: bool = False
    measured_s: float = 0.0
    start_s: float = 0.0
    worked: bool = False

    @property
    def alive(self) -> bool:
        """Whether it can still be asked for a sample."""
        return self.status is None and self.worker is not None

    def launch(self, surroundings: Surroundings, generation: int) -> None:
        """Start a worker and do not wait for it."""
        chance = surroundings.chance + generation + (APART if self.twin else 0)
        self.worker = WorkerProcess(surroundings, self.environment, generation, chance)

    def start(
        self,
        surroundings: Surroundings,
        workload: dict[str, Any],
        *,
        generation: int,
        independent: bool,
        timeout_s: float,
        tree: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Load the target into a worker, launched if need be, from the one tree given.

        Raises
        ------
        EpochlyError
            What stands in the way of loading; usage errors above all.
        """
        if self.worker is None:
            self.launch(surroundings, generation)
        assert self.worker is not None
        answer = self.worker.request(
            "load", timeout_s=timeout_s, workload=workload, independent=independent, tree=tree
        )
        self.worker.request("inputs", timeout_s=timeout_s)
        return answer

    def ask(self, verb: str, timeout_s: float | None, **fields: Any) -> dict[str, Any] | None:
        """Ask the worker; what goes wrong becomes the status, and the answer None."""
        if self.worker is None:
            return None
        try:
            return self.worker.request(verb, timeout_s=timeout_s, **fields)
        except Deoptimize as error:
            self.end("refused", error.what, line=error.line)
        except ResultError as error:
            self.end("refused", error.what, remedy=error.remedy)
        except WorkerTimeoutError as error:
            self.end("timeout", _placed(error), line=_line(error), remedy=error.remedy)
        except (WorkerMemoryError, WorkerEndedError) as error:
            if isinstance(error, OverMemoryError):
                self.peak_bytes = error.held_bytes
            self.end("failed", _placed(error), line=_line(error), remedy=error.remedy)
        except EpochlyError as error:
            self.end("failed", _placed(error), remedy=error.remedy)
        return None

    def prepare(self, timeout_s: float) -> float | None:
        """Make the function ready; the seconds it took, or None when the level is out."""
        if self.level is Level.MONITOR:
            return 0.0
        if not self.available:
            state = self.ask("availability", timeout_s, backend=self.backend)
            if state is None:
                return None
            if not state["available"]:
                self.end("unavailable", state["reason"], remedy=state["remedy"])
                return None
            self.available = True
        answer = self.ask("prepare", PREPARE_LIMIT * timeout_s, backend=self.backend)
        if answer is None:
            return None
        if "refused" in answer:
            reason, line, remedy = answer["refused"]
            self.end("refused", reason, line=line, remedy=remedy)
            return None
        return float(answer["seconds"])

    def call(
        self,
        timeout_s: float,
        *,
        capture: str | None,
        profile: str | None = None,
        watch: Callable[[], None] | None = None,
    ) -> dict[str, Any] | None:
        """Run once under watch; None, and a status, when it raised or the worker is gone."""
        answer = self.ask("call", timeout_s, capture=capture, profile=profile, watch=watch)
        if answer is None:
            return None
        self.worked = self.worked or answer["raised"] is None
        self.measured_s += answer["seconds"]
        self.call_s = answer["seconds"]
        busy_s, others_s = answer["own_s"] + answer["queued_s"], answer["cpu_s"] - answer["own_s"]
        off_s = max(abs(answer["seconds"] - busy_s), others_s)
        self.computes = off_s <= MOST_OFF * answer["seconds"]
        self.repeatable = bool(answer.get("repeatable", self.repeatable))
        self.warnings += [text for text in answer["warnings"] if text not in self.warnings]
        return answer

    def sample(self, timeout_s: float, core: int | None = None) -> float | None:
        """One sample, in seconds a call; None when the contender is out."""
        answer = self._sample("seconds", timeout_s, core=core)
        if answer is None:
            return None
        self.call_s, self.make_s = answer["seconds"], answer["make_s"]
        self.queued_s = answer["queued_s"]
        self.cpu_s.append(answer["cpu_s"])
        return float(answer["seconds"])

    def sample_abreast(self, timeout_s: float, core: int) -> float | None:
        """One sample on a core that others use meanwhile, in CPU seconds a call of its thread."""
        answer = self._sample("own_s", ABREAST * timeout_s, core=core, abreast=True)
        return None if answer is None else float(answer["own_s"])

    def _sample(self, clock: str, timeout_s: float, **fields: Any) -> dict[str, Any] | None:
        """Ask for a sample, of which the seconds by one clock count as measured."""
        answer = self.ask("sample", timeout_s * max(1, self.loops), loops=self.loops, **fields)
        if answer is None:
            return None
        self.measured_s += answer[clock] * self.loops
        if answer["raised"] is not None:
            self.failed(answer["raised"])
            return None
        return answer

    def choose_loops(self, timeout_s: float) -> None:
        """Decide how many calls make a sample.

        A single short call is mostly the clock's and the caches' time, so a first sample, which
        does not count, tells how long a call is.
        """
        self.loops = inner_loops(self.call_s, self.make_s, self.repeatable)
        if self.loops > 1 and self.sample(timeout_s) is not None:
            self.cpu_s.pop()
            self.loops = inner_loops(self.call_s, self.make_s, self.repeatable)

    def failed(self, raised: dict[str, Any]) -> None:
        """The function raised: its row says what and where."""
        reason, remedy = f"raised {raised['text']}", None
        if self.worked:
            reason += ", but not in its first call"
            remedy = "let every call find what the first did; --reset CODE runs before each"
        self.end("failed", reason, line=raised["line"], remedy=remedy)

    def note_realized(self) -> None:
        """Fetch what really ran."""
        if self.level is Level.MONITOR:
            self.realized = Realized(Level.MONITOR, self.backend)
            return
        answer = self.ask("realized", None)
        if answer is None or "realized" not in answer:
            return
        found = answer["realized"]
        parts = tuple(Part(**part) for part in found["parts"])
        self.realized = Realized(Level(found["level"]), found["backend"], parts)

    def end(
        self, status: Status, reason: str, *, line: int | None = None, remedy: str | None = None
    ) -> None:
        """Take the contender out of the run, with the reason for its row.

        Whatever went wrong after the workload's service had ended is a failure, and its doing.
        """
        ended = None
        if status in ("failed", "different", "timeout") and self.worker is not None:
            ended = self.worker.surroundings.service_end()
        if ended is not None:
            status, reason, remedy = "failed", f"{ended}; then: {reason}", SERVICE_REMEDY
            self.equality = Equality("unchecked")
        self.status, self.reason, self.line, self.remedy = status, reason, line, remedy
        self.stop()

    def stop(self) -> None:
        """End the worker; processes that the user's code left behind are named in a warning."""
        if self.worker is None:
            return
        worker, self.worker = self.worker, None
        left = worker.close()
        if left and self.status is None:
            names = ", ".join(sorted(set(left)))
            text = f"left {len(left)} process(es) behind, which were ended: {names}"
            if text not in self.warnings:
                self.warnings.append(text)

    def row(self, baseline_s: float | None) -> LevelRow:
        """What is known now, as a row of the report."""
        from epochly.recommend.breakeven import breakeven_calls

        median = statistics.median(self.samples_s) if self.samples_s else None
        measured = median is not None and self.status is None
        breakeven = None
        if measured and baseline_s and self.first_call_s and self.level is not Level.MONITOR:
            assert median is not None
            breakeven = breakeven_calls(self.first_call_s, median, baseline_s)
        cpu = statistics.median(self.cpu_s) + self.children_cpu_s if self.cpu_s else None
        sampled = [pairs for pairs in self.pairs if pairs]
        return LevelRow(
            level=self.level,
            name=self.level.name.lower(),
            backend=TWIN if self.twin else self.backend,
            status=self.status or ("measured" if measured else "skipped"),
            realized=self.realized,
            reason=self.reason or (None if measured else "the run ended before it was sampled"),
            line=self.line,
            remedy=self.remedy,
            samples_s=tuple(self.samples_s),
            median_s=median,
            speedup=self.ratio.estimate if self.ratio else None,
            speedup_low=self.ratio.low if self.ratio else None,
            speedup_high=self.ratio.high if self.ratio else None,
            first_call_s=self.first_call_s,
            warm_first_call_s=(
                statistics.median(self.warm_first_calls_s) if self.warm_first_calls_s else None
            ),
            breakeven_calls=breakeven,
            cpu_s=cpu,
            peak_memory_bytes=self.peak_bytes,
            equality=self.equality,
            converged=self.converged,
            doubt=self.doubt,
            generations=len(sampled),
            generation_relative=tuple(statistics.median(v) for v in self.relative if v),
            generation_speedups=tuple(median_ratio(pairs) for pairs in sampled),
            generation_medians_s=tuple(
                statistics.median(seconds for _, seconds in pairs) for pairs in sampled
            ),
            measured_s=self.measured_s,
            warnings=tuple(self.warnings),
        )


def load_error(target: str, error: WorkerError) -> TargetError:
    """What to say when loading a target ended its worker."""
    return TargetError(
        f"loading {target} and its inputs ended the worker: {error.what}",
        where=error.where,
        remedy=error.remedy or "import the module in a plain Python first",
        detail=error.detail,
    )


def _placed(error: EpochlyError) -> str:
    said = error.detail.strip().splitlines() if error.detail else []
    words = said[-1].strip()[:LONGEST_WORDS] if said else ""
    last = f": {words}" if words not in error.what else ""
    return f"{error.what} (at {error.where}){last}" if error.where else f"{error.what}{last}"


def _line(error: EpochlyError) -> int | None:
    number = (error.where or "").rpartition(":")[2]
    return int(number) if number.isdigit() else None
