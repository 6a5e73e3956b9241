"""Level 1: the items of comprehensions and append-loops in threads, which overlap their waiting."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from types import CodeType, FunctionType
from typing import Any

from epochly.backend import Available, Capabilities
from epochly.call import Arguments, Refused
from epochly.code.function import Function
from epochly.cores import usable_cores
from epochly.levels import Level
from epochly.runtime.active import contexts
from epochly_backends.mapped import Mapped, prepare_mapped

MOST_THREADS = 64
WAITING_SHARE = 0.5
SLOW_ITEM_S = 0.001
CHUNKS_PER_THREAD = 4


class Threads:
    """Runs independent items in threads."""

    name = "threads"
    level = Level.THREADS
    capabilities = Capabilities(uses_cores=True)

    def availability(self) -> Available:
        """Threads are always available."""
        return Available()

    def prepare(self, function: Function, example: Arguments) -> Mapped | Refused:
        """Map the loops whose bodies are pure or only read."""
        return prepare_mapped(function, self.level, self.name, ThreadRunner())


class ThreadRunner:
    """A pool sized by what the first item does: many threads for waiting, else one a core.

    64 threads overlapped 200 requests of 50 ms as well as 128 did.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._size = 0
        self._lock = Lock()
        self._chunks = 0
        self._seen: dict[CodeType, tuple[int, float]] = {}

    def run(
        self, body: FunctionType, items: list[Any], *, replayable: bool
    ) -> tuple[str, list[Any]]:
        """Run the items in the pool; the first item ever tells how many threads pay."""
        if len(items) < 2:
            return "sequential", [value for item in items for value in body(item)]
        first: list[Any] = []
        known = self._seen.get(body.__code__)
        if known is None:
            wall, cpu = time.perf_counter(), time.thread_time()
            first = body(items[0])
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
            waits = cpu < (1.0 - WAITING_SHARE) * wall
            known = self._seen[body.__code__] = MOST_THREADS if waits else usable_cores(), wall
            items = items[1:]
        threads, item_s = known
        return "threads", first + self.run_chunks(body, items, threads, item_s)

    def run_chunks(
        self, body: FunctionType, items: list[Any], threads: int, item_s: float
    ) -> list[Any]:
        """Run items in chunks, in order of their submission; the first exception is raised."""
        pool = self._sized(min(threads, len(items)))
        if pool is None:
            return [value for item in items for value in body(item)]
        spread = len(items) if item_s >= SLOW_ITEM_S else CHUNKS_PER_THREAD * threads
        size = math.ceil(len(items) / spread)
        failed = Event()

        def work(chunk: list[Any]) -> list[Any]:
            found: list[Any] = []
            for item in chunk:
                if failed.is_set():
                    break
                found += body(item)
            return found

        futures: list[Future[list[Any]]] = [
            pool.submit(contexts.copy_for_items().run, work, items[start : start + size])
            for start in range(0, len(items), size)
        ]
        self._chunks += len(futures)
        values: list[Any] = []
        try:
            for future in futures:
                values += future.result()
        finally:
            failed.set()
            for future in futures:
                if not future.cancel():
                    future.exception()
        return values

    def stats(self) -> Mapping[str, float]:
        """Threads of the pool, and chunks so far."""
        return {"threads": self._size, "chunks": self._chunks}

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _sized(self, threads: int) -> ThreadPoolExecutor | None:
        """A pool of so many threads or more; None where the system starts none."""
        with self._lock:
            if self._pool is None or threads > self._size:
                pool = _Pool(threads, thread_name_prefix="epochly")
                try:
                    pool.submit(int)
                except RuntimeError:
                    return None
                # A smaller pool ends by itself once nobody holds it: others may be using it.
                self._pool, self._size = pool, threads
            return self._pool


class _Pool(ThreadPoolExecutor):
    """Makes do with the threads that the system lets it start, if only one."""

    def _adjust_thread_count(self) -> None:
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            if not self._threads:
                raise
