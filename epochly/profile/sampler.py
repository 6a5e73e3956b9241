"""An in-process sampler, for where py-spy may not look: a thread that wants the GIL now and then."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from types import CodeType, FrameType, TracebackType

from epochly.profile import counters
from epochly.profile.stacks import Stack

INTERVAL_S = 0.003
SWITCH_S = 0.001
HELD_S = 0.0003


class Sampler:
    """Looks at random moments at the thread that entered it, while ``watching`` is set.

    A thread that wakes up gets a free GIL at once and a held one only when its holder lets go.
    So a moment counts as held when the GIL came later than ``HELD_S`` after it, time in the
    queue for a core subtracted. A GIL that its holder drops sooner than that by itself counts as
    free, which it is to any other thread. Lines are those at which the holder let go, the next
    after a long call into C included.
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
            due += self._interval()
            queue = counters.queued_s()
            time.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            late = now - due - (counters.queued_s() - queue)
            looks = 1
            while (following := due + self._interval()) < now:
                due, looks = following, looks + 1
            frame = sys._current_frames().get(self._watched)
            if self.watching and frame is not None:
                self.looks += looks
                self.held += looks if late > HELD_S else 0
                self._seen[_frames(frame)] += looks
            del frame
            self.cpu_s = time.thread_time()

    def _interval(self) -> float:
        return self._random.expovariate(1.0 / INTERVAL_S)


def _frames(frame: FrameType | None) -> tuple[tuple[CodeType, int], ...]:
    found = []
    while frame is not None:
        found.append((frame.f_code, frame.f_lineno or frame.f_code.co_firstlineno))
        frame = frame.f_back
    return tuple(found)
