"""When another process is started, and what stands in its way."""

import threading
from functools import partial
from types import SimpleNamespace

import pytest
from unit.runtime.test_search import ARRAYS, Allowed, Known, roots, summed, sums

from epochly import registry
from epochly.call import Arguments
from epochly.errors import EpochlyError
from epochly.registry import get_backend
from epochly.runtime import elsewhere, keeping, offers, preparation
from epochly.runtime.decisions import decision_file
from epochly.runtime.preparation import Tried
from epochly.runtime.search import Search
from epochly.runtime.tier import Tier


@pytest.mark.parametrize(
    ("gain", "left", "started"),
    [(5.0, ["numba", "processes"], 0), (1.2, ["numba", "processes"], 1), (5.0, ["monitor"], 1)],
)
def test_no_process_is_started_for_what_is_known_to_refuse_without_one(
    monkeypatch, tmp_path, gain, left, started
):
    known = Known(monkeypatch)
    monkeypatch.setattr(preparation, "usable_cores", lambda: 2)
    monkeypatch.setattr(keeping, "decision_path", lambda: tmp_path / "decisions.yaml")
    monkeypatch.setattr(registry, "usable_backends", lambda levels: map(get_backend, left))
    found = Search(Allowed(sums), lambda tier: None)
    tier = Tier("list of arrays", Allowed(sums), found.launch, after_s=0.0, watch=0.0)
    tier.commit(found._prepared("threads", Arguments((ARRAYS,)))._replace(speedup=gain))
    tier.when_called(partial(found._try_the_rest, tier))
    assert tier.run((ARRAYS,), {}) == [20_000.0] * 10
    assert (tier.state, tier.backend, len(known.started)) == ("committed", "threads", started)
    assert ("numba: refused, arrays is a list of other" in tier.reason) is (not started)
    tier.close()


@pytest.mark.parametrize(
    ("gain", "earlier", "checks", "started"),
    [
        (1.5, (0.1, 0.05), 0, 0),
        (1.5, (0.1, 0.05), 1, 1),
        (1.5, (0.1, 0.25), 0, 1),
        (1.1, (30.0, 0.05), 0, 1),
    ],
)
def test_others_are_tried_beside_threads_that_gain_only_where_much_is_left_to_gain(
    monkeypatch, gain, earlier, checks, started
):
    known = Known(monkeypatch)
    monkeypatch.setattr(elsewhere, "WORTH_MORE_S", 3.0)
    tier, found = known.tier(sums, earlier=earlier), Search(Allowed(sums), lambda tier: None)
    tier.commit(found._prepared("threads", Arguments((ARRAYS,)))._replace(speedup=gain))
    tier.checks = checks
    tier.when_called(partial(found._try_the_rest, tier))
    assert tier.run((ARRAYS,), {}) == [20_000.0] * 10
    assert (tier.state, len(known.started)) == ("committed", started)
    tier.checked(SimpleNamespace(checked=lambda trial: "go on"), None)
    tier.run((ARRAYS,), {})
    assert len(known.started) == 1
    tier.close()


def test_one_process_is_started_at_a_time_and_the_next_when_it_ends(monkeypatch):
    known = Known(monkeypatch)
    first, second = known.tier(summed), known.tier(summed, "another kind")
    known.run(first, 1)
    known.run(second, 2)
    (given,) = known.started
    *_, report = given
    report((), "it ended before it was done")
    known.run(second, 1)
    assert len(known.started) == 2


def test_arguments_that_cannot_travel_make_way_for_the_next(monkeypatch):
    known = Known(monkeypatch)
    tier, told = known.tier(summed), threading.Event()
    tier.run(((value for value in [1.0]),), {})
    assert tier.state == "settled"
    assert known.started == []
    for _ in range(100):
        if elsewhere._turns.take(told.set) or told.wait(1.0):
            return
    raise AssertionError("nobody else has a turn")


def test_a_full_disk_leaves_the_original_and_no_decision(monkeypatch):
    def pack(function, arguments):
        raise OSError(28, "No space left on device")

    known = Known(monkeypatch)
    monkeypatch.setattr(preparation, "pack", pack)
    tier = known.tier(summed)
    known.run(tier, 1)
    assert tier.state == "settled"
    assert "did not start" in tier.doubt
    assert "No space left" in tier.doubt


def test_what_stands_in_the_way_of_another_process_is_told_and_not_logged(monkeypatch, caplog):
    def pack(function, arguments):
        raise EpochlyError("its module is gone")

    known = Known(monkeypatch)
    monkeypatch.setattr(preparation, "pack", pack)
    tier = known.tier(summed)
    known.run(tier, 1)
    assert (tier.state, tier.reason) == ("settled", "its module is gone")
    assert caplog.text == ""


