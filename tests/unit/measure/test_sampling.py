"""Sampling comes to an end, whoever drops out."""

import pytest

from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.sampling import Sampling
from epochly.measure.yardstick import FEWEST_LOOPS, yardstick_loops


class Answering:
    """A contender's worker that answers at once."""

    def request(self, verb, **fields):
        answers = {
            "sample": {"seconds": 1.0, "cpu_s": 1.0, "make_s": 0.0, "queued_s": 0.0, "raised": None}
        }
        return answers[verb]

    def close(self):
        return []


def test_a_level_is_sampled_to_an_end_beside_a_level_0_that_failed():
    baseline = Contender(Level.MONITOR, "monitor", status="failed")
    other = Contender(Level.THREADS, "threads", worker=Answering(), call_s=1.0, first_call_s=1.0)
    Sampling(baseline, [other], lambda *_: None, lambda *_: {}, 1.0).take(
        0.001, True, lambda *_: None
    )
    assert len(other.samples_s) >= 3
    assert other.pairs == [[]]


class Timing:
    """A worker of level 0 whose machine halves and doubles its pace from round to round."""

    def __init__(self):
        self.pace, self.loops = 1.0, []

    def request(self, verb, *, loops=1, **fields):
        if verb == "yardstick":
            self.loops.append(loops)
            self.pace = 3.0 - self.pace
            return {"seconds": 0.002 * self.pace}
        seconds = 0.02 * self.pace
        return {
            "seconds": seconds,
            "cpu_s": seconds,
            "make_s": 0.0,
            "queued_s": 0.0,
            "raised": None,
        }

    def close(self):
        return []


def sampled(yardstick):
    worker = Timing()
    baseline = Contender(Level.MONITOR, "monitor", worker=worker, call_s=1.0, first_call_s=1.0)
    sampling = Sampling(baseline, [], lambda *_: None, lambda *_: {}, 1.0, yardstick=yardstick)
    sampling.take(0.001, True, lambda *_: None)
    return baseline, worker


def test_samples_in_units_of_the_yardstick_do_not_follow_the_machines_pace():
    baseline, _ = sampled(yardstick=True)
    assert max(baseline.samples_s) == 2 * min(baseline.samples_s)
    (relative,) = baseline.relative
    assert relative == pytest.approx([10.0] * len(baseline.samples_s))
    assert baseline.row(None).generation_relative == pytest.approx((10.0,))


def test_the_yardstick_takes_as_long_as_a_sample():
    _, worker = sampled(yardstick=True)
    assert worker.loops[0] == FEWEST_LOOPS
    # By the last sample and the fixed program's time now, which is half or twice its last.
    assert set(worker.loops[2:]) == {5, 20}


def test_the_yardstick_is_timed_only_where_it_is_asked_for():
    baseline, worker = sampled(yardstick=False)
    assert worker.loops == []
    assert baseline.row(None).generation_relative == ()


@pytest.mark.parametrize(("sample_s", "loops"), [(0.0, FEWEST_LOOPS), (0.1, 50), (60.0, 250)])
def test_the_yardstick_has_a_least_and_a_longest_time(sample_s, loops):
    assert yardstick_loops(sample_s, 0.002) == loops
