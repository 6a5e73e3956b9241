"""A promise is kept, broken or undecided by what was measured, never by what is missing."""

from dataclasses import replace

import pytest
from cli import reports
from unit.recommend.recorded import ended, row

from epochly.errors import UsageError
from epochly.model import Equality, Realized
from epochly.testing.promise import Promise, entry, judge, promise_of

BASE = replace(row(0), median_s=0.02)


def report_of(*rows):
    return reports.report(BASE, *rows)


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [
        (20.0, 22.0, "kept"),
        (19.9, 21.0, "undecided"),
        (18.0, 20.0, "undecided"),
        (5, 19.9, "broken"),
    ],
)
def test_only_an_interval_wholly_on_one_side_decides(low, high, state):
    compiled = row(2, 20.0, speedup_low=low, speedup_high=high)
    answer = judge(report_of(compiled), Promise(2, min_speedup=20))
    assert answer.state == state
    assert "20.0x" in answer.message
    assert "at least 20x" in answer.message


def test_without_an_interval_nothing_is_decided():
    compiled = row(2, 20.0, speedup_low=None, speedup_high=None)
    answer = judge(report_of(compiled), Promise(2, min_speedup=2))
    assert answer.state == "undecided"
    assert "larger budget" in answer.message


def test_a_level_without_a_promised_speedup_has_to_run():
    slower = row(2, 0.5)
    assert judge(report_of(slower), Promise(2)).state == "kept"
    assert judge(report_of(ended(2, "failed", "it crashed")), Promise(2)).state == "broken"


def test_a_refusal_tells_reason_line_and_remedy():
    refused = ended(2, "refused", "a call of print", line=14, remedy="keep it out of the loop")
    answer = judge(report_of(refused), Promise(2))
    assert answer.state == "broken"
    assert "refused: a call of print" in answer.message
    assert f"{reports.TARGET.file}:14" in answer.message
    assert "remedy: keep it out of the loop" in answer.message


def test_a_level_at_which_another_ran_was_not_realized():
    plain = row(3, 1.0, realized=Realized(BASE.level, "monitor"))
    answer = judge(report_of(plain), Promise(3))
    assert answer.state == "broken"
    assert "level 0 with monitor ran instead" in answer.message


def test_a_different_result_of_any_backend_breaks_the_promise():
    different = ended(
        2, "different", backend="other", equality=Equality("different", where="result[3]")
    )
    answer = judge(report_of(row(2, 50.0, best=True), different), Promise(2, min_speedup=2))
    assert answer.state == "broken"
    assert "result[3]" in answer.message


def test_a_promise_about_one_backend_is_judged_by_that_backend():
    fast, slow = (
        row(2, 50.0, best=True),
        row(2, 1.5, backend="other", realized=Realized(2, "other")),
    )
    assert judge(report_of(fast, slow), Promise(2, min_speedup=10)).state == "kept"
    answer = judge(report_of(fast, slow), Promise(2, min_speedup=10, backend="other"))
    assert answer.state == "broken"
    answer = judge(report_of(fast, slow), Promise(2, backend="nmba"))
    assert answer.state == "broken"
    assert "numba, other" in answer.message


def test_a_result_that_was_not_compared_decides_nothing():
    unchecked = row(2, 50.0, equality=Equality("unchecked", where="it cannot be pickled"))
    answer = judge(report_of(unchecked), Promise(2, min_speedup=2))
    assert (answer.state, "cannot be pickled" in answer.message) == ("undecided", True)
    random = replace(report_of(row(2, 50.0)), nondeterministic=True)
    assert judge(random, Promise(2, min_speedup=2)).state == "undecided"


def test_a_level_that_was_never_sampled_was_not_realized():
    unsampled = ended(2, "skipped", "the run ended before it was sampled")
    answer = judge(report_of(unsampled), Promise(2))
    assert answer.state == "broken"
    assert "skipped: the run ended before it was sampled" in answer.message


def test_an_unavailable_backend_does_not_hide_why_another_refused():
    rows = (ended(2, "unavailable", "no JIT", backend="a"), ended(2, "refused", "a call of print"))
    assert "a call of print" in judge(report_of(*rows), Promise(2)).message


def test_what_is_kept_of_a_promise_is_plain():
    compiled = row(2, 20.0)
    promise = Promise(2, min_speedup=10)
    kept = entry(report_of(compiled), promise, judge(report_of(compiled), promise))
    assert (kept["state"], kept["realized"], kept["speedup"]) == ("kept", 2, 20.0)
    assert kept["shown"] == ["level 2", "level 2 numba", "20.0x (19.6 to 20.4)", "10x", "kept"]


@pytest.mark.parametrize(
    ("args", "kwargs", "said"),
    [
        ((2,), {}, "write level=2"),
        ((), {"min_speedup": 2}, "the level is missing"),
        ((), {"level": 2, "min_speed": 3}, "did you mean 'min_speedup'"),
        ((), {"level": 2, "colour": 3}, "there is no argument 'colour'\n"),
        ((), {"level": 0}, "level cannot be 0"),
        ((), {"level": True}, "level cannot be True"),
        ((), {"level": "2"}, "level cannot be '2'"),
        ((), {"level": 2, "min_speedup": -1}, "min_speedup cannot be -1"),
        ((), {"level": 2, "min_speedup": float("nan")}, "min_speedup cannot be nan"),
        ((), {"level": 2, "budget": float("inf")}, "budget cannot be inf"),
        ((), {"level": 2, "exact": 1}, "exact cannot be 1"),
        ((), {"level": 2, "backend": 1}, "backend cannot be 1"),
    ],
)
def test_arguments_that_promise_nothing_are_refused(args, kwargs, said):
    with pytest.raises(UsageError) as caught:
        promise_of(args, kwargs)
    assert said in str(caught.value)
    assert caught.value.remedy


def test_every_argument_of_a_promise_can_be_given():
    given = {
        "level": 2,
        "min_speedup": 2,
        "backend": "numba",
        "budget": 0.5,
        "exact": True,
        "allow_effects": True,
    }
    assert promise_of((), given) == Promise(**given)
