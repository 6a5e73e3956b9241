"""Level 0 under a sampler: in one long call, or in a short one repeated."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from epochly.measure.contender import Contender
from epochly.model import Profile, TargetInfo
from epochly.profile import recording
from epochly.profile.counters import Times
from epochly.profile.fractions import Fractions, busy_fraction, fractions
from epochly.profile.pyspy import Recorder, TracingError
from epochly.profile.recording import Kind
from epochly.profile.stacks import Stack, cut, hot_lines, of_calls, read_stacks, write_stacks

LONG_S = 0.5
WANTED_S = 0.75
LIMIT_S = 1.2
ALONE_S = 0.2
ALONE_LIMIT_S = 0.4
SAMPLES = 1000
# The second takes over where the first cannot look or falls behind.
SAMPLERS = ("py-spy", "in-process")
SLOWEST, FASTEST, UNKNOWN = 100, 1000, 250
_WALL = ("--idle", "--format", "raw")
_GIL = ("--gil", "--format", "raw")
# A count this many standard deviations below the expected one means that the sampler fell behind.
BEHIND = 4.0


@dataclass(frozen=True, slots=True)
class _Sampled:
    """Calls, their times, and what a sampler saw of them."""

    by: Literal["py-spy", "in-process"]
    calls: int
    times: Times
    stacks: Counter[Stack]
    held: int
    looks: float
    exact_looks: bool


class Profiling:
    """The profile of level 0, as far as it is known.

    Parameters
    ----------
    contender : Contender
        Level 0, its worker started.
    folder : str
        Where recordings lie.
    target : TargetInfo
    once : bool
        Whether the function may be called only once.
    wanted_s : float
        Seconds that the calls of a short function should take altogether.
    keep : str, optional
        The kind of recording that `kept` shall be.

    Attributes
    ----------
    kept : str or None
        The recording; None where there is none, since py-spy may not look. The in-process
        sampler makes collapsed stacks alone.
    untraceable : TracingError or None
        Why py-spy could not look.
    """

    def __init__(
        self,
        contender: Contender,
        folder: str,
        target: TargetInfo,
        *,
        once: bool,
        wanted_s: float = WANTED_S,
        keep: Kind | None = None,
    ) -> None:
        self._contender = contender
        self._folder = Path(folder)
        self._target = target
        self._once = once
        self._wanted_s = wanted_s
        self._keep = keep
        self._views: dict[str, Sequence[str]] = {"wall": _WALL, "gil": _GIL}
        if keep is not None:
            self._views["kept"] = recording.options(keep)
        self.untraceable: TracingError | None = None
        self._counts: dict[str, Any] = {}
        self._times = Times()
        self._undisturbed: Times | None = None
        self._undisturbed_calls = 1
        self._sampled: _Sampled | None = None
        self._raised: str | None = None
        self.kept: str | None = None

    def call(
        self, timeout_s: float, *, capture: str | None, watch: Callable[[], None] | None = None
    ) -> dict[str, Any] | None:
        """As `Contender.call`, under counters; a long call, and the only one, is sampled too."""
        contender, expected_s = self._contender, self._contender.call_s
        sampled = self._once or expected_s > LONG_S
        rate = round(SAMPLES / expected_s) if expected_s > 0 else UNKNOWN
        before = contender.ask("children_cpu", timeout_s)
        with self._recording(min(FASTEST, max(SLOWEST, rate)) if sampled else 0) as recorder:
            how = "in-process" if sampled and recorder is None else "counters"
            answer = contender.call(timeout_s, capture=capture, profile=how, watch=watch)
        if answer is None or "profile" not in answer or before is None:
            return answer
        seen = answer["profile"]
        self._note(seen, recorder)
        after = contender.ask("children_cpu", timeout_s) or before
        self._counts = {**seen["counts"], "children_cpu_s": after["cpu_s"] - before["cpu_s"]}
        self._times = Times(**seen["times"])
        return answer

    def repeat(self, timeout_s: float) -> None:
        """Call a short function for a while, by itself and then under a sampler."""
        if self._once or not self._counts or self._times.wall_s >= LONG_S:
            return
        alone = self._repeated("counters", timeout_s, ALONE_S, ALONE_LIMIT_S)
        if alone is None:
            return
        self._undisturbed, self._undisturbed_calls = Times(**alone["times"]), alone["calls"]
        limit_s = max(LIMIT_S, self._wanted_s)
        for _ in SAMPLERS:
            with self._recording(FASTEST) as recorder:
                how = "in-process" if recorder is None else "counters"
                seen = self._repeated(how, timeout_s, self._wanted_s, limit_s)
            if seen is not None:
                self._note(seen, recorder)
            if seen is None or recorder is None or self.untraceable is None:
                return

    def profile(self) -> Profile | None:
        """What is known; None where no call ended well."""
        if not self._counts:
            return None
        seen = self._sampled
        # Their mean says more of a short call than one that may follow a library's spinning.
        times, calls = self._undisturbed or self._times, self._undisturbed_calls
        shares = Fractions(1.0 - busy_fraction(times))
        if seen is not None:
            shares = fractions(
                1.0 - shares.wait, seen.times, seen.held, seen.looks, exact_looks=seen.exact_looks
            )
        return Profile(
            **self._counts,
            wall_s=times.wall_s / calls,
            cpu_s=times.process_cpu_s / calls,
            thread_cpu_s=times.thread_cpu_s / calls,
            wait_fraction=shares.wait,
            gil_fraction=shares.gil,
            native_fraction=shares.native,
            fraction_error=shares.error,
            hot_lines=hot_lines(seen.stacks, self._target.file) if seen else (),
            sampler=seen.by if seen else None,
            sampler_reason=self._raised or (self.untraceable.what if self.untraceable else None),
            samples=seen.stacks.total() if seen else 0,
            sampled_calls=seen.calls if seen else 0,
        )

    def _repeated(
        self, how: str, timeout_s: float, wanted_s: float, limit_s: float
    ) -> dict[str, Any] | None:
        seen = self._contender.ask(
            "repeat",
            timeout_s + limit_s,
            profile=how,
            call_s=self._times.wall_s,
            same_inputs=self._contender.repeatable,
            wanted_s=wanted_s,
            limit_s=limit_s,
        )
        if seen is not None and seen["raised"]:
            self._raised = f"it raised {seen['raised']['text']} when it was repeated"
            return None
        if seen is not None:
            self._contender.measured_s += seen["times"]["wall_s"]
        return seen

    @contextlib.contextmanager
    def _recording(self, rate: int) -> Iterator[Recorder | None]:
        """Record with py-spy while the block runs; None where it may not, or the rate is 0."""
        worker = self._contender.worker
        recorder = None
        with contextlib.ExitStack() as stack:
            if rate and worker is not None and self.untraceable is None:
                try:
                    made = Recorder(worker.pid, self._folder, self._views, rate)
                    recorder = stack.enter_context(made)
                except TracingError as error:
                    self.untraceable = error
            yield recorder

    def _note(self, seen: dict[str, Any], recorder: Recorder | None) -> None:
        """Keep what a sampler saw of calls."""
        calls, times = seen["calls"], Times(**seen["times"])
        if "samples" in seen:
            found = seen["samples"]
            stacks = of_calls(read_stacks(found["stacks"]))
            times += Times(wall_s=-min(found["lost_s"], times.wall_s))
            self._sampled = _Sampled(
                "in-process", calls, times, stacks, found["held"], found["looks"], True
            )
            if self.kept is None and self._keep == "collapsed":
                self.kept = write_stacks(stacks)
        elif recorder is not None:
            try:
                stacks = of_calls(read_stacks(recorder.recording("wall")))
                holders = read_stacks(recorder.recording("gil"))
                if self._keep is not None:
                    self.kept = recording.cleaned(
                        self._keep, recorder.recording("kept"), self._target.spec
                    )
            except TracingError as error:
                self.untraceable = error
                return
            held = sum(count for stack, count in holders.items() if cut(stack) is not None)
            expected = recorder.rate * times.wall_s
            looks, seen_looks = expected, stacks.total()
            if seen_looks < expected - BEHIND * math.sqrt(expected):
                looks = seen_looks
                self.untraceable = TracingError(
                    "py-spy fell behind, as it does on deep stacks and on a busy machine",
                    remedy="try again on a quiet machine",
                )
            self._sampled = _Sampled("py-spy", calls, times, stacks, held, looks, False)
