"""A level in a run, with a worker that answers from a script."""

import pytest

from epochly.levels import Level
from epochly.measure.contender import Contender


class Worker:
    """Answers ``call`` and ``sample`` as a function of two microseconds would."""

    def __init__(self, *, repeatable=True, **times):
        self.repeatable = repeatable
        self.times = times
        self.asked = []
        self.ended = None

    @property
    def surroundings(self):
        return self

    def service_end(self):
        return self.ended

    def close(self):
        return []

    def request(self, verb, *, timeout_s, loops=1, capture=None, **fields):
        self.asked.append((verb, loops))
        cold = 20e-6
        answer = {
            "seconds": 2e-6 + cold / loops,
            "cpu_s": 2e-6,
            "own_s": 2e-6,
            "make_s": 0.0,
            "queued_s": 0.0,
            "raised": None,
        }
        answer |= self.times
        if verb == "call":
            answer["warnings"] = []
            if capture is not None:
                answer["repeatable"] = self.repeatable
        return answer


@pytest.fixture
def contender():
    made = Contender(Level.MONITOR, "monitor")
    made.worker = Worker()
    return made


def test_a_short_call_is_repeated_until_a_sample_is_long_enough(contender):
    contender.call(1.0, capture="outcome")
    contender.choose_loops(1.0)
    assert contender.sample(1.0) == pytest.approx(2e-6, rel=0.01)
    assert contender.loops == pytest.approx(0.01 / 2e-6, rel=0.05)


def test_a_call_that_fails_after_another_worked_is_told_apart(contender):
    contender.call(1.0, capture="outcome")
    contender.worker.times["raised"] = {"text": "ValueError: again", "line": 3}
    contender.call(1.0, capture="outcome")
    contender.worker = None
    contender.failed({"text": "ValueError: again", "line": 3})
    assert contender.reason == "raised ValueError: again, but not in its first call"
    assert "--reset" in contender.remedy


def test_a_call_that_always_fails_is_not_said_to_have_worked(contender):
    contender.worker.times["raised"] = {"text": "ValueError: always", "line": 3}
    contender.call(1.0, capture="outcome")
    contender.call(1.0, capture="outcome")
    contender.worker = None
    contender.failed({"text": "ValueError: always", "line": 3})
    assert (contender.reason, contender.remedy) == ("raised ValueError: always", None)


@pytest.mark.parametrize("status", ["failed", "different", "timeout"])
def test_what_goes_wrong_after_the_service_ended_is_its_doing(contender, status):
    contender.worker.ended = "the service exited with status 7"
    contender.end(status, "raised URLError")
    assert contender.status == "failed"
    assert contender.reason == "the service exited with status 7; then: raised URLError"
    assert "service" in contender.remedy


def test_the_sample_that_only_chooses_the_loops_is_not_counted(contender):
    contender.call(1.0, capture="outcome")
    contender.choose_loops(1.0)
    assert (contender.samples_s, contender.cpu_s) == ([], [])


def test_later_generations_repeat_as_the_first_did(contender):
    contender.call(1.0, capture="outcome")
    contender.call(1.0, capture=None)
    contender.choose_loops(1.0)
    assert contender.loops > 1


def test_what_may_not_be_repeated_on_one_input_is_called_once_a_sample(contender):
    contender.worker = Worker(repeatable=False)
    contender.call(1.0, capture="outcome")
    contender.choose_loops(1.0)
    assert contender.loops == 1
    assert contender.worker.asked == [("call", 1)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"seconds": 1.0, "own_s": 0.99, "cpu_s": 0.99}, True),
        ({"seconds": 1.5, "own_s": 0.99, "cpu_s": 0.99, "queued_s": 0.5}, True),
        ({"seconds": 1.0, "own_s": 0.3, "cpu_s": 0.3}, False),
        ({"seconds": 1.0, "own_s": 0.99, "cpu_s": 1.8}, False),
    ],
    ids=["computes", "computes, in a queue", "waits", "others compute"],
)
def test_it_computes_where_a_call_is_all_its_own_thread_s(contender, times, expected):
    contender.worker = Worker(**times)
    contender.call(1.0, capture=None)
    assert contender.computes is expected


def test_beside_others_on_a_core_the_time_of_its_own_thread_counts(contender):
    contender.worker = Worker(seconds=3.0, own_s=1.0, cpu_s=1.0)
    assert contender.sample_abreast(1.0, 0) == 1.0


def test_a_row_keeps_the_medians_of_each_set_of_processes():
    compiled = Contender(Level.COMPILE, "numba")
    compiled.pairs = [[(8.0, 4.0), (6.0, 1.0), (9.0, 3.0)], [], [(4.0, 2.0), (16.0, 2.0)]]
    compiled.samples_s = [4.0, 1.0, 3.0, 2.0, 2.0]
    row = compiled.row(None)
    assert row.generations == 2
    assert row.generation_medians_s == (3.0, 2.0)
    assert row.generation_speedups == pytest.approx((3.0, 4.0))
