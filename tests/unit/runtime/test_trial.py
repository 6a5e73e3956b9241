"""One call run both ways."""

import random

import numpy as np
import pytest

from epochly.errors import Deoptimize
from epochly.runtime import trial as trials
from epochly.runtime.trial import OUT_OF_MEMORY, SMALL, NoRoomError, NotCopiedError, run_beside
from epochly.verify import compare


def beside(original, candidate, *args, draws=False, **kwargs):
    return run_beside(original, candidate, args, kwargs, draws=draws)


def test_the_result_is_the_originals_own():
    given = [1, 2]
    trial = beside(lambda items: items, lambda items: items, given)
    assert trial.value is given
    assert trial.equality.verdict == "identical"


def test_only_the_original_changes_the_callers_arguments():
    given = [1, 2]
    beside(lambda items: items.append(3), lambda items: items.append(3), given)
    assert given == [1, 2, 3]


@pytest.mark.parametrize(
    ("candidate", "where"),
    [
        (lambda items: 2, "result"),
        (lambda items: 1.0, "result"),
        (lambda items: np.int64(1), "result"),
        (lambda items: items.append(1) or 1, "arguments[0]"),
        (lambda items: 1 // 0, "exception"),
    ],
)
def test_a_candidate_that_does_something_else_is_different(candidate, where):
    trial = beside(lambda items: 1, candidate, [])
    assert trial.equality.verdict == "different"
    assert where in trial.equality.where


def test_what_the_original_raises_is_the_callers_and_nothing_else_runs():
    ran = []
    with pytest.raises(ZeroDivisionError):
        beside(lambda n: n // 0, ran.append, 1)
    assert ran == []


def test_a_candidate_that_gives_up_is_not_different():
    def gives_up(n):
        raise Deoptimize("too large")

    trial = beside(lambda n: n, gives_up, 1)
    assert (trial.value, trial.equality.verdict) == (1, "unchecked")
    assert trial.equality.where == "too large"


def test_a_candidate_without_enough_memory_is_not_different():
    def needs_more(n):
        raise MemoryError

    trial = beside(lambda n: n, needs_more, 1)
    assert (trial.value, trial.equality.verdict) == (1, "unchecked")
    assert trial.equality.where == OUT_OF_MEMORY


@pytest.mark.parametrize("draw", [random.random, np.random.random, lambda: random.gauss(0, 1)])
def test_both_draw_from_the_same_place_of_the_stream_which_moves_once(draw):
    random.seed(1), np.random.seed(1)
    expected = [draw(), draw()]
    random.seed(1), np.random.seed(1)
    trial = beside(lambda: draw(), lambda: draw(), draws=True)
    assert trial.equality.verdict == "identical"
    assert [trial.value, draw()] == expected


def test_a_candidate_that_draws_more_is_different():
    trial = beside(random.random, lambda: max(random.random(), random.random() * 0), draws=True)
    assert trial.equality.verdict == "different"
    assert "random state" in trial.equality.where


def test_arguments_that_there_is_no_room_to_copy_stop_it_before_anything_runs(monkeypatch):
    monkeypatch.setattr(trials, "has_room_for", lambda size: size < 100)
    with pytest.raises(NoRoomError, match="too little memory"):
        beside(pytest.fail, pytest.fail, bytes(100))


def fails_for_memory(*given):
    raise MemoryError


def test_too_little_memory_for_a_copy_is_no_fault_of_the_arguments():
    class Large:
        __deepcopy__ = fails_for_memory

    with pytest.raises(NoRoomError, match="too little memory"):
        beside(pytest.fail, pytest.fail, Large())


def test_too_little_memory_to_compare_is_no_difference(monkeypatch):
    monkeypatch.setattr(compare, "compare", fails_for_memory)
    trial = beside(lambda n: n, lambda n: n, 1)
    assert (trial.value, trial.equality.verdict) == (1, "unchecked")
    assert trial.equality.where == OUT_OF_MEMORY


def test_arguments_that_cannot_be_copied_stop_it_before_anything_runs():
    ran = []
    with pytest.raises(NotCopiedError):
        beside(ran.append, ran.append, (i for i in range(3)))
    assert ran == []


def test_arguments_that_change_while_they_are_looked_at_stop_it_before_anything_runs(monkeypatch):
    def changing(value):
        raise RuntimeError("dictionary changed size during iteration")

    monkeypatch.setattr(trials, "held_by", changing)
    with pytest.raises(NotCopiedError, match="changed size"):
        beside(len, len, {})


def test_an_iterator_that_cannot_be_compared_is_told_in_one_line():
    trial = beside(lambda items: map(abs, items), lambda items: map(abs, items), [1])
    assert "a map iterator" in trial.equality.where
    assert "Error" not in trial.equality.where
    assert "\n" not in trial.equality.where


def test_seconds_are_those_of_the_two_calls():
    times = iter([0.0, 2.0, 10.0, 10.5])
    trial = run_beside(lambda: 1, lambda: 1, (), {}, draws=False, clock=lambda: next(times))
    assert (trial.plain_s, trial.candidate_s) == (2.0, 0.5)


def test_results_that_cannot_be_compared_are_unchecked_and_the_caller_has_his(monkeypatch):
    def compare(*_):
        raise RuntimeError("not me")

    monkeypatch.setattr("epochly.verify.compare.compare", compare)
    trial = run_beside(abs, abs, (-3,), {}, draws=False)
    assert trial.value == 3
    assert (trial.equality.verdict, "not me" in trial.equality.where) == ("unchecked", True)


def timed(plain_s, candidate_s, *args):
    """A trial of two functions that take so long, and longer at the first call."""
    now = [0.0]

    def call(seconds):
        times = iter([2 * seconds, 1.5 * seconds, seconds, 2 * seconds])

        def run(*given):
            now[0] += next(times)

        return run

    original, candidate = call(plain_s), call(candidate_s)
    trial = run_beside(original, candidate, args, {}, draws=False, clock=lambda: now[0])
    return pytest.approx(trial.plain_s), pytest.approx(trial.candidate_s)


@pytest.mark.parametrize(
    ("plain_s", "args", "factor"),
    [(1e-4, (), 1), (1e-4, (bytes(SMALL),), 2), (1e-3, (), 2)],
)
def test_short_calls_with_small_arguments_are_timed_when_caches_are_warm(plain_s, args, factor):
    assert timed(plain_s, 1e-5, *args) == (factor * plain_s, factor * 1e-5)


def test_what_changes_its_arguments_is_timed_with_them_as_they_were():
    seen = []

    def pop(items):
        seen.append(list(items))
        return items.pop()

    beside(pop, pop, [1, 2])
    assert seen == 8 * [[1, 2]]


@pytest.mark.parametrize("looks", [0, 1])
def test_what_changes_while_it_is_looked_at_does_not_reach_the_caller(looks):
    ran, seen = [], iter([{}] * looks)

    def state():
        for digests in seen:
            return digests
        raise RuntimeError("dictionary changed size during iteration")

    found = run_beside(abs, ran.append, (-1,), {}, draws=False, state=state)
    assert (found.value, ran, found.equality.verdict) == (1, [], "unchecked")
    assert found.changed


def test_nothing_else_is_run_where_the_original_changed_what_outlives_it():
    kept, ran = [], []

    def notes(value):
        kept.append(value)
        return value

    found = run_beside(
        notes, ran.append, (1,), {}, draws=False, state=lambda: {"kept": len(kept), "other": 0}
    )
    assert (found.value, kept, ran) == (1, [1], [])
    assert (found.changed, found.equality.where) == ("kept", "a call changes kept")


def test_nothing_else_is_run_where_the_original_made_what_outlives_it():
    kept, ran = {}, []

    def notes(value):
        kept["calls"] = value
        return value

    found = run_beside(notes, ran.append, (1,), {}, draws=False, state=kept.copy)
    assert (found.value, ran, found.changed) == (1, [], "calls")
