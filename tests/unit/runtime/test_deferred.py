"""Coroutine and generator functions: what they are stays, and their calls end when they do."""

import asyncio
import contextlib
import gc
import inspect

import pytest

import epochly


def numbers(n):
    """Count up; what is sent to it replaces the next number."""
    try:
        for i in range(n):
            sent = yield i
            if sent is not None:
                yield sent
    except KeyError:
        yield "caught"
    return "end"


async def later_numbers(n):
    try:
        for i in range(n):
            await asyncio.sleep(0)
            sent = yield i
            if sent is not None:
                yield sent
    except KeyError:
        yield "caught"


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self, monkeypatch):
        from epochly.runtime import deferred

        self.now = self.cpu = 0.0
        monkeypatch.setattr(deferred, "perf_counter", lambda: self.now)
        monkeypatch.setattr(deferred, "thread_time", lambda: self.cpu)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def drained(generator):
    items = []
    while True:
        try:
            items.append(next(generator))
        except StopIteration as end:
            return items, end.value


def test_a_generator_function_stays_one():
    assert inspect.isgeneratorfunction(epochly.optimize(numbers))
    assert inspect.isasyncgenfunction(epochly.optimize(later_numbers))
    assert inspect.isgenerator(epochly.optimize(numbers)(1))


def test_sending_throwing_closing_and_the_returned_value_reach_the_original():
    function = epochly.optimize(level=0)(numbers)
    generator = function(3)
    assert next(generator) == 0
    assert generator.send("sent") == "sent"
    assert generator.throw(KeyError("x")) == "caught"
    assert drained(generator) == ([], "end")
    assert drained(function(3)) == ([0, 1, 2], "end")
    left = function(3)
    next(left)
    left.close()
    assert drained(left) == ([], None)


def test_the_same_for_an_asynchronous_one():
    function = epochly.optimize(level=0)(later_numbers)

    async def main():
        generator = function(3)
        assert await anext(generator) == 0
        assert await generator.asend("sent") == "sent"
        assert await generator.athrow(KeyError("x")) == "caught"
        assert [item async for item in generator] == []
        async with contextlib.aclosing(function(3)) as left:
            assert await anext(left) == 0
        return [item async for item in function(3)]

    assert asyncio.run(main()) == [0, 1, 2]
    found = epochly.get_metrics(function)
    assert (found["total_calls"], found["errors"]) == (3, 0)


def test_its_seconds_are_those_of_its_steps_and_not_of_who_takes_them(clock):
    @epochly.optimize(level=0)
    def slow(n):
        for i in range(n):
            clock.now += 1.0
            yield i

    for _ in slow(3):
        clock.now += 100.0
    assert epochly.get_metrics(slow)["total_time"] == 3.0


def test_what_an_asynchronous_one_waits_for_is_its_time(clock):
    @epochly.optimize(level=0)
    async def slow(n):
        for i in range(n):
            clock.now += 1.0
            await asyncio.sleep(0)
            yield i

    async def main():
        async for _ in slow(3):
            clock.now += 100.0

    asyncio.run(main())
    assert epochly.get_metrics(slow)["total_time"] == 3.0


def entry_of(function):
    return next(iter(epochly.get_metrics(function)["functions"].values()))


def test_its_cpu_seconds_are_those_of_its_steps(clock):
    @epochly.optimize(level=0)
    def busy(n):
        for i in range(n):
            clock.cpu += 1.0
            yield i

    for _ in busy(3):
        clock.cpu += 100.0
    assert (entry_of(busy)["cpu_time"], entry_of(busy)["memory"] is None) == (3.0, False)


def test_those_of_a_coroutine_and_an_asynchronous_one_are_without_what_runs_while_they_wait(clock):
    @epochly.optimize(level=0)
    async def busy(n):
        for _ in range(n):
            clock.cpu += 1.0
            await asyncio.sleep(0)
        return n

    @epochly.optimize(level=0)
    async def busy_items(n):
        for i in range(n):
            yield await busy(i)

    async def other():
        for _ in range(10):
            clock.cpu += 100.0
            await asyncio.sleep(0)

    async def drain():
        async for _ in busy_items(4):
            clock.cpu += 100.0

    async def main():
        await asyncio.gather(busy(3), other())
        await asyncio.gather(drain(), other())

    asyncio.run(main())
    assert [entry_of(one)["cpu_time"] for one in (busy, busy_items)] == [3.0, 6.0]


def test_memory_is_told_by_its_largest_growth_in_a_call(monkeypatch):
    from epochly.runtime import deferred, resident

    found = iter((100, 160))
    for module in (deferred, resident):
        monkeypatch.setattr(module, "resident_bytes", lambda: next(found))
    function = epochly.optimize(level=0)(numbers)
    assert list(function(2)) == [0, 1]
    assert entry_of(function)["memory"] == 60


