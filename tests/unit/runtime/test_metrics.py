"""Counts and seconds, from many threads, tasks and processes."""

import asyncio
import functools
import gc
import json
import sys
import threading
import time

import pytest
from unit.runtime import programs

import epochly
from epochly.errors import UsageError

NUMBERS = {
    "total_calls",
    "total_time",
    "avg_time",
    "min_time",
    "max_time",
    "p50",
    "p95",
    "p99",
    "errors",
}


def entry_of(function):
    return next(iter(epochly.get_metrics(function)["functions"].values()))


def grown(n):
    total = 1
    for _ in range(n):
        total *= 3
    return total


def test_a_level_that_gave_up_at_every_call_is_not_said_to_run():
    function = epochly.optimize(level=2)(grown)
    assert function(100) == 3**100
    entry = entry_of(function)
    assert (entry["level"], entry["realized"]) == (2, {"level": 0, "backend": "monitor"})
    assert "runs: level 0" in epochly.explain(function)
    assert function(10) == 3**10
    assert entry_of(function)["realized"] == {"level": 2, "backend": "numba"}


def test_the_numbers_are_plain_json_values():
    function = epochly.optimize(level=2)(programs.squares)
    for _ in range(10):
        function(100)
    metrics = json.loads(json.dumps(epochly.get_metrics()))
    assert metrics.keys() == {*NUMBERS, "functions"}
    entry = metrics["functions"][f"{programs.__name__}.squares"]
    assert entry.keys() > {*NUMBERS, "level", "realized", "fallbacks", "compile_time"}
    assert entry["total_calls"] == 10
    assert entry["compile_time"] > 0
    assert entry["cpu_time"] >= 0
    assert 0 < entry["min_time"] <= entry["p50"] <= entry["p99"] <= entry["max_time"]
    assert entry["avg_time"] == pytest.approx(entry["total_time"] / 10)


def test_nothing_seen_is_zero_calls_and_no_times():
    metrics = epochly.get_metrics()
    assert metrics["total_calls"] == 0
    assert metrics["avg_time"] == 0.0
    assert metrics["p99"] is None


def test_a_function_alone_and_all_together():
    one, other = epochly.optimize(level=0)(programs.shout), epochly.optimize(programs.each)
    one("a")
    other([1])
    other([1])
    assert epochly.get_metrics(one)["total_calls"] == 1
    assert epochly.get_metrics(other)["total_calls"] == 2
    assert epochly.get_metrics()["total_calls"] == 3


def test_a_function_that_is_not_decorated_is_told():
    with pytest.raises(UsageError, match="is not decorated"):
        epochly.get_metrics(entry_of)


class Account:
    @property
    @epochly.optimize(level=0)
    def balance(self):
        return 1

    @functools.cached_property
    @epochly.optimize(level=0)
    def owner(self):
        return "me"

    @classmethod
    @epochly.optimize(level=0)
    def opened(cls):
        return cls()

    @staticmethod
    @epochly.optimize(level=0)
    def rate():
        return 2

    def plain(self):
        return 3

    plain_class = classmethod(plain)


@pytest.mark.parametrize("name", ["balance", "owner", "opened", "rate"])
def test_what_a_class_holds_leads_to_the_decorated_function_in_it(name):
    account = Account()
    for _ in range(2):
        value = getattr(account, name)
        if callable(value):
            value()
    held = vars(Account)[name]
    assert epochly.get_metrics(held)["total_calls"] == (1 if name == "owner" else 2)
    assert f"Account.{name}\n  asked for: level 0" in epochly.explain(held)


@pytest.mark.parametrize(
    "held", [vars(Account)["plain_class"], property(Account.plain), property()]
)
def test_what_holds_no_decorated_function_is_told(held):
    with pytest.raises(UsageError, match="is not decorated"):
        epochly.get_metrics(held)


def test_resetting_forgets_the_living_the_dead_and_the_blocks():
    function = epochly.optimize(level=0)(programs.shout)
    function("a")
    epochly.optimize(level=0)(programs.each)([1])
    gc.collect()
    with epochly.benchmark_context("block"):
        pass
    epochly.reset_metrics()
    assert epochly.get_metrics()["total_calls"] == 0
    assert epochly.benchmarks() == ()
    function("a")
    assert epochly.get_metrics()["total_calls"] == 1


def test_seconds_are_those_of_the_call():
    function = epochly.optimize(level=0)(time.sleep)
    started = time.perf_counter()
    for _ in range(3):
        function(0.01)
    whole = time.perf_counter() - started
    metrics = epochly.get_metrics(function)
    assert 0.03 <= metrics["total_time"] <= whole
    assert metrics["min_time"] >= 0.01


