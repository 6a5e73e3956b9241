"""Blocks in which functions run at one level, and are afterwards what they were."""

import asyncio
import contextlib
import functools
import gc
import inspect
import logging
import threading
import weakref

import pytest
from unit.runtime import programs
from unit.runtime.programs import squares

import epochly
from epochly.errors import UsageError

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
