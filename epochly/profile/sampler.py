"""A sampler within the process, for where py-spy may not look."""

from __future__ import annotations

import random
import resource
import sys
import threading
import time
from collections import Counter
from types import CodeType, FrameType, TracebackType

from epochly.profile.stacks import Stack

INTERVAL_S = 0.003
SWITCH_S = 0.001
HELD_S = 0.0003
# A shorter sleep may be over before it has begun, without a switch.
SHORTEST_S = 0.0001


class Sampler:
    """Looks at random moments at the thread that entered it, while ``watching`` is set.

    A thread that wakes up gets a free GIL at once, and goes to sleep again for one that is held.
    So a moment counts as held when waking up took more than the one voluntary context switch of
    the sleep itself; where the system does not count those of a thread, when the GIL came later
    than ``HELD_S``. Lines are those at which the holder let go, after a long call into C the
    next one.
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
        due = time.perf_counter()
        while not self._done:
            while (ahead := due - time.perf_counter()) < SHORTEST_S:
                due += self._interval()
            held = _sleep(ahead)
            looks = 1
            while (following := due + self._interval()) < time.perf_counter():
                due, looks = following, looks + 1
            frame = sys._current_frames().get(self._watched)
            if self.watching and frame is not None:
                self.looks += looks
                self.held += looks if held else 0
                self._seen[_frames(frame)] += looks
            del frame
            due = following
            self.cpu_s = time.thread_time()

    def _interval(self) -> float:
        return self._random.expovariate(1.0 / INTERVAL_S)


def _sleep(seconds: float) -> bool:
    """Sleep, and say whether the GIL was held at the end of it."""
    if not hasattr(resource, "RUSAGE_THREAD"):
        before = time.perf_counter()
        time.sleep(seconds)
        return time.perf_counter() - before > seconds + HELD_S
    switches = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
    time.sleep(seconds)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw > switches + 1


def _frames(frame: FrameType | None) -> tuple[tuple[CodeType, int], ...]:
    found = []
    while frame is not None:
        found.append((frame.f_code, frame.f_lineno or frame.f_code.co_firstlineno))
        frame = frame.f_back
    return tuple(found)
