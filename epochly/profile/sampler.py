"""A sampler within the process, for where py-spy may not look."""

from __future__ import annotations

import random
import resource
import sys
import threading
from collections import Counter
from time import perf_counter, sleep, thread_time
from types import CodeType, FrameType, TracebackType

from epochly.profile import counters
from epochly.profile.stacks import Stack

INTERVAL_S = 0.002
SWITCH_S = 0.001
HELD_S = 0.0003
# The thread that is watched must get the GIL back before it is looked at again.
REST_S = 0.002


class Sampler:
    """Looks at random moments at the thread that entered it, while ``watching`` is set.

    A thread that wakes up gets a free GIL at once, and goes to sleep again for one that is held.
    So a moment counts as held when waking up took more than the one voluntary context switch of
    the sleep itself; where the system does not count those of a thread, when the GIL came later
    than ``HELD_S``. Lines are those at which the holder let go, after a long call into C the
    next one.

    Whoever lets go stands still until this thread has run. Where threads outnumber the cores
    that takes a while, which ``lost_s`` adds up; what else it does to the order of things makes
    the share of the GIL less certain there than its error says.
    """

    def __init__(self) -> None:
        self._seen: Counter[tuple[tuple[CodeType, int], ...]] = Counter()
        self._done = False
        self._watched = 0
        self._switch_s = sys.getswitchinterval()
        # A generator of its own: the user's stream must not notice.
        self._random = random.Random(0)
        self._thread = threading.Thread(target=self._watch, name="epochly-sampler", daemon=True)
        self.watching = False
        self.looks = 0
        self.held = 0
        self.lost_s = 0.0
        self.cpu_s = 0.0

    def __enter__(self) -> Sampler:
        self._watched = threading.get_ident()
        sys.setswitchinterval(min(self._switch_s, SWITCH_S))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done = True
        self._thread.join()
        sys.setswitchinterval(self._switch_s)

    def stacks(self) -> Counter[Stack]:
        """The stacks of the calls that were watched, outermost frame first."""
        found: Counter[Stack] = Counter()
        for frames, count in self._seen.items():
            named = (
                f"{code.co_qualname} ({code.co_filename}:{line})" for code, line in reversed(frames)
            )
            found[tuple(named)] += count
        return found

    def _watch(self) -> None:
        due = perf_counter()
        while not self._done:
            due = max(due, perf_counter() + REST_S) + self._interval()
            queue = counters.queued_s()
            held = _sleep(max(0.0, due - perf_counter()))
            # While this thread stood in the queue itself, it saw nothing.
            queued = counters.queued_s() - queue
            seen = perf_counter() - queued
            looks = 1
            # What a delay hides counts as often as other time is looked at, rests included.
            while (following := due + self._interval(REST_S)) < seen:
                due, looks = following, looks + 1
            frame = sys._current_frames().get(self._watched)
            if self.watching and frame is not None and held is not None:
                self.looks += looks
                if held:
                    self.held += looks
                    self.lost_s += queued
                self._seen[_frames(frame)] += looks
            del frame
            self.cpu_s = thread_time()

    def _interval(self, rest_s: float = 0.0) -> float:
        return self._random.expovariate(1.0 / (INTERVAL_S + rest_s))


def _sleep(seconds: float) -> bool | None:
    """Sleep, and say whether the GIL was held at the end of it; None where that is open."""
    if not hasattr(resource, "RUSAGE_THREAD"):
        due = perf_counter() + seconds
        sleep(seconds)
        return perf_counter() > due + HELD_S
    before = resource.getrusage(resource.RUSAGE_THREAD)
    sleep(seconds)
    after = resource.getrusage(resource.RUSAGE_THREAD)
    if after.ru_nivcsw > before.ru_nivcsw:
        # Pushed off its core, perhaps before it slept, so that the sleep was over at once.
        return None
    return after.ru_nvcsw > before.ru_nvcsw + 1


def _frames(frame: FrameType | None) -> tuple[tuple[CodeType, int], ...]:
    found = []
    while frame is not None:
        found.append((frame.f_code, frame.f_lineno or frame.f_code.co_firstlineno))
        frame = frame.f_back
    return tuple(found)
