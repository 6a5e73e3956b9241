"""Sampling comes to an end, whoever drops out."""

from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.sampling import Sampling


class Answering:
    """A contender's worker that answers at once."""

    def request(self, verb, **fields):
        answers = {"sample": {"seconds": 1.0, "cpu_s": 1.0, "make_s": 0.0, "raised": None}}
        return answers[verb]

    def close(self):
        return []


def test_a_level_is_sampled_to_an_end_beside_a_level_0_that_failed():
    baseline = Contender(Level.MONITOR, "monitor", status="failed")
    other = Contender(Level.THREADS, "threads", worker=Answering(), call_s=1.0, first_call_s=1.0)
    Sampling(baseline, [other], lambda *_: {}, 1.0).take(0.001, True, lambda *_: None)
    assert len(other.samples_s) >= 3
    assert other.pairs == [[]]
