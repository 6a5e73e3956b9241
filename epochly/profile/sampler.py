"""Samples of one thread's innermost line of the user's code, taken from another thread."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from types import TracebackType

from epochly.model import HotLine

INTERVAL_S = 0.005
MOST_LINES = 10


class Sampler:
    """Looks every few milliseconds at where the thread that entered it is.

    Parameters
    ----------
    files : tuple of str
        Files whose lines count.
    """

    def __init__(self, files: tuple[str, ...]) -> None:
        self._files = frozenset(files)
        self._seen: Counter[tuple[str, int, str]] = Counter()
        self._stop = threading.Event()
        self._watched = 0
        self._thread = threading.Thread(target=self._watch, name="epochly-sampler", daemon=True)
        self.cpu_s = 0.0

    def __enter__(self) -> Sampler:
        self._watched = threading.get_ident()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def hot_lines(self) -> tuple[HotLine, ...]:
        """The lines seen most, with their share of all samples."""
        total = self._seen.total()
        return tuple(
            HotLine(file, line, function, count / total)
            for (file, line, function), count in self._seen.most_common(MOST_LINES)
        )

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            frame = sys._current_frames().get(self._watched)
            while frame is not None and frame.f_code.co_filename not in self._files:
                frame = frame.f_back
            if frame is not None:
                code = frame.f_code
                self._seen[code.co_filename, frame.f_lineno, code.co_qualname] += 1
            del frame
            self.cpu_s = time.thread_time()