def test_percentiles_of_many_calls_are_those_of_the_calls():
    from epochly.runtime.tally import Tally

    tally = Tally()
    for number in range(100_000):
        value = (number * 7919) % 100_000 / 100_000
        tally.add(1, value, 0, value, value)
        if tally.calls >= tally.next_kept:
            tally.keep(value)
    numbers = tally.numbers()
    assert len(tally.kept) == 512
    assert numbers["p50"] == pytest.approx(0.5, abs=0.12)
    assert numbers["p99"] == pytest.approx(0.99, abs=0.03)


@pytest.mark.parametrize("level", [0, 2])
def test_32_threads_are_counted_exactly(level):
    function = epochly.optimize(level=level)(programs.squares)
    failing = epochly.optimize(level=0)(programs.fail)
    function(1)
    together = threading.Barrier(32)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def work():
        together.wait()
        for number in range(2000):
            function(3)
            if number % 20 == 0:
                with pytest.raises(KeyError):
                    failing("x")

    threads = [threading.Thread(target=work) for _ in range(32)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert epochly.get_metrics(function)["total_calls"] == 64_001
    metrics = epochly.get_metrics(failing)
    assert (metrics["total_calls"], metrics["errors"]) == (3200, 3200)


def test_a_function_that_was_not_called_yet_has_metrics_too():
    function = epochly.optimize(level=0)(lambda: None)
    metrics = epochly.get_metrics(function)
    assert metrics["total_calls"] == 0
    assert [one["level"] for one in metrics["functions"].values()] == [0]


def test_reading_while_threads_count_loses_nothing():
    function = epochly.optimize(level=0)(programs.shout)
    done = threading.Event()
    seen = []

    def read():
        while not done.is_set():
            seen.append(epochly.get_metrics(function)["total_calls"])

    reader = threading.Thread(target=read)
    reader.start()
    workers = [
        threading.Thread(target=lambda: [function("a") for _ in range(5000)]) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done.set()
    reader.join()
    assert seen
    assert epochly.get_metrics(function)["total_calls"] == 20_000


def test_tasks_are_counted_exactly_and_their_waiting_is_time():
    @epochly.optimize(level=0)
    async def wait(number):
        await asyncio.sleep(0.01)
        if number % 10 == 0:
            raise ValueError(number)
        return number

    async def gathered():
        return await asyncio.gather(*map(wait, range(100)), return_exceptions=True)

    asyncio.run(gathered())
    metrics = epochly.get_metrics(wait)
    assert (metrics["total_calls"], metrics["errors"]) == (100, 10)
    assert metrics["min_time"] >= 0.009


@pytest.mark.parametrize("level", [0, 2])
def test_items_in_worker_processes_report_back(level):
    helper = epochly.optimize(level=level)(programs.squares)

    def many(values):
        return [helper(value) for value in values]

    values = [20_000] * 80
    spread = epochly.optimize(level=3, strict=True)(many)
    assert spread(values) == [programs.squares(20_000)] * 80
    assert epochly.get_metrics(helper)["total_calls"] == 80
    reasons = " ".join(one["reason"] for one in entry_of(helper)["fallbacks"])
    realized = entry_of(spread)["realized"]
    assert realized["level"] == 3
    # At level 0 a helper runs there as it was asked to.
    assert ("worker process" in reasons) == (level > 0)


def test_a_call_that_gives_up_is_a_fallback_with_its_reason():
    def power(base, exponent):
        result = 1
        for _ in range(exponent):
            result *= base
        return result

    function = epochly.optimize(level=2, strict=True)(power)
    assert function(2, 10) == 1024
    assert function(3, 100) == 3**100
    (fallback,) = entry_of(function)["fallbacks"]
    assert fallback["calls"] == 1
    assert "gave up" in fallback["reason"]


def test_what_was_given_no_level_does_not_fall_back_by_running_as_it_is():
    function = epochly.optimize(programs.squares)
    for _ in range(3):
        function(10)
    entry = entry_of(function)
    assert (entry["level"], entry["total_calls"], entry["fallbacks"]) == (None, 3, [])
    assert "observed" in entry["reason"]


def test_an_exporter_that_fails_does_not_fail_the_call_and_is_told_no_more(caplog):
    from epochly.runtime.records import records

    def broken(name, level, seconds):
        raise ConnectionError("no collector")

    function = epochly.optimize(level=0)(programs.shout)
    records.listen(broken)
    try:
        assert [function("a"), function("b")] == ["A", "B"]
        assert broken not in records.sinks
    finally:
        records.unlisten(broken)
    assert len(caplog.records) == 1
    assert epochly.get_metrics(function)["total_calls"] == 2
