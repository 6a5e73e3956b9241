"""What follows from the calls of one candidate."""

import math
from functools import partial

import pytest

from epochly.model import Equality
from epochly.runtime.evidence import MOST_CREDIT, Evidence
from epochly.runtime.standing import Candidate
from epochly.runtime.trial import Trial


def evidence(speedup=math.nan):
    return Evidence(Candidate("fast", None, speedup))


def trial(plain_s, candidate_s, verdict="identical", where=None):
    return Trial(None, plain_s, candidate_s, Equality(verdict, where=where))


def test_a_first_call_that_is_equal_and_clearly_faster_is_enough():
    found = evidence()
    assert found.tried(trial(1.0, 0.1)) == "use it"
    assert found.speedup == pytest.approx(10)


@pytest.mark.parametrize("verdict", ["different", "unchecked"])
@pytest.mark.parametrize("method", ["tried", "checked"])
def test_one_call_that_is_not_equal_drops_it_however_fast(method, verdict):
    found = evidence(10.0)
    assert getattr(found, method)(trial(1.0, 0.01, verdict, "an int left 64 bits")) == "drop it"
    assert ("64 bits" if verdict == "unchecked" else "different") in found.reason


def test_a_first_call_without_a_clear_gain_has_a_second_chance():
    found = evidence()
    assert found.tried(trial(1.0, 0.95)) == "go on"
    assert found.tried(trial(1.0, 0.95)) == "drop it"


def test_one_that_was_used_at_the_second_chance_has_two_checks_before_it_is_dropped():
    found = evidence()
    assert [found.tried(trial(1.0, seconds)) for seconds in (2.0, 0.1)] == ["go on", "use it"]
    assert [found.checked(trial(1.0, 2.0)) for _ in range(2)] == ["go on", "drop it"]


def test_only_checks_that_are_slower_in_a_row_drop_it():
    found = evidence()
    conclusions = [found.checked(trial(1.0, seconds)) for seconds in (2.0, 0.1, 2.0, 2.0)]
    assert conclusions == ["go on", "go on", "go on", "drop it"]


def test_a_clock_too_coarse_to_see_the_candidate_is_no_error():
    found = evidence()
    assert found.tried(trial(1.0, 0.0)) == "use it"
    assert found.speedup == math.inf


def test_what_is_proven_is_judged_by_the_median_of_a_few_calls():
    found = evidence()
    assert [found.proven(seconds, 1.0) for seconds in (0.1, 5.0)] == ["go on", "go on"]
    assert found.proven(0.1, 1.0) == "use it"


def test_what_is_proven_is_dropped_after_two_calls_that_take_much_longer():
    found = evidence()
    assert [found.proven(seconds, 1.0) for seconds in (2.0, 1.6)] == ["go on", "drop it"]
    found = evidence()
    assert [found.proven(seconds, 1.0) for seconds in (2.0, 1.4)] == ["go on", "go on"]


def take_turns(found, seconds, plain):
    """What follows from each pair of calls of one that was close in its first few."""
    assert [found.proven(0.97, 1.0) for _ in range(3)] == ["go on"] * 3
    conclusions = []
    for one, other in zip(seconds, plain, strict=True):
        first = found.is_originals_turn
        ways = [partial(found.originals, other), partial(found.proven, one, 5.0)]
        for way in ways if first else ways[::-1]:
            conclusion = way()
        conclusions.append(conclusion)
        if conclusion != "go on":
            break
    return conclusions


def test_what_is_proven_and_close_takes_turns_with_the_original_and_wins_by_most_of_them():
    found = evidence()
    conclusions = take_turns(found, [0.95] * 10 + [1.1] * 2, [1.0] * 12)
    assert conclusions == ["go on"] * 11 + ["use it"]
    assert found.speedup == pytest.approx(1 / 0.95)


def test_what_is_proven_and_close_is_dropped_once_it_cannot_win_most_turns():
    assert take_turns(evidence(), [0.9, 1.1, 0.9, 1.1, 0.9, 1.1], [1.0] * 6)[-1] == "drop it"
    assert take_turns(evidence(), [0.9, 1.0, 1.0, 1.0], [1.0] * 4)[-1] == "drop it"


def test_what_wins_all_turns_by_too_little_is_dropped():
    assert take_turns(evidence(), [0.98] * 12, [1.0] * 12) == ["go on"] * 11 + ["drop it"]


def test_calls_of_the_original_count_for_nothing_before_turns_are_taken():
    assert evidence().originals(1.0) == "go on"


def test_what_is_proven_and_clearly_slower_takes_no_turns():
    found = evidence()
    assert [found.proven(1.2, 1.0) for _ in range(3)] == ["go on", "go on", "drop it"]


def test_what_cannot_be_compared_is_reviewed_by_its_mean():
    found = evidence()
    for seconds in (0.5, 0.5, 3.0):
        found.took(seconds)
    assert found.reviewed(1.0) == "drop it"
    found.took(0.5)
    assert found.reviewed(1.0) == "go on"


def test_giving_up_from_the_start_drops_it_the_second_time():
    found = evidence(10.0)
    assert [found.gave_up("overflow"), found.gave_up("overflow")] == ["go on", "drop it"]


def test_giving_up_now_and_then_is_paid_from_what_the_other_calls_save():
    found = evidence(10.0)
    for _ in range(1000):
        found.took(0.1)
        assert found.gave_up("ValueError: raised by the program") == "go on"


def test_a_small_gain_does_not_pay_for_giving_up_every_other_call():
    found = evidence(1.2)
    conclusions = []
    for _ in range(3):
        found.took(0.8)
        conclusions.append(found.gave_up("overflow"))
    assert conclusions[-1] == "drop it"


def test_beginning_to_give_up_always_ends_soon_however_much_was_saved():
    found = evidence(10.0)
    for _ in range(100_000):
        found.took(0.1)
    times = 1
    while found.gave_up("overflow") == "go on":
        times += 1
    assert times == MOST_CREDIT


def test_one_that_is_to_take_its_place_has_to_beat_what_it_gains_after_its_first_call():
    found = evidence()
    found.tried(trial(1.0, 0.5))
    found.took(0.1)
    found.took(0.1)
    assert found.gain == pytest.approx(2)
    found.took(0.1)
    assert found.gain == pytest.approx(10)


def test_calls_that_share_the_cores_with_what_is_tried_do_not_count_against_it():
    found = evidence()
    found.tried(trial(1.0, 0.1))
    for _ in range(5):
        found.took(0.5)
    assert found.gain == pytest.approx(10)


def test_one_that_was_never_tried_gains_what_was_decided():
    found = evidence(3.0)
    for _ in range(5):
        found.took(0.1)
    assert found.gain == pytest.approx(3)
