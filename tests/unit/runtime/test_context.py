"""Blocks in which functions run at one level, and are afterwards what they were."""

import asyncio
import collections
import contextlib
import contextvars
import functools
import gc
import inspect
import logging
import threading
import time
import weakref

import pytest
from unit.runtime import programs
from unit.runtime.programs import squares

import epochly
from epochly.errors import UsageError
from epochly.runtime.active import contexts

NAME = f"{programs.__name__}."


def level_of(function):
    """The levels at which a function was called, by number of calls."""
    entry = next(iter(epochly.get_metrics(function)["functions"].values()))
    return {int(level): numbers["total_calls"] for level, numbers in entry["levels"].items()}


def test_a_plain_function_that_the_block_names_runs_at_the_level():
    code = squares.__code__
    with epochly.optimize_context(level=2) as context:
        assert squares(1000) == 332833500
    assert squares.__code__ is code
    assert vars(squares) == {}
    assert context.reached == (NAME + "squares",)
    assert level_of(squares) == {2: 1}


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4])
def test_results_are_the_originals_at_every_level(level):
    with epochly.optimize_context(level=level):
        assert squares(50) == 40425
        assert programs.each([1, 2, 3, 4]) == [2, 4, 6, 8]
        assert programs.shout("a") == "A"
        with pytest.raises(KeyError):
            programs.fail("a")


def test_a_decorated_function_takes_the_level_of_the_block():
    function = epochly.optimize(level=0)(squares)
    function(10)

    def indirectly():
        return max(map(function, [10]))

    with epochly.optimize_context(level=2) as context:
        indirectly()
    function(10)
    assert level_of(function) == {0: 2, 2: 1}
    assert NAME + "squares" in context.reached


def test_methods_closures_partials_and_wrapped_functions_are_reached():
    shop, step, partial = programs.Shop(), programs.counter(), functools.partial(squares, 10)
    derived = programs.Derived()
    with epochly.optimize_context(level=0) as context:
        found = [shop.price(3), step(), step(by=2), partial(), derived.name(), programs.cached(1)]
        found += [programs.wrapped_squares(3), [programs.shout(text) for text in "ab"]]
    assert found == [6, 1, 3, 285, "derived of base", 2, 5, ["A", "B"]]
    assert step() == 4
    assert set(context.reached) == {
        NAME + name
        for name in (
            "Shop.price",
            "counter.<locals>.step",
            "squares",
            "Derived.name",
            "cached",
            "wrapped_squares",
            "shout",
        )
    }


def test_methods_of_what_is_made_inside_of_a_class_that_the_block_names_are_reached():
    with epochly.optimize_context(level=0) as context:
        shop = programs.Shop()
        assert shop.price(3) == 6
        assert [programs.Derived().name() for _ in range(2)] == ["derived of base"] * 2
        programs.squares(1)
    assert context.reached == tuple(
        NAME + name for name in ("Shop.price", "Derived.name", "squares")
    )
    assert level_of(programs.Shop.price) == {0: 1}


def test_methods_that_a_named_class_inherits_are_reached_and_those_of_libraries_are_not():
    class Counter(collections.Counter):
        pass

    class Heir(programs.Base):
        pass

    with epochly.optimize_context(level=0) as context:
        assert Counter("aab").most_common(1) == [("a", 2)]
        heir = Heir()
        assert heir.name() == "base"
    assert context.reached == (NAME + "Base.name",)


def test_methods_that_the_block_does_not_name_are_not_reached():
    with epochly.optimize_context(level=0) as context:
        shop = programs.Shop()
        len([shop.rate])
    shop.price(1)
    assert context.reached == ()


def test_names_after_the_block_are_not_reached():
    with epochly.optimize_context(level=0) as context:
        try:
            squares(1)
        except ValueError:
            programs.shout("a")
    programs.each([1])
    assert set(context.reached) == {NAME + "squares", NAME + "shout"}


