"""Functions that have hardly run: counted, without anything that costs."""

import gc
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import epochly
from epochly.runtime import young
from epochly.runtime.decorated import STATE
from epochly.runtime.due import HORIZON


def counted(function):
    return epochly.get_metrics(function)["total_calls"]


def is_young(function):
    return getattr(function, STATE)._made is None


@pytest.fixture
def double():
    epochly.reset_metrics()

    @epochly.optimize
    def double(value):
        if value is None:
            raise ValueError("nothing to double")
        return 2 * value

    return double


def run(program):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_calls_of_a_young_function_import_nothing():
    assert (
        run("""
        import sys
        import epochly

        @epochly.optimize
        def double(value):
            return 2 * value

        before = set(sys.modules)
        assert [double(n) for n in range(200)] == [2 * n for n in range(200)]
        print(sorted(set(sys.modules) - before))
    """)
        == "[]"
    )


def test_its_calls_are_counted_exactly_once_asked(double):
    for value in range(100):
        assert double(value) == 2 * value
    for _ in range(3):
        with pytest.raises(ValueError, match="nothing"):
            double(None)
    assert is_young(double)
    found = epochly.get_metrics(double)
    assert (found["total_calls"], found["errors"]) == (103, 3)
    assert 0 < found["min_time"] <= found["p50"] <= found["max_time"] <= found["total_time"]
    assert not is_young(double)
    double(1)
    assert counted(double) == 104


def test_it_is_among_all_metrics(double):
    double(1)
    assert any(name.endswith("double") for name in epochly.get_metrics()["functions"])


def test_many_calls_end_it(double):
    for value in range(young.MOST_CALLS):
        double(value)
    assert is_young(double)
    double(1)
    assert not is_young(double)
    assert counted(double) == young.MOST_CALLS + 1


def test_a_recursion_that_is_in_the_middle_when_it_ends_goes_on():
    @epochly.optimize
    def depth(n):
        return 0 if n == 0 else 1 + depth(n - 1)

    times = 3 * young.MOST_CALLS // 100
    assert [depth(100) for _ in range(times)] == times * [100]
    assert counted(depth) == times * 101


def test_time_spent_ends_it(monkeypatch):
    monkeypatch.setattr(young, "AFTER_S", 0.0)

    @epochly.optimize
    def half(value):
        return value / 2

    half(1)
    half(1)
    assert not is_young(half)
    assert counted(half) == 2


def test_a_long_call_after_a_short_one_is_seen(monkeypatch):
    monkeypatch.setattr(young, "AFTER_S", 0.001)

    @epochly.optimize
    def wait(seconds):
        time.sleep(seconds)

    for seconds in (0.0, 1.5 * HORIZON * young.AFTER_S, 0.0):
        wait(seconds)
    assert not is_young(wait)
    assert counted(wait) == 3


def test_an_open_context_reaches_it(double):
    for value in range(3):
        double(value)
    assert is_young(double)
    with epochly.optimize_context(level=0) as context:
        double(3)
    assert any(name.endswith("double") for name in context.reached)
    assert counted(double) == 4


def test_in_an_open_context_none_is_young():
    @epochly.optimize
    def third(value):
        return value / 3

    with epochly.optimize_context(level=0) as context:
        third(3)
        assert not is_young(third)
    assert any(name.endswith("third") for name in context.reached)


def test_what_a_function_did_that_is_gone_stays_counted():
    epochly.reset_metrics()

    def make():
        @epochly.optimize
        def passing(value):
            return value

        return passing

    for value in range(20):
        make()(value)
    gc.collect()
    functions = epochly.get_metrics()["functions"]
    (name,) = (name for name in functions if name.endswith("passing"))
    assert functions[name]["total_calls"] == 20
    assert not young.nursery._living


def test_threads_are_counted_exactly():
    @epochly.optimize
    def same(value):
        return value

    def work():
        for value in range(40):
            assert same(value) == value

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(same) == 320


def test_a_decision_on_disk_is_followed_from_the_first_call(tmp_path):
    (tmp_path / "decisions.yaml").write_text("version: 1\ndecisions: [{function: 'm:quarter'}]\n")

    @epochly.optimize
    def quarter(value):
        return value / 4

    quarter(1)
    assert not is_young(quarter)


def test_a_decision_that_comes_after_the_decorator_is_followed_from_the_first_call(tmp_path):
    @epochly.optimize
    def quarter(value):
        return value / 4

    epochly.configure(cache=tmp_path / "other")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/decisions.yaml").write_text(
        "version: 1\ndecisions: [{function: 'm:quarter'}]\n"
    )
    quarter(1)
    assert not is_young(quarter)


def test_it_is_faster_to_ask_how_long_than_to_wait():
    youth = young.Youth(lambda: None)
    assert youth.lasts() == 1
    youth.kept.append(1e-6)
    assert 1 <= youth.lasts() < young.MOST_CALLS
