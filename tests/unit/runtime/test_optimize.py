"""The decorator on everything that can be called."""

import asyncio
import copy
import functools
import gc
import inspect
import logging
import math
import pickle
import threading
import weakref
from unittest import mock

import pytest
from unit.runtime import programs

import epochly
from epochly.errors import EpochlyError, UsageError
from epochly.levels import Level


@pytest.mark.parametrize("decorator", [epochly.optimize, epochly.optimize()], ids=["bare", "()"])
def test_a_decorated_function_keeps_what_describes_it(decorator):
    function = decorator(programs.squares)
    assert function(4) == 14
    assert (function.__name__, function.__qualname__, function.__module__, function.__doc__) == (
        "squares",
        "squares",
        programs.__name__,
        "Add up squares.",
    )
    assert function.__wrapped__ is programs.squares
    assert inspect.signature(function) == inspect.signature(programs.squares)
    assert inspect.getsource(function) == inspect.getsource(programs.squares)


def test_it_can_be_weakly_referenced_copied_and_pickled_by_name():
    assert weakref.ref(programs.decorated)() is programs.decorated
    assert copy.deepcopy(programs.decorated) is programs.decorated
    assert pickle.loads(pickle.dumps(programs.decorated)) is programs.decorated


def test_a_function_that_nobody_holds_is_freed():
    function = epochly.optimize(level=0)(programs.counter())
    function()
    seen = weakref.ref(function)
    del function
    gc.collect()
    assert seen() is None


def recursive(level):
    @epochly.optimize(level=level)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    return fibonacci, fibonacci


def inherited(level):
    class Shop(programs.Shop):
        @epochly.optimize(level=level)
        def total(self, values):
            return super().total([values])

    return Shop, Shop().total


@pytest.mark.parametrize("level", [None, 0, 2])
@pytest.mark.parametrize("make", [recursive, inherited])
def test_a_function_that_leads_to_itself_is_freed_and_its_counts_stay(make, level):
    held, function = make(level)
    function(1)
    seen = weakref.ref(held)
    del held, function
    for _ in range(3):
        gc.collect()
        assert epochly.get_metrics()["total_calls"] >= 1
    assert seen() is None


def test_the_counts_of_a_freed_function_stay():
    for _ in range(3):
        epochly.optimize(level=0)(programs.shout)("a")
    gc.collect()
    assert epochly.get_metrics()["total_calls"] == 3


@pytest.mark.parametrize("level", [0, 1, 2, 3, Level.COMPILE])
def test_every_level_returns_what_the_original_returns(level):
    assert epochly.optimize(level=level)(programs.squares)(100) == programs.squares(100)
    assert epochly.optimize(level=level)(programs.each)(list(range(50))) == list(range(0, 100, 2))


@pytest.mark.parametrize("level", [-1, 5, True, "2", 2.0])
def test_what_is_no_level_is_told_when_decorating(level):
    with pytest.raises(UsageError, match="is not a level"):
        epochly.optimize(level=level)


@pytest.mark.parametrize("thing", [property(len), int, 3])
def test_what_is_no_function_is_told_when_decorating(thing):
    with pytest.raises(UsageError, match="cannot decorate"):
        epochly.optimize(level=0)(thing)


def test_a_level_in_the_place_of_a_function_is_told_how_to_ask_for_it():
    with pytest.raises(UsageError, match=r"write optimize\(level=2\)"):
        epochly.optimize(2)


def test_methods_of_every_kind_and_either_order_of_decorators():
    shop = programs.Shop()
    assert shop.total([1, 2]) == [2, 4]
    assert programs.Shop.total(shop, [3]) == [6]
    for owner in (shop, programs.Shop):
        assert owner.inner_static(5) == owner.outer_static(5) == 5
        assert owner.inner_class(5) == owner.outer_class(5) == 10


def test_partials_instances_and_built_in_functions():
    assert epochly.optimize(level=0)(functools.partial(programs.keywords, 1, c=3))() == (
        (1, 2, (), 3, 4, {})
    )
    on_instance = epochly.optimize(level=0)(programs.Shop())
    assert (on_instance(3), on_instance.__name__) == (2, "Shop")
    assert epochly.optimize(level=0)(math.sqrt)(4.0) == 2.0


@pytest.mark.parametrize("level", [None, 0])
def test_a_decorator_that_is_a_class_and_keeps_its_function_does_what_its_call_does(level):
    at_level = epochly.optimize(level=level)

    class Listed:
        def __init__(self, func):
            self.func = func

        def __call__(self, *args):
            return list(self.func(*args))

    class Awaited(Listed):
        def __call__(self, *args):
            return asyncio.run(self.func(*args))

    @at_level
    @Listed
    def below(n):
        yield from range(n)

    assert below(3) == [0, 1, 2]
    assert at_level(Awaited(programs.later))(1) == 2


