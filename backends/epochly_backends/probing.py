"""What the first items of a loop tell: whether they print, and whether threads overlap them."""

from __future__ import annotations

import sys
import threading
import time
from types import FunctionType
from typing import Any

from epochly.forks import ProcessLock
from epochly.runtime.active import contexts

RELEASED_SHARE = 0.75
_lock = ProcessLock()


class Printing:
    """Notes, as a context manager, whether this thread prints.

    Standard output stays the object that it is, so nothing is left behind where threads take
    turns: only its `write` passes through here, for as long as anyone listens.
    """

    def __init__(self) -> None:
        self.used = False
        self.thread = threading.get_ident()
        self._stream: Any = None

    def __enter__(self) -> Printing:
        self._stream = sys.stdout
        if self._stream is None:
            return self
        with _lock:
            try:
                parts = vars(self._stream)
                heard = parts.get("write")
                if type(heard) is not _Heard:
                    heard = parts["write"] = _Heard(self._stream.write, heard)
                heard.listeners += (self,)
            except (AttributeError, TypeError):
                # It has no place of its own for a method, or none to be written to.
                self.used = True
        return self

    def __exit__(self, *_: object) -> None:
        with _lock:
            parts = getattr(self._stream, "__dict__", {})
            heard = parts.get("write")
            if type(heard) is not _Heard:
                return
            heard.listeners = tuple(one for one in heard.listeners if one is not self)
            if heard.listeners:
                return
            if heard.before is None:
                del parts["write"]
            else:
                parts["write"] = heard.before


class _Heard:
    """The `write` of a stream, which tells who listens to the thread that writes."""

    def __init__(self, write: Any, before: Any) -> None:
        self._write, self.before = write, before
        self.listeners: tuple[Printing, ...] = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        thread = threading.get_ident()
        for listener in self.listeners:
            listener.used = listener.used or listener.thread == thread
        return self._write(*args, **kwargs)


def overlapped(body: FunctionType, items: list[Any]) -> tuple[list[Any], bool]:
    """Run items in two threads at once; whether they overlapped more than the GIL lets them.

    Parameters
    ----------
    body : FunctionType
    items : list
        An even number of them.
    """
    half = len(items) // 2
    halves = [items[:half], items[half:]]
    results: list[list[Any]] = [[], []]
    failures: list[BaseException | None] = [None, None]
    cpu = [0.0, 0.0]
    begun, ended = [0.0, 0.0], [0.0, 0.0]
    given_up = threading.Event()

    def work(index: int) -> None:
        begun[index], started = time.perf_counter(), time.thread_time()
        try:
            for item in halves[index]:
                if given_up.is_set():
                    break
                results[index] += body(item)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failures[index] = error
        cpu[index] = time.thread_time() - started
        ended[index] = time.perf_counter()

    threads = [
        threading.Thread(target=contexts.copy_for_items().run, args=(work, index))
        for index in range(2)
    ]
    try:
        # Neither waits for the other: a signal's handler may raise before the second has started.
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        given_up.set()
    for failure in failures:
        if failure is not None:
            raise failure
    return results[0] + results[1], max(ended) - min(begun) < RELEASED_SHARE * sum(cpu)
