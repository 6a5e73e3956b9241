"""What is offered to a tier, and when."""

import pytest
from unit.runtime.test_tier import Prepared, Program

from epochly.runtime.offers import Offers
from epochly.runtime.preparation import EXAMPLE_RAISED, Known, Tried
from epochly.runtime.standing import Candidate


@pytest.fixture(autouse=True)
def _on_many_cores(monkeypatch):
    for module in ("preparation", "offers"):
        monkeypatch.setattr(f"epochly.runtime.{module}.usable_cores", lambda: 16)


class Found:
    """A program, and what another process finds for it, one after another."""

    def __init__(self, **seconds):
        self.program = Program()
        self.program.run(4)
        self.seconds = seconds
        self.kept, self.made = [], []
        self.offers = Offers(
            self.program.tier, self._prepare, so_far=lambda tier: None, keep=self._keep
        )
        self.tried = []
        self.begun = []

    def has_at_hand(self, backend):
        candidate = self._prepare(backend, None)
        self.offers.at_hand(candidate, then=lambda args, kwargs: self.begun.append(args))
        self.program.run(3)
        return self

    def _prepare(self, backend, example):
        seconds = self.seconds.get(backend)
        if seconds is None:
            return "it is not there"
        self.made.append(Prepared(self.program.clock, seconds))
        return Candidate(backend, self.made[-1])

    def _keep(self, tier):
        self.kept.append(tier.backend)

    def finds(self, backend, gain, verdict="equal"):
        self.tried.append(Tried(backend, 1.0, 1.0 / gain, verdict))
        self.offers.so_far(self.tried)
        self.program.run(2)
        return self

    def ends(self, failure=""):
        self.offers.at_the_end(self.tried, failure, lambda args, kwargs: self.begun.append(args))
        self.program.run(3)
        return self

    @property
    def standing(self):
        tier = self.program.tier
        return tier.state, tier.backend


def test_one_that_gains_much_is_used_while_others_are_tried():
    found = Found(threads=0.2).finds("threads", 5.0)
    assert (found.standing, found.kept) == (("committed", "threads"), [])
    found.finds("processes", 4.0).ends()
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])
    assert "processes: 4x" in found.program.tier.reason


def test_one_that_gains_little_waits_for_the_others():
    found = Found(threads=0.7, numba=0.1).finds("threads", 1.5)
    assert found.standing == ("preparing", "monitor")
    found.finds("numba", 10.0)
    assert found.standing == ("committed", "numba")


def test_one_in_use_is_beaten_by_what_gains_clearly_more_on_real_calls_as_well():
    found = Found(threads=0.2, numba=0.02).finds("threads", 5.0).finds("numba", 50.0)
    assert found.standing == ("committed", "threads")
    found.ends()
    assert (found.standing, found.kept) == (("committed", "numba"), ["numba"])


@pytest.mark.parametrize("seconds", [0.19, 0.5, 2.0])
def test_one_in_use_comes_back_where_the_other_does_not_beat_it(seconds):
    found = Found(threads=0.2, numba=seconds).finds("threads", 5.0).finds("numba", 50.0).ends()
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])
    assert "numba" in found.program.tier.reason


def test_one_in_use_stays_where_the_other_is_not_to_be_had_here():
    found = Found(threads=0.2).finds("threads", 5.0).finds("numba", 50.0).ends()
    assert found.standing == ("committed", "threads")
    assert "it is not there" in found.program.tier.reason


def test_one_that_fails_here_leaves_the_original_until_the_others_are_tried():
    found = Found(threads=2.0, numba=0.1).finds("threads", 5.0)
    assert found.standing == ("preparing", "monitor")
    found.finds("numba", 3.0).ends()
    assert (found.standing, found.kept) == (("committed", "numba"), ["numba"])
    assert "threads: 0.5x on a real call" in found.program.tier.reason


def test_a_crash_after_one_was_used_leaves_it_in_use():
    found = Found(threads=0.2).finds("threads", 5.0).ends("the process ended")
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])


def test_one_that_no_call_was_tried_with_yet_takes_its_turn_at_the_end():
    found = Found(threads=0.2, numba=0.02)
    found.tried = [Tried("threads", 1.0, 0.2, "equal")]
    found.offers.so_far(found.tried)
    found.tried.append(Tried("numba", 1.0, 0.02, "equal"))
    found.ends()
    assert found.standing == ("committed", "numba")


def test_one_that_is_still_tried_at_the_end_takes_its_turn():
    found = Found(threads=0.95, numba=0.02)
    found.tried = [Tried("threads", 1.0, 0.2, "equal")]
    found.offers.so_far(found.tried)
    found.program.run()
    assert found.standing == ("trying", "threads")
    found.tried.append(Tried("numba", 1.0, 0.02, "equal"))
    found.ends()
    assert (found.standing, found.kept) == (("committed", "numba"), ["numba"])


def test_all_that_were_made_ready_are_closed_with_the_tier():
    found = Found(threads=0.2, numba=0.5).finds("threads", 5.0).finds("numba", 50.0).ends()
    found.program.tier.close()
    assert [prepared.closed for prepared in found.made] == [True, True]


def test_none_that_pays_leaves_the_original():
    found = Found().finds("threads", 0.5).finds("numba", 3.0, "different").ends()
    assert found.standing == ("settled", "monitor")
    assert found.kept == []