def test_a_mock_stays_one_call():
    mocked = mock.Mock(return_value=3)
    assert epochly.optimize(level=0)(mocked)(1) == 3
    mocked.assert_called_once_with(1)


def test_a_partial_of_a_loop_is_compiled():
    function = epochly.optimize(level=2, strict=True)(functools.partial(programs.squares, 100))
    assert function() == programs.squares(100)


def test_a_coroutine_function_stays_one():
    function = epochly.optimize(level=0)(programs.later)
    assert inspect.iscoroutinefunction(function)

    async def gathered():
        return await asyncio.gather(*(function(n) for n in range(50)))

    assert asyncio.run(gathered()) == list(range(1, 51))
    assert epochly.get_metrics(function)["total_calls"] == 50


def test_another_level_than_0_is_refused_for_a_coroutine_function():
    function = epochly.optimize(level=1)(programs.later)
    assert asyncio.run(function(1)) == 2
    assert "asyncio.gather" in epochly.explain(function)


def test_other_decorators_above_and_below_keep_working():
    below = epochly.optimize(level=2)(programs.timed(programs.squares))
    above = programs.timed(epochly.optimize(level=2)(programs.squares))
    cached = functools.cache(epochly.optimize(level=2)(programs.squares))
    assert below(50) == above(50) == cached(50) == programs.squares(50)
    assert below.__wrapped__.seen == above.seen == 1


def test_methods_of_what_is_decorated_are_still_there():
    cached = epochly.optimize(functools.lru_cache(programs.shout))
    assert [cached("a"), cached("a")] == ["A", "A"]
    assert cached.cache_info().hits == 1
    cached.cache_clear()
    assert cached.cache_info().currsize == 0

    @epochly.optimize
    @functools.singledispatch
    def kind(value):
        return "something"

    kind.register(int, lambda value: "a number")
    assert [kind(1), kind("a")] == ["a number", "something"]


def test_a_wrapper_that_copied_our_mark_is_not_taken_for_its_original():
    below = programs.timed(epochly.optimize(level=0)(programs.squares))
    outer = epochly.optimize(level=2)(below)
    assert outer(30) == programs.squares(30)
    assert below.seen == 1


@pytest.mark.parametrize("kind", [lambda function: function, staticmethod], ids=["", "static"])
def test_of_two_of_our_decorators_the_outer_one_holds_and_a_call_counts_once(kind, caplog):
    inner = epochly.optimize(level=2)(programs.shout)
    with caplog.at_level(logging.INFO, logger="epochly"):
        outer = epochly.optimize(level=0)(kind(inner))
    assert "shout is decorated again" in caplog.text
    outer = getattr(outer, "__func__", outer)
    assert outer("a") == "A"
    found = epochly.get_metrics(outer)
    assert (found["total_calls"], epochly.get_metrics()["total_calls"]) == (1, 1)
    assert outer.__wrapped__ is programs.shout
    assert "asked for: level 0" in epochly.explain(outer)
    assert "asked for: level 2" in epochly.explain(inner)


def test_a_level_in_a_loop_is_realized_for_what_the_inner_function_hands_on_to():
    found, squares = [], programs.squares
    for level in (0, 1, 2, 3):

        @epochly.optimize(level=level)
        def handed_on(*args):
            return squares(*args)

        assert handed_on(1000) == programs.squares(1000)
        found.append(epochly.get_metrics(handed_on)["functions"])
    realized = [next(iter(one.values()))["realized"]["level"] for one in found]
    assert realized == [0, 0, 2, 0]


def test_an_inner_function_that_later_hands_on_to_another_follows():
    target = programs.squares

    @epochly.optimize(level=2, strict=True)
    def handed_on(*args):
        return target(*args)

    assert handed_on(10) == 285
    target = programs.shout
    assert handed_on("a") == "A"
    with pytest.raises(TypeError, match="unexpected keyword"):
        handed_on(text="a")


def test_a_level_that_cannot_be_applied_runs_the_original_and_is_logged_once(caplog):
    function = epochly.optimize(level=2)(programs.shout)
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert [function("a") for _ in range(3)] == ["A", "A", "A"]
    assert len(caplog.records) == 1
    assert "not at level 2" in caplog.text
    entry = next(iter(epochly.get_metrics(function)["functions"].values()))
    assert (entry["level"], entry["realized"]["level"]) == (2, 0)
    assert entry["fallbacks"][0]["calls"] == 3
    assert "str" in entry["reason"]
    assert "why:" in epochly.explain(function)


def test_a_level_that_cannot_be_applied_is_an_error_with_strict():
    function = epochly.optimize(level=2, strict=True)(programs.shout)
    for _ in range(2):
        with pytest.raises(EpochlyError, match="level 2 cannot be applied to shout"):
            function("a")


