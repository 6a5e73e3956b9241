"""Items in worker processes whose effects the caller has vouched for, unseen by the analysis."""

import os
import random
import signal
import sys
import threading

import pytest
from epochly_backends.processes import CoreRunner, Processes

import epochly
from epochly.code.function import function_of


def busy(k):
    total = 0
    for i in range(20_000):
        total += i * k
    return total


class Speaking:
    def fit(self, k):
        print("fitted", k)
        if k == 13:
            raise ValueError(k)
        return busy(k)


class Drawing:
    def fit(self, k):
        return busy(k) + random.random()


@pytest.fixture
def fitted():
    """Each model fitted in turn at level 3, by a function that is made anew."""

    def all_fitted(models):
        return [model.fit(k) for k, model in enumerate(models)]

    return epochly.optimize(level=3)(all_fitted)


def test_what_items_print_elsewhere_is_printed_here_in_their_order(fitted, capsys):
    assert fitted([Speaking() for _ in range(12)]) == [busy(k) for k in range(12)]
    assert capsys.readouterr().out == "".join(f"fitted {k}\n" for k in range(12))
    assert ", processes" in epochly.explain(fitted)


def test_what_was_printed_before_an_exception_is_printed(fitted, capsys):
    with pytest.raises(ValueError, match="13"):
        fitted([Speaking() for _ in range(20)])
    assert capsys.readouterr().out == "".join(f"fitted {k}\n" for k in range(14))


def test_items_that_draw_random_numbers_keep_the_callers_stream(fitted):
    random.seed(7)
    expected = [Drawing().fit(k) for k in range(12)]
    random.seed(7)
    assert fitted([Drawing() for _ in range(12)]) == expected
    assert "drew random numbers" in epochly.explain(fitted)


class Held:
    """Cannot travel, for its lock."""

    def __init__(self):
        self.lock = threading.Lock()

    def fit(self, k):
        busy(k)
        if k == 13:
            raise ValueError(k)
        return repr(sys.exc_info()[0])


def test_items_that_cannot_travel_see_no_exception_of_ours(fitted):
    assert fitted([Held() for _ in range(12)]) == ["None"] * 12
    assert "cannot travel" in epochly.explain(fitted)
    with pytest.raises(ValueError, match="13") as caught:
        fitted([Held() for _ in range(20)])
    assert caught.value.__context__ is None


class Model:
    scale = 3

    @epochly.optimize(level=3)
    def run(self, n):
        return [self.step(k) for k in range(n)]

    def step(self, k):
        return busy(k) * self.scale


def test_a_method_is_spread_although_its_class_has_decorated_ones():
    assert Model().run(12) == [3 * busy(k) for k in range(12)]
    assert ", processes" in epochly.explain(Model.run)


class Ending:
    """Its worker process ends as if the system had killed it; here it is an item like others."""

    def __init__(self):
        self.here = os.getpid()

    def fit(self, k):
        if k == 29 and os.getpid() != self.here:
            os.kill(os.getpid(), signal.SIGKILL)
        return busy(k)


def test_items_that_may_run_twice_run_here_when_their_process_ended():
    model = Ending()

    def body(k):
        return [model.fit(k)]

    runner = CoreRunner(function_of(body))
    for _ in range(2):
        way, values = runner.run(body, list(range(30)), replayable=True)
        assert values == [busy(k) for k in range(30)], way
    runner.close()


def test_items_that_may_not_run_twice_are_an_error_when_their_process_ended(fitted):
    with pytest.raises(epochly.EpochlyError, match="crashed, or the system ended it"):
        fitted([Ending() for _ in range(30)])


def test_where_one_core_may_be_used_the_setting_that_may_be_why_is_named(monkeypatch):
    monkeypatch.setenv("EPOCHLY_MAX_WORKERS", "1")
    found = Processes().availability()
    assert "EPOCHLY_MAX_WORKERS" in found.remedy
