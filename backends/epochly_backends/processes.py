"""Level 3: the items of comprehensions and append-loops on every core."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any

from epochly.backend import Available, Capabilities, Unavailable
from epochly.call import Arguments, Refused
from epochly.code.function import Function
from epochly.code.hashing import order_of_hashes
from epochly.code.patched import library_parts
from epochly.cores import usable_cores
from epochly.errors import WorkerError
from epochly.levels import Level
from epochly.runtime.travel import CannotTravelError, counted, packed, received
from epochly_backends.chunk import CHANGED, chained, run_first, run_packed, unpacked
from epochly_backends.exact import Nans
from epochly_backends.held import held_by, names_of
from epochly_backends.mapped import Mapped, prepare_mapped
from epochly_backends.pool import CannotStartError, Membership
from epochly_backends.probing import Printing, overlapped
from epochly_backends.surroundings import Surroundings
from epochly_backends.threads import ThreadRunner

if TYPE_CHECKING:
    from concurrent.futures import Future

CHUNKS_PER_WORKER = 4
PROBES = 3
PROBE_S = 0.01
PROBE_ITEMS = 3
ENDED = "a worker process crashed, or the system ended it"


class Processes:
    """Runs independent items in worker processes, or in threads where they release the GIL."""

    name = "processes"
    level = Level.CORES
    capabilities = Capabilities(uses_cores=True)

    def availability(self) -> Available | Unavailable:
        """Available with more than one core, in a process that may start others."""
        from multiprocessing import current_process

        if current_process().daemon:
            reason = "this is a daemonic worker process, which may not start others"
            return Unavailable(reason, "use concurrent.futures.ProcessPoolExecutor")
        cores = usable_cores()
        if cores < 2:
            remedy = "allow this process more, by affinity, quota and EPOCHLY_MAX_WORKERS"
            return Unavailable("there is one usable core", remedy)
        return Available(f"{cores} cores")

    def prepare(self, function: Function, example: Arguments) -> Mapped | Refused:
        """Map the loops whose bodies are pure or only read."""
        return prepare_mapped(function, self.level, self.name, CoreRunner(function))


class CoreRunner:
    """Finds out on the first real items whether threads do, and uses loky's processes if not."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._threads = ThreadRunner()
        self._released: bool | None = None
        self._chunks = 0
        self._workers = Membership()
        self._order: str | None = None

    def run(
        self, body: FunctionType, items: list[Any], *, replayable: bool
    ) -> tuple[str, list[Any]]:
        """Run the items; the first few tell whether they hold the GIL."""
        cores = usable_cores()
        head: list[Any] = []
        item_s = 0.0
        if self._released is None:
            if len(items) < 4:
                return "sequential", _here(body, items)
            before = Surroundings.now()
            started = time.perf_counter()
            # What may run twice prints nothing.
            with contextlib.nullcontext() if replayable else Printing() as printing:
                head, reason = self._first(body, items[0], replayable)
            item_s = time.perf_counter() - started
            reason = Surroundings.now().differing(before) or reason
            if reason is not None:
                return f"sequential: {reason}", head + _here(body, items[1:])
            wanted = max(PROBE_ITEMS, math.ceil(PROBE_S / max(item_s, 1e-9)))
            each = 2 * max(1, min(wanted, (len(items) - 1) // (2 * PROBES + 1)))
            items = items[1:]
            self._released = False
            # A busy machine hides an overlap but never feigns one, so one sighting is enough.
            # Threads would print in another order than the items'.
            for _ in range(0 if printing is not None and printing.used else PROBES):
                if self._released or len(items) < 2:
                    break
                values, self._released = overlapped(body, items[:each])
                head += values
                items = items[each:]
        elif not self._released and not replayable and items:
            head, reason = self._first(body, items[0], replayable)
            items = items[1:]
            if reason is not None:
                return f"sequential: {reason}", head + _here(body, items)
        if self._released:
            from threadpoolctl import threadpool_limits

            with threadpool_limits(1):
                return "threads", head + self._threads.run_chunks(body, items, cores, item_s)
        try:
            self._check_order()
            way, values = self._spread(body, items, cores, replayable)
        except CannotTravelError as error:
            why = f"sequential, since its items cannot travel: {error.what}"
        except CannotStartError as error:
            why = f"sequential: {error.what}"
        else:
            return way, head + values
        # Out of the handler, which the items would see, and have as context of what they raise.
        return why, head + _here(body, items)

    def _first(
        self, body: FunctionType, item: Any, replayable: bool
    ) -> tuple[list[Any], str | None]:
        """Run the first item here; why the others must run here too, if none may run twice."""
        if replayable:
            return body(item), None
        return run_first(self._function.plain, body, item)

    def _check_order(self) -> None:
        """Refuse what would come out otherwise where texts have other hashes."""
        if self._order is None:
            plain = self._function.plain
            self._order = (order_of_hashes(plain) or "") if plain is not None else ""
        if self._order:
            raise CannotTravelError(self._order, remedy="sort what comes out of a set")

    def stats(self) -> Mapping[str, float]:
        """Chunks so far, and the workers that ran them."""
        threads = self._threads.stats()
        return {"workers": usable_cores(), "chunks": self._chunks + threads["chunks"]}

    def close(self) -> None:
        """End threads, and processes that no other function uses."""
        self._threads.close()
        self._workers.end()

    def _spread(
        self, body: FunctionType, items: list[Any], cores: int, replayable: bool
    ) -> tuple[str, list[Any]]:
        import decimal

        size = max(1, math.ceil(len(items) / (cores * CHUNKS_PER_WORKER)))
        chunks = [items[start : start + size] for start in range(0, len(items), size)]
        now = Surroundings.now()
        if not now.folder:
            raise CannotTravelError("the working directory is gone")
        held = [*held_by(body).values(), *set(map(type, items))]
        now.library = library_parts(held, names_of(body))
        nans = [Nans() for _ in chunks]
        payloads = [
            packed(self._function.plain, (body, chunk, now, replayable), dump=numbered.dumps)
            for chunk, numbered in zip(chunks, nans, strict=True)
        ]
        executor = self._workers.executor(cores)
        self._chunks += len(chunks)
        futures = [_submitted(executor, payload) for payload in payloads]
        values: list[Any] = []
        reasons: list[str] = []
        try:
            for future, chunk, numbered in zip(futures, chunks, nans, strict=True):
                kind, answer = _answer(future)
                if kind == "values":
                    packed_values, signals, printed = answer
                    try:
                        values += unpacked(packed_values, chunk, numbered)
                    except Exception as error:  # noqa: BLE001 - unpickling runs the user's code
                        kind, answer = "lost", f"a result cannot be read here: {error}"
                if kind == "values":
                    _print(printed)
                    for signal in signals:
                        decimal.getcontext().flags[signal] = True
                    continue
                if kind == "raised" and not replayable:
                    _raise(*answer)
                if kind == "lost" and not replayable:
                    raise _done(answer)
                reasons.append(answer if isinstance(answer, str) else "it fails elsewhere only")
                values += _here(body, chunk)
        finally:
            for future in futures:
                if not future.cancel():
                    future.exception()
        if reasons and len(reasons) == len(chunks):
            return f"sequential: {reasons[0]}", values
        return "processes", values


def _submitted(executor: Any, payload: bytes) -> Future[Any]:
    from concurrent.futures import Future
    from concurrent.futures.process import BrokenProcessPool

    future: Future[Any] = Future()
    try:
        future = executor.submit(counted, run_packed, payload)
    except BrokenProcessPool as error:
        future.set_exception(error)
    return future


def _answer(future: Future[Any]) -> tuple[str, Any]:
    """What a chunk came to, in the words of `run_packed`."""
    import pickle
    from concurrent.futures.process import BrokenProcessPool

    try:
        kind, answer = pickle.loads(received(future.result()))
    except BrokenProcessPool:
        return "lost", ENDED
    return kind, answer


def _print(text: str) -> None:
    """Print here what items have printed elsewhere."""
    if text and sys.stdout is not None:
        sys.stdout.write(text)


def _raise(packed: bytes | None, printed: str) -> None:
    """Raise what an item raised elsewhere, where it must not run again."""
    _print(printed)
    if packed is not None:
        raise chained(packed)
    raise _done("an item raised an exception that cannot travel between processes")


def _done(reason: str) -> WorkerError:
    if reason == ENDED:
        return WorkerError(
            f"{reason}; what its items had done is not known, and they must not run again",
            remedy="where memory is short, use fewer workers (EPOCHLY_MAX_WORKERS) or level=1",
        )
    # What items change for each other goes wrong in threads as well.
    remedy = "use level=1, where results need not travel"
    if reason == CHANGED:
        remedy = "return the value instead; no level keeps changes of what items share in order"
    return WorkerError(f"{reason}; its work is done and must not be done again", remedy=remedy)


def _here(body: FunctionType, items: list[Any]) -> list[Any]:
    return [value for item in items for value in body(item)]