def test_names_in_blocks_within_the_block_are_reached():
    with epochly.optimize_context(level=0) as outer:
        for value in (1, 2):
            with epochly.optimize_context(level=2) as inner, contextlib.suppress(ValueError):
                squares(value)
    programs.each([1])
    assert outer.reached == inner.reached == (NAME + "squares",)


def test_parameters_of_every_kind_arrive_and_the_signature_stays():
    signature = inspect.signature(programs.keywords)
    with epochly.optimize_context(level=0):
        assert inspect.signature(programs.keywords) == signature
        assert programs.keywords(1, c=3) == (1, 2, (), 3, 4, {})
        assert programs.keywords(1, 5, 6, 7, c=3, d=8, e=9) == (1, 5, (6, 7), 3, 8, {"e": 9})
        with pytest.raises(TypeError, match="keywords"):
            programs.keywords()


def test_a_coroutine_function_is_reached_and_other_tasks_are_not():
    async def inside():
        with epochly.optimize_context(level=0):
            assert inspect.iscoroutinefunction(programs.later)
            await asyncio.sleep(0.01)
            return await programs.later(1)

    async def outside():
        await asyncio.sleep(0.005)
        return await programs.later(2)

    async def both():
        return await asyncio.gather(inside(), outside())

    assert asyncio.run(both()) == [2, 3]
    assert epochly.get_metrics(programs.later)["total_calls"] == 1


def test_contexts_nest_and_the_inner_level_holds():
    with epochly.optimize_context(level=2):
        squares(10)
        with epochly.optimize_context(level=0):
            squares(10)
        squares(10)
    assert level_of(squares) == {0: 1, 2: 2}