def test_arguments_of_another_kind_are_prepared_for_when_they_come():
    function = epochly.optimize(level=2)(lambda value: value)
    assert function("a") == "a"
    function = epochly.optimize(level=2)(programs.squares)
    with pytest.raises(TypeError):
        function("a")
    assert function(10) == 285
    assert function(20) == programs.squares(20)
    entry = next(iter(epochly.get_metrics(function)["functions"].values()))
    assert entry["realized"]["level"] == 2


@pytest.mark.parametrize("backend", [3, ["numba"], b"numba"])
def test_what_is_no_name_of_a_backend_is_told_when_decorating(backend):
    with pytest.raises(UsageError, match="no backend named") as raised:
        epochly.optimize(backend=backend)
    assert "numba" in str(raised.value.remedy)


def test_a_backend_that_does_not_exist_is_told_where_it_is_asked_for():
    with pytest.raises(epochly.UsageError, match="no backend named 'numbra'") as raised:
        epochly.optimize(backend="numbra")
    assert "did you mean 'numba'?" in str(raised.value.remedy)
    with pytest.raises(epochly.UsageError, match="no backend named 'numbra'"):
        epochly.optimize_context(level=2, backend="numbra")


def test_a_backend_gives_its_level_before_the_first_call_already():
    function = epochly.optimize(backend="numba", strict=True)(programs.squares)
    assert "asked for: level 2 (compile)" in epochly.explain(function)
    (entry,) = epochly.get_metrics(function)["functions"].values()
    assert entry["level"] == 2
    assert function(10) == 285
    assert "runs: level 2 (compile), numba" in epochly.explain(function)


@pytest.mark.parametrize("asks", [epochly.optimize, epochly.optimize_context])
def test_a_backend_of_another_level_is_told_where_it_is_asked_for(asks):
    with pytest.raises(UsageError, match="is of level 2, not 1") as raised:
        asks(level=1, backend="numba")
    assert "give level=2" in str(raised.value.remedy)


def test_disabled_no_backend_is_loaded_to_learn_its_level(monkeypatch):
    monkeypatch.setenv("EPOCHLY_DISABLE", "1")
    monkeypatch.setattr("epochly.registry.get_backend", None)
    assert epochly.optimize(backend="numba")(programs.squares) is programs.squares
    with epochly.optimize_context(level=2, backend="numba"):
        assert programs.squares(10) == 285


def test_threads_that_make_the_first_call_together_prepare_once(monkeypatch):
    from epochly_backends.numba_jit import NumbaJit

    prepared = []
    prepare = NumbaJit.prepare

    def counting(self, function, example):
        prepared.append(function.name)
        return prepare(self, function, example)

    monkeypatch.setattr(NumbaJit, "prepare", counting)
    function = epochly.optimize(level=2, strict=True)(programs.squares)
    together = threading.Barrier(8)
    results = []

    def call():
        together.wait()
        results.append(function(1000))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [programs.squares(1000)] * 8
    assert prepared == ["squares"]


def test_exceptions_are_the_users_own():
    function = epochly.optimize(level=0)(programs.fail)
    for _ in range(2):
        with pytest.raises(KeyError, match="oh") as raised:
            function("oh")
        assert raised.traceback[-1].path.name == "programs.py"
    assert epochly.get_metrics(function)["errors"] == 2


def test_the_default_level_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("EPOCHLY_LEVEL", "2")
    function = epochly.optimize()(programs.squares)
    assert function(10) == 285
    assert "level 2 (compile)" in epochly.explain(function)
    own = epochly.optimize(level=0)(programs.squares)
    own(1)
    assert "asked for: level 0" in epochly.explain(own)


def test_without_a_level_calls_are_observed_and_it_says_so():
    function = epochly.optimize()(programs.squares)
    assert function(10) == 285
    assert "observed until it is known what pays" in epochly.explain(function)


@pytest.mark.parametrize("value", ["1", "true", "Yes", "on"])
def test_disabled_the_decorator_returns_the_function_itself(value, monkeypatch):
    monkeypatch.setenv("EPOCHLY_DISABLE", value)
    assert epochly.optimize(level=2)(programs.squares) is programs.squares
    assert epochly.optimize(programs.squares) is programs.squares


@pytest.mark.parametrize("value", ["", "0", "False", "no", "off"])
def test_a_word_for_no_disables_nothing(value, monkeypatch):
    monkeypatch.setenv("EPOCHLY_DISABLE", value)
    assert epochly.optimize(programs.squares) is not programs.squares


def test_a_recursive_function_at_level_1_does_not_wait_for_itself(monkeypatch):
    walk = epochly.optimize(level=1)(programs.walk)
    monkeypatch.setattr(programs, "walk", walk)
    tree = [[[n, [n + 1]] for n in range(6)] for _ in range(100)]
    assert sorted(walk(tree)) == sorted([*range(6), *range(1, 7)] * 100)


def test_a_traced_function_runs_plainly():
    import sys

    function = epochly.optimize(level=2)(programs.squares)
    function(10)
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert function(10) == 285
    finally:
        sys.settrace(before)
    assert "debugger" in epochly.explain(function)