def test_where_workers_are_left_they_are_looked_at_next():
    found = Found().finds("numba", 0.5).finds("processes", 1.0, "untried").ends()
    assert (found.standing, found.kept, found.begun) == (("preparing", "monitor"), [], [(21,)])
    assert found.program.tier.reason == "numba: 0.5x"
    assert (found.offers.known.tried, found.offers.is_noted) == (("numba",), True)


def test_one_that_gains_less_than_the_cores_is_used_until_workers_are_tried_as_well():
    found = Found(numba=0.2).finds("numba", 5.0).finds("processes", 1.0, "untried").ends()
    assert (found.standing, found.kept, found.begun) == (("committed", "numba"), [], [(21,)])
    assert (found.offers.known.tried, found.offers.is_noted) == (("numba",), False)


def test_workers_may_pay_once_calls_have_taken_long_or_the_one_in_use_was_checked(monkeypatch):
    found = Found(numba=0.2)
    assert found.offers.known.workers
    monkeypatch.setattr("epochly.runtime.offers.WORTH_WORKERS_CORE_S", 1700.0)
    assert not found.offers.known.workers
    found.program.tier.checks = 1
    assert found.offers.known.workers


def test_one_at_hand_is_used_before_others_are_looked_for():
    found = Found(threads=0.2)
    candidate = Candidate("threads", Prepared(found.program.clock, 0.2))
    found.offers.at_hand(candidate, then=lambda args, kwargs: found.begun.append(args))
    found.program.run()
    assert (found.standing, found.begun) == (("committed", "threads"), [])
    found.program.run(2)
    assert (found.standing, found.begun) == (("committed", "threads"), [(21,)])
    assert found.offers.known == Known(("threads",), pytest.approx(5.0), "", 1.0)


def test_one_at_hand_that_gains_nothing_makes_room_for_the_others():
    found = Found(threads=0.95, numba=0.1).has_at_hand("threads")
    assert (found.standing, found.begun) == (("preparing", "monitor"), [(21,)])
    assert found.offers.known == Known(("threads",), 1.0, "threads: 1.05x on a real call", 1.0)
    found.finds("numba", 10.0).ends()
    assert (found.standing, found.kept) == (("committed", "numba"), ["numba"])
    assert "threads: 1.05x" in found.program.tier.reason


def test_one_at_hand_is_kept_where_no_other_beats_it():
    found = Found(threads=0.5, processes=0.4).has_at_hand("threads").finds("processes", 2.1).ends()
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])
    assert "processes: 2.1x" in found.program.tier.reason


def test_one_at_hand_is_kept_where_the_other_process_finds_nothing():
    found = Found(threads=0.5).has_at_hand("threads").ends()
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])


@pytest.mark.parametrize("failure", [EXAMPLE_RAISED, "it ended before it was done"])
def test_one_at_hand_is_kept_where_the_other_process_fails(failure):
    found = Found(threads=0.5).has_at_hand("threads").ends(failure)
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])


def test_one_at_hand_is_kept_where_the_arguments_cannot_travel():
    found = Found(threads=0.5).has_at_hand("threads")
    found.offers.not_elsewhere("they cannot travel")
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])
    assert found.program.tier.reason == "they cannot travel"


def test_arguments_that_cannot_travel_leave_the_original_where_nothing_is_in_use():
    found = Found(threads=0.95).has_at_hand("threads")
    found.offers.not_elsewhere("they cannot travel")
    assert (found.standing, found.kept) == (("settled", "monitor"), ["monitor"])
    assert found.program.tier.reason == "threads: 1.05x on a real call; they cannot travel"


def test_one_that_gains_much_more_than_the_one_at_hand_is_used_at_once():
    found = Found(threads=0.5, numba=0.05).has_at_hand("threads").finds("numba", 2.1)
    assert found.standing == ("committed", "threads")
    found.finds("numba", 20.0)
    assert (found.standing, found.kept) == (("committed", "numba"), [])
    found.ends()
    assert (found.standing, found.kept) == (("committed", "numba"), ["numba"])


def test_one_at_hand_is_tried_elsewhere_as_well_once_the_program_is_ending(monkeypatch):
    found = Found(threads=0.95).has_at_hand("threads")
    monkeypatch.setattr("epochly.runtime.offers.is_ending", lambda: True)
    assert found.offers.known.tried == ()


def test_one_that_paid_early_and_is_not_to_be_had_here_leaves_a_doubt_that_is_told_once():
    found = Found().finds("numba", 5.0).finds("processes", 0.5).ends()
    assert found.standing == ("settled", "monitor")
    assert "numba paid in another process, and here" in found.program.tier.doubt
    assert found.program.tier.reason.count("it is not there") == 1


def test_an_example_that_raises_is_followed_by_another_where_nothing_is_in_use():
    found = Found().ends(EXAMPLE_RAISED)
    assert found.standing == ("observing", "monitor")


def test_one_at_hand_is_judged_by_what_it_gains_once_it_is_warm():
    found = Found(threads=0.5, cupy=0.2).has_at_hand("threads")
    found.made[0].seconds = 0.1
    found.program.run(5)
    found.finds("cupy", 4.0).ends()
    assert (found.standing, found.kept) == (("committed", "threads"), ["threads"])
    assert "cupy: 4x" in found.program.tier.reason
