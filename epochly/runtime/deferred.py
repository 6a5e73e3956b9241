"""Decorated functions whose calls go on after they have returned: coroutines and generators.

What a coroutine waits for counts as its time. A call of a generator function ends with its
generator and takes what its steps take, without what is done with the items in between; closing
one before its end, as leaving a loop does, is no error. Nor is it where the closing is cancelled,
as the end of `asyncio.run` does; but an asynchronous one that is cancelled while it waits has one.
"""

from __future__ import annotations

from time import perf_counter

from epochly.runtime.wrapper import is_async, is_async_generator, is_generator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator
    from typing import Any

    from epochly.runtime.dispatcher import Dispatcher


class Steps:
    """A generator whose steps are timed.

    Parameters
    ----------
    generator : generator
    """

    __slots__ = ("_generator", "seconds")

    def __init__(self, generator: Generator[Any, Any, Any]) -> None:
        self._generator = generator
        self.seconds = 0.0

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Go on with what was sent."""
        started = perf_counter()
        try:
            return self._generator.send(value)
        finally:
            self.seconds += perf_counter() - started

    def throw(self, *error: Any) -> Any:
        """Go on with an exception."""
        started = perf_counter()
        try:
            return self._generator.throw(*error)
        finally:
            self.seconds += perf_counter() - started

    def close(self) -> None:
        """End it."""
        started = perf_counter()
        try:
            self._generator.close()
        finally:
            self.seconds += perf_counter() - started


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
        failed = 1
        started = perf_counter()
        try:
            result = await way.call(*args, **kwargs)
            failed = 0
            return result
        finally:
            dispatcher.end(way, perf_counter() - started, failed)

    return optimized


def _generator(own: Callable[[], Dispatcher]) -> Any:
    def optimized(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        dispatcher = own()
        way = dispatcher.choose(args, kwargs)
        steps = Steps(way.call(*args, **kwargs))
        failed = 1
        try:
            result = yield from steps
            failed = 0
            return result
        except GeneratorExit:
            failed = 0
            raise
        finally:
            dispatcher.end(way, steps.seconds, failed)

    return optimized


def _async_generator(own: Callable[[], Dispatcher]) -> Any:
    async def optimized(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        dispatcher = own()
        way = dispatcher.choose(args, kwargs)
        generator = way.call(*args, **kwargs)
        seconds, failed = 0.0, 1
        left: type[BaseException] | None = None
        step = generator.asend(None)
        try:
            while True:
                started = perf_counter()
                try:
                    item = await step
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
            dispatcher.end(way, seconds, failed)

    return optimized
