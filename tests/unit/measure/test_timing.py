"""One sample: calls in a row, timed by several clocks."""

import types

import pytest

from epochly.call import Arguments
from epochly.errors import Deoptimize
from epochly.measure import timing
from epochly.measure.timing import DEEPEST, deeper, timed


def test_so_many_calls_are_made_with_the_arguments():
    seen = []
    found = timed(lambda *args, **kwargs: seen.append((args, kwargs)), Arguments((1,), {"b": 2}), 3)
    assert seen == [((1,), {"b": 2})] * 3
    assert found.raised is None
    assert found.seconds > 0


@pytest.mark.parametrize(("others_s", "queued_s"), [(0.0, 0.2), (3.0, 0.0)])
def test_seconds_are_of_one_call_and_the_queue_counts_where_the_thread_is_alone(
    monkeypatch, others_s, queued_s
):
    now = types.SimpleNamespace(wall=5.0, own=2.0, cpu=3.0, queue=1.0)
    monkeypatch.setattr(timing, "perf_counter", lambda: now.wall)
    monkeypatch.setattr(timing, "thread_time", lambda: now.own)
    monkeypatch.setattr(timing, "process_time", lambda: now.cpu)
    monkeypatch.setattr(timing, "queued_s", lambda: now.queue)

    def call():
        now.wall += 1.0
        now.own += 0.5
        now.cpu += 0.5 + others_s
        now.queue += 0.2

    found = timed(call, Arguments(), 5)
    assert (found.seconds, found.own_s) == (1.0, 0.5)
    assert found.cpu_s == pytest.approx(0.5 + others_s)
    assert found.queued_s == pytest.approx(queued_s)


@pytest.mark.parametrize("error", [ValueError, SystemExit, StopIteration])
def test_what_a_call_raises_is_part_of_the_sample(error):
    def fails():
        raise error("no")

    found = deeper(2, lambda: timed(fails, Arguments(), 4))
    assert isinstance(found.raised, error)


def test_giving_up_is_none_of_it():
    def gives_up():
        raise Deoptimize("a guard failed")

    with pytest.raises(Deoptimize, match="a guard failed"):
        deeper(2, lambda: timed(gives_up, Arguments(), 1))


@pytest.mark.parametrize("depth", range(DEEPEST))
def test_further_down_the_result_is_the_same(depth):
    assert deeper(depth, lambda: "value") == "value"