def test_one_call_in_64_is_measured(monkeypatch):
    from epochly.runtime import deferred

    measured = []

    class Counted(deferred.Usage):
        def tell(self, tally):
            measured.append(tally)

    monkeypatch.setattr(deferred, "Usage", Counted)
    function = epochly.optimize(level=0)(numbers)
    for _ in range(65):
        list(function(1))
    assert len(measured) == 2


def test_what_is_sent_thrown_and_returned_passes_a_coroutine_that_is_measured(monkeypatch):
    monkeypatch.setattr("epochly.runtime.dispatcher.Dispatcher.watches", lambda _: True)

    @epochly.optimize(level=0)
    async def waits(future):
        try:
            return await future
        except KeyError:
            return "caught"

    async def main():
        loop = asyncio.get_running_loop()
        done, failing, never = (loop.create_future() for _ in range(3))
        tasks = [asyncio.create_task(waits(future)) for future in (done, failing, never)]
        await asyncio.sleep(0)
        done.set_result("done")
        failing.set_exception(KeyError("x"))
        tasks[2].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    *results, cancelled = asyncio.run(main())
    assert results == ["done", "caught"]
    assert isinstance(cancelled, asyncio.CancelledError)
    found = epochly.get_metrics(waits)
    assert (found["total_calls"], found["errors"]) == (3, 1)


def test_a_generator_left_before_its_end_is_a_call_without_error_and_one_that_raises_has_one():
    function = epochly.optimize(level=0)(numbers)
    for _ in function(10):
        break
    gc.collect()
    with pytest.raises(TypeError, match="cannot be interpreted"):
        next(function("three"))
    found = epochly.get_metrics(function)
    assert (found["total_calls"], found["errors"]) == (2, 1)


def test_leaving_an_asynchronous_one_as_the_last_thing_that_the_loop_runs_is_no_error():
    function = epochly.optimize(level=0)(later_numbers)

    async def main():
        async for _ in function(10):
            break

    asyncio.run(main())
    found = epochly.get_metrics(function)
    assert (found["total_calls"], found["errors"]) == (1, 0)


def test_an_asynchronous_one_whose_user_is_cancelled_has_no_error_and_one_that_waits_has_one():
    @epochly.optimize(level=0)
    async def waits(first):
        if first:
            yield 1
        await asyncio.Event().wait()
        yield 2

    async def use(first):
        async with contextlib.aclosing(waits(first)) as items:
            async for _ in items:
                await asyncio.Event().wait()

    async def main(first):
        task = asyncio.create_task(use(first))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main(first=True))
    assert epochly.get_metrics(waits)["errors"] == 0
    asyncio.run(main(first=False))
    found = epochly.get_metrics(waits)
    assert (found["total_calls"], found["errors"]) == (2, 1)


def test_what_its_user_throws_into_an_asynchronous_one_is_an_error_where_it_comes_out():
    function = epochly.optimize(level=0)(later_numbers)

    async def main():
        generator = function(3)
        await anext(generator)
        await generator.athrow(ValueError("x"))

    with pytest.raises(ValueError, match="x"):
        asyncio.run(main())
    assert epochly.get_metrics(function)["errors"] == 1


@pytest.mark.parametrize("level", [1, 2, 3])
def test_other_levels_refuse_a_generator_and_say_what_to_do(level):
    @epochly.optimize(level=level)
    def squares(values):
        made = [value * value for value in values]
        yield from made

    assert list(squares([1, 2])) == [1, 4]
    assert "it is a generator" in epochly.explain(squares)


def test_in_a_context_a_plain_generator_function_is_counted_when_it_ends():
    with epochly.optimize_context(level=0) as context:
        assert list(numbers(3)) == [0, 1, 2]
    assert context.reached == (f"{__name__}.numbers",)
    assert epochly.get_metrics(numbers)["total_calls"] == 1


@pytest.mark.parametrize("known", [True, False], ids=["choosing", "undecided"])
def test_an_asynchronous_function_without_a_level_is_counted(known, tmp_path):
    if known:
        (tmp_path / "decisions.yaml").write_text("version: 1  # waits\n")

    @epochly.optimize
    async def waits(value):
        await asyncio.sleep(0)
        return value

    async def main():
        return await asyncio.gather(*(waits(n) for n in range(20)))

    assert asyncio.run(main()) == list(range(20))
    assert epochly.get_metrics(waits)["total_calls"] == 20
    assert epochly.get_metrics(waits)["functions"].popitem()[1]["reason"]
