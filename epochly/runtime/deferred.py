"""Decorated functions whose calls go on after they have returned: coroutines and generators.

What a coroutine waits for counts as its time. A call of a generator function ends with its
generator and takes what its steps take, without what is done with the items in between; closing
one before its end, as leaving a loop does, is no error. Nor is it where the closing is cancelled,
as the end of `asyncio.run` does; but an asynchronous one that is cancelled while it waits has one.
"""

from __future__ import annotations

from time import perf_counter, thread_time

from epochly.runtime.resident import grown_since, resident_bytes
from epochly.runtime.wrapper import is_async, is_async_generator, is_generator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import Any

    from epochly.runtime.dispatcher import Dispatcher
    from epochly.runtime.tally import Tally


class Steps:
    """Something that runs in steps, as generators and coroutines do, which are timed.

    Parameters
    ----------
    clock : callable
    """

    __slots__ = ("_clock", "_running", "seconds")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: Any = None
        self.seconds = 0.0

    def of(self, running: Any) -> Steps:
        """Those of a generator, a coroutine or alike from now on."""
        self._running = running
        return self

    def __iter__(self) -> Steps:
        return self

    __await__ = __iter__

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Go on with what was sent."""
        started = self._clock()
        try:
            return self._running.send(value)
        finally:
            self.seconds += self._clock() - started

    def throw(self, *error: Any) -> Any:
        """Go on with an exception."""
        started = self._clock()
        try:
            return self._running.throw(*error)
        finally:
            self.seconds += self._clock() - started

    def close(self) -> None:
        """End it."""
        started = self._clock()
        try:
            self._running.close()
        finally:
            self.seconds += self._clock() - started


class Usage(Steps):
    """The CPU time of a call's steps, and by how much resident memory grows until it ends."""

    __slots__ = ("_before",)

    def __init__(self) -> None:
        super().__init__(thread_time)
        self._before = resident_bytes()

    def tell(self, tally: Tally) -> None:
        """Add it to a tally."""
        tally.watch(self.seconds, grown_since(self._before))


def wrap_deferred(original: Callable[..., Any], own: Callable[[], Dispatcher]) -> Any:
    """Make a function of the same kind, each call of which is counted by a dispatcher.

    Parameters
    ----------
    original : callable
    own : callable
        Returns the dispatcher, when a call begins.

    Returns
    -------
    function or None
        None where a call of the original ends when it returns.
    """
    for is_kind, wrap in (
        (is_async, _coroutine),
        (is_generator, _generator),
        (is_async_generator, _async_generator),
    ):
        if is_kind(original):
            return wrap(own)
    return None


def _coroutine(own: Callable[[], Dispatcher]) -> Any:
    async def optimized(*args: Any, **kwargs: Any) -> Any:
        dispatcher = own()
        way = dispatcher.choose(args, kwargs)
        usage = Usage() if dispatcher.watches() else None
        failed = 1
        started = perf_counter()
        try:
            coroutine = way.call(*args, **kwargs)
            result = await (coroutine if usage is None else usage.of(coroutine))
            failed = 0
            return result
        finally:
            spent = perf_counter() - started
            if usage is not None:
                usage.tell(way.tally)
            dispatcher.end(way, spent, failed)

    return optimized


def _generator(own: Callable[[], Dispatcher]) -> Any:
    def optimized(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        dispatcher = own()
        way = dispatcher.choose(args, kwargs)
        usage = Usage() if dispatcher.watches() else None
        generator = way.call(*args, **kwargs)
        steps = Steps(perf_counter).of(generator if usage is None else usage.of(generator))
        failed = 1
        try:
            result = yield from steps
            failed = 0
            return result
        except GeneratorExit:
            failed = 0
            raise
        finally:
            if usage is not None:
                usage.tell(way.tally)
            dispatcher.end(way, steps.seconds, failed)

    return optimized


def _async_generator(own: Callable[[], Dispatcher]) -> Any:
    async def optimized(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        dispatcher = own()
        way = dispatcher.choose(args, kwargs)
        usage = Usage() if dispatcher.watches() else None
        generator = way.call(*args, **kwargs)
        seconds, failed = 0.0, 1
        left: type[BaseException] | None = None
        step = generator.asend(None)
        try:
            while True:
                started = perf_counter()
                try:
                    item = await (step if usage is None else usage.of(step))
                except StopAsyncIteration:
                    failed = 0
                    return
                except BaseException as error:
                    failed = int(type(error) is not left)
                    raise
                finally:
                    seconds += perf_counter() - started
                try:
                    step, left = generator.asend((yield item)), None
                except GeneratorExit:
                    failed = 0
                    await generator.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - thrown into it by its user
                    step = generator.athrow(error)
                    # What is no `Exception` ends whoever uses it, such as the task that closes it.
                    left = None if isinstance(error, Exception) else type(error)
        finally:
            if usage is not None:
                usage.tell(way.tally)
            dispatcher.end(way, seconds, failed)

    return optimized