class Left:
    """A program for which nothing but worker processes is left to try."""

    def __init__(self, monkeypatch, tmp_path, *tried, function=summed):
        self.path = tmp_path / "decisions.yaml"
        monkeypatch.setattr(keeping, "decision_path", lambda: self.path)
        monkeypatch.setattr(keeping, "_all", set())
        monkeypatch.setattr(offers, "usable_cores", lambda: 2)
        self.known = Known(monkeypatch)
        self.tier = self.known.tier(function, earlier=(0.04, 0.02))
        self.known.run(self.tier, 1)
        self.report((*tried, Tried("processes", 1.0, 1.0, "untried")))

    @property
    def asked(self):
        """What the newest process was told."""
        return self.known.started[-1][3]

    def report(self, tried, failure=""):
        self.known.started[-1][-1](tried, failure)

    def spend(self, seconds):
        self.tier.timed.add(seconds)
        self.tier.due._born -= seconds
        self.known.run(self.tier, 2)

    def kept(self):
        """What is on disk once the program has ended."""
        keeping._at_the_end()
        decision_file.cache_clear()
        file = decision_file(self.path)
        return file.find(self.tier.original.key, self.tier.kind, self.tier.original.code)


LOST = Tried("numba", 1.0, 2.0, "equal")
FASTER_THERE = Tried("threads", 1.0, 0.6, "equal")


def test_worker_processes_wait_until_they_may_pay_and_are_tried_alone(monkeypatch, tmp_path):
    left = Left(monkeypatch, tmp_path, LOST)
    left.known.run(left.tier, 5)
    assert (left.tier.state, left.tier.reason, len(left.known.started)) == (
        "observing",
        "numba: 0.5x",
        1,
    )
    left.spend(5.0)
    assert (left.asked.tried, left.asked.workers, len(left.known.started)) == (("numba",), True, 2)
    left.report((Tried("processes", 1.0, 2.0, "equal"),))
    assert (left.tier.state, left.tier.reason) == ("settled", "numba: 0.5x; processes: 0.5x")


def test_they_are_tried_at_once_where_they_may_pay_by_the_end_of_the_first_process(
    monkeypatch, tmp_path
):
    left = Left(monkeypatch, tmp_path, LOST)
    left.spend(5.0)
    assert len(left.known.started) == 2


def test_what_the_other_process_has_written_down_is_not_written_again(monkeypatch, tmp_path):
    left = Left(monkeypatch, tmp_path, LOST)
    left.known.run(left.tier, 5)
    assert left.kept() is None


def test_what_paid_there_and_not_here_is_kept_for_as_long_as_workers_wait(monkeypatch, tmp_path):
    left = Left(monkeypatch, tmp_path, FASTER_THERE, function=roots)
    left.known.run(left.tier, 10)
    assert left.tier.state == "observing"
    kept = left.kept()
    assert (kept.level, kept.unfinished, kept.rest_after_s) == (0, True, 4.0)
    assert "threads: " in kept.reason


def test_nothing_is_written_down_after_a_failure_neither_here_nor_there(monkeypatch, tmp_path):
    monkeypatch.setattr(
        Search, "_prepared", lambda self, name, example, level=None: "there is no room now"
    )
    left = Left(monkeypatch, tmp_path, FASTER_THERE)
    left.known.run(left.tier, 5)
    assert (left.tier.state, left.kept()) == ("observing", None)
    left.spend(5.0)
    assert "there is no room now" in left.asked.doubt
    left.report((Tried("processes", 1.0, 2.0, "equal"),))
    assert (left.tier.state, left.kept()) == ("settled", None)


def test_a_call_that_must_not_be_made_twice_by_then_is_not_sent(monkeypatch, tmp_path):
    left = Left(monkeypatch, tmp_path, LOST)
    left.known.run(left.tier, 5)
    monkeypatch.setattr(Allowed, "hazard", lambda self, given: "it would hurt")
    left.spend(5.0)
    assert (left.tier.state, len(left.known.started)) == ("observing", 1)
    monkeypatch.setattr(Allowed, "hazard", lambda self, given: None)
    left.spend(20.0)
    assert len(left.known.started) == 2


def test_without_checks_all_others_are_tried_at_once(monkeypatch):
    known = Known(monkeypatch)
    found = Search(Allowed(sums), lambda tier: None)
    tier = Tier("list of arrays", Allowed(sums), found.launch, after_s=0.0, watch=0.0)
    tier.commit(found._prepared("threads", Arguments((ARRAYS,)))._replace(speedup=1.5))
    tier.when_called(partial(found._try_the_rest, tier))
    tier.run((ARRAYS,), {})
    ((*_, asked, _),) = known.started
    assert asked.workers
    tier.close()