def test_an_exception_leaves_everything_as_it_was():
    code = squares.__code__
    context = epochly.optimize_context(level=2)
    with pytest.raises(ZeroDivisionError), context:
        squares(1 // 0)
    assert squares.__code__ is code


def test_one_context_can_be_entered_again():
    code = squares.__code__
    context = epochly.optimize_context(level=0)
    with context:
        with context:
            squares(1)
        squares(1)
    with context:
        squares(1)
    assert squares.__code__ is code
    assert level_of(squares) == {0: 3}


def test_contexts_left_out_of_order_restore_what_was_there():
    def entered(level):
        with epochly.optimize_context(level=level):
            squares(1)
            yield

    code = squares.__code__
    first, second = entered(0), entered(2)
    next(first)
    next(second)
    with contextlib.suppress(StopIteration):
        next(first)
    assert squares.__code__ is not code
    squares(10)
    with contextlib.suppress(StopIteration):
        next(second)
    assert squares.__code__ is code
    squares(10)
    assert level_of(squares) == {0: 1, 2: 2}


@pytest.mark.parametrize("first_out", [0, 1])
def test_two_threads_may_leave_in_either_order(first_out):
    code = squares.__code__
    inside = threading.Barrier(3)
    leave = [threading.Event(), threading.Event()]
    left = [threading.Event(), threading.Event()]

    def work(number):
        with epochly.optimize_context(level=0):
            squares(10)
            inside.wait()
            leave[number].wait()
        left[number].set()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert squares(10) == 285
    for number in (first_out, 1 - first_out):
        assert squares.__code__ is not code
        leave[number].set()
        left[number].wait()
    for thread in threads:
        thread.join()
    assert squares.__code__ is code
    assert level_of(squares) == {0: 2}


def test_a_function_that_prepared_code_calls_can_be_named_beside_it():
    def doubled(n):
        return 2 * squares(n)

    with epochly.optimize_context(level=2):
        assert doubled(100) == 2 * squares(100)


def test_a_context_in_an_exit_stack_reaches_the_block_of_the_stack():
    with contextlib.ExitStack() as stack:
        context = stack.enter_context(epochly.optimize_context(level=0))
        squares(1)
    assert context.reached == (NAME + "squares",)


def test_a_context_that_reaches_nothing_says_so_once(caplog):
    with caplog.at_level(logging.WARNING, logger="epochly"):
        for _ in range(2):
            with epochly.optimize_context(level=1) as context:
                len("abc")
    assert context.reached == ()
    assert len(caplog.records) == 1
    assert "reached no function" in caplog.text
    assert "those made inside it are not reached" in caplog.text


def test_a_level_that_cannot_be_applied_is_logged_once_and_explained(caplog):
    def shout(text):
        return text.upper()

    with caplog.at_level(logging.WARNING, logger="epochly"):
        for _ in range(3):
            with epochly.optimize_context(level=3):
                shout("a")
    assert caplog.text.count("not at level 3") == 1
    assert "why:" in epochly.explain(shout)


def test_what_was_prepared_is_kept_for_the_next_block():
    def compiled():
        with epochly.optimize_context(level=2):
            squares(10)
        return epochly.get_metrics(squares)["functions"][NAME + "squares"]["compile_time"]

    assert compiled() == compiled()


def test_a_function_that_a_block_reached_is_freed_with_what_it_holds():
    held = []

    def reached():
        value = threading.Event()
        held.append(weakref.ref(value))

        def counted(n, by=value):
            return n

        with epochly.optimize_context(level=0):
            counted(1)

    reached()
    reached()
    gc.collect()
    epochly.get_metrics()
    gc.collect()
    assert [value() for value in held] == [None, None]


def test_a_function_whose_code_was_replaced_is_left_alone():
    def target():
        return 1

    def other():
        return 2

    original = target.__code__
    with epochly.optimize_context(level=0):
        assert target() == 1
        target.__code__ = other.__code__
    assert target() == 2
    assert original is not target.__code__


def test_wrapping_a_function_inside_a_block_wraps_the_function():
    with epochly.optimize_context(level=0):
        timed = programs.timed(squares)
    outer = epochly.optimize(level=2)(timed)
    assert outer(10) == 285
    assert timed.seen == 1


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_decorated_function_and_its_original_in_one_block_are_counted_once_a_call(level):
    def original(n):
        return sum(range(n))

    function = epochly.optimize(level=0)(original)
    function(1)
    with epochly.optimize_context(level=level):
        function(3)
        original(4)
    assert epochly.get_metrics()["total_calls"] == 3


def test_what_is_no_level_is_told():
    with pytest.raises(UsageError, match="is not a level"):
        epochly.optimize_context(level=7)


def decorated():
    """A function of level 0, which says at which level each call ran."""
    return epochly.optimize(level=0)(squares)


def calls(function):
    """How often a decorated function ran at each level since it was asked last."""
    found = level_of(function)
    epochly.reset_metrics()
    return {level: number for level, number in found.items() if number}


def held(level):
    with epochly.optimize_context(level=level):
        yield 1
        yield 2


def test_an_asynchronous_generator_that_another_task_closes_leaves_its_caller():
    function = decorated()

    async def rows():
        with epochly.optimize_context(level=2):
            for row in range(3):
                yield row

    async def main():
        async for _ in rows():
            function(10)
            break
        await asyncio.sleep(0.01)
        gc.collect()
        await asyncio.sleep(0.01)
        before = calls(function)
        function(10)
        await asyncio.to_thread(function, 10)
        return before, calls(function)

    assert asyncio.run(main()) == ({2: 1}, {0: 2})


def test_a_generator_that_another_thread_closes_leaves_the_thread_that_began_it():
    function, generator = decorated(), held(2)
    next(generator)
    function(10)
    closing = threading.Thread(target=generator.close)
    closing.start()
    closing.join()
    function(10)
    assert calls(function) == {2: 1, 0: 1}
    assert contexts.chain() is None


def test_a_task_and_a_copied_context_that_run_after_the_block_are_not_in_it():
    function = decorated()

    async def call():
        function(10)

    async def main():
        with epochly.optimize_context(level=2):
            task = asyncio.create_task(call())
            copy = contextvars.copy_context()
        await task
        copy.run(function, 10)

    asyncio.run(main())
    assert calls(function) == {0: 2}


def test_a_context_that_is_open_counts_for_its_own_task_and_thread_only():
    function = decorated()

    async def call():
        function(10)

    async def main():
        with epochly.optimize_context(level=2):
            await asyncio.create_task(call())
            await asyncio.gather(call(), call())
            await asyncio.to_thread(function, 10)
            asyncio.get_running_loop().call_soon(function, 10)
            await asyncio.sleep(0.01)
            copy = contextvars.copy_context()
            thread = threading.Thread(target=copy.run, args=(function, 10))
            thread.start()
            thread.join()
            elsewhere = calls(function)
            await call()
            return elsewhere, calls(function)

    assert asyncio.run(main()) == ({0: 6}, {2: 1})


def test_a_context_around_the_event_loop_counts_for_all_of_its_tasks():
    function = decorated()

    async def call():
        function(10)

    async def main():
        await asyncio.gather(call(), asyncio.create_task(call()))

    with epochly.optimize_context(level=2):
        asyncio.run(main())
    assert calls(function) == {2: 2}


def test_a_context_in_a_child_task_nests_in_no_other_and_leaves_the_parents():
    function = decorated()

    async def child():
        with epochly.optimize_context(level=2):
            await asyncio.sleep(0)
            function(10)
        function(10)

    async def main():
        with epochly.optimize_context(level=0):
            await asyncio.gather(child(), child())
            children = calls(function)
            function(10)
            return children, calls(function)

    assert asyncio.run(main()) == ({2: 2, 0: 2}, {0: 1})


def wait_and_double(n):
    time.sleep(0.01)
    return 2 * n


def doubled(numbers):
    return [wait_and_double(n) for n in numbers]


def test_items_that_level_1_runs_in_threads_are_in_the_block_of_their_caller():
    with epochly.optimize_context(level=1):
        assert doubled([1, 2, 3, 4, 5, 6]) == [2, 4, 6, 8, 10, 12]
        wait_and_double(1)
    assert level_of(doubled) == {1: 1}
    assert epochly.get_metrics(wait_and_double)["total_calls"] == 7


def test_one_context_in_many_threads_and_tasks_is_left_as_often_as_entered():
    context = epochly.optimize_context(level=2)
    function = decorated()
    begin = threading.Barrier(4)

    async def turn():
        with context:
            await asyncio.sleep(0)
            function(10)

    async def turns():
        await asyncio.gather(*(turn() for _ in range(25)))

    def work():
        begin.wait()
        asyncio.run(turns())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert calls(function) == {2: 100}
    assert context.entries == {}


def test_what_was_left_elsewhere_does_not_make_the_chain_grow():
    def length():
        link, found = contexts.chain(), 0
        while link is not None:
            link, found = link.outer, found + 1
        return found

    for _ in range(20):
        generator = held(0)
        next(generator)
        closing = threading.Thread(target=generator.close)
        closing.start()
        closing.join()
    assert length() == 1
    with epochly.optimize_context(level=0):
        squares(1)
        assert length() == 1
    assert length() == 0


def test_a_task_in_a_block_is_freed_though_a_copy_of_its_context_lives_on():
    copies = []

    async def work():
        with epochly.optimize_context(level=0):
            squares(1)
            copies.append(contextvars.copy_context())
            await asyncio.Event().wait()

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return weakref.ref(task)

    task = asyncio.run(main())
    gc.collect()
    assert task() is None
    assert len(copies) == 1


@pytest.mark.parametrize(
    "context",
    [lambda: epochly.optimize_context(level=0), lambda: epochly.benchmark_context("twice")],
    ids=["optimize", "benchmark"],
)
def test_a_context_that_is_left_twice_is_told(context):
    made = context()
    with made:
        squares(1)
    with pytest.raises(UsageError, match=r"left more often than entered(.|\n)*with statement"):
        made.__exit__(None, None, None)
