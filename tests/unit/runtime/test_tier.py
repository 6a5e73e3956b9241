"""The way of one kind of calls from the original to a level, without waiting for anything."""

import logging
import threading

import pytest

from epochly.errors import Deoptimize
from epochly.levels import Level
from epochly.model import Realized
from epochly.runtime import beside, trial
from epochly.runtime.due import NO_CALLS
from epochly.runtime.replay import Replay
from epochly.runtime.standing import Candidate
from epochly.runtime.tier import Tier
from epochly.runtime.trial import OUT_OF_MEMORY


class Clock:
    """Seconds that pass only when a function says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Prepared:
    """Takes ``seconds`` and returns twice its argument, unless told otherwise."""

    realized = Realized(Level.COMPILE, "fast")
    error = Deoptimize

    def __init__(self, clock, seconds, result=None):
        self.clock, self.seconds, self.result = clock, seconds, result
        self.calls, self.closed, self.gives_up = 0, False, False

    def __call__(self, value):
        self.calls += 1
        if self.gives_up:
            raise self.error("an int left 64 bits")
        self.clock.now += self.seconds
        return 2 * value if self.result is None else self.result

    def stats(self):
        return {}

    def close(self):
        self.closed = True


class Program:
    """A function of a second, its tier and what was asked of it; it is its own `Original`."""

    name = "double"

    def __init__(self, *, allowed="twice", draws=False, watch=0.01, after_s=2.5, earlier=NO_CALLS):
        self.clock = Clock()
        self.seconds = 1.0
        self.calls = 0
        self.launched = []
        self.decided = []
        self.obstacle = None
        self.changing = False
        self.allowed = Replay(allowed, draws=draws)
        self.tier = Tier(
            "int", self, self.launch,
            after_s=after_s, watch=watch, earlier=earlier, clock=self.clock,
        )  # fmt: skip
        self.tier.decided = lambda tier: self.decided.append(tier.backend)

    def call(self, value):
        self.calls += 1
        self.clock.now += self.seconds
        return 2 * value

    def replay(self):
        return self.allowed

    def hazard(self, given):
        if isinstance(self.obstacle, Exception):
            raise self.obstacle
        return self.obstacle and f"{self.obstacle}: {given.found}"

    def state(self, given):
        return {"calls": self.calls * self.changing}

    def launch(self, tier, args, kwargs):
        self.launched.append(args)

    def run(self, times=1):
        for _ in range(times):
            assert self.tier.run((21,), {}) == 42

    def candidate(self, seconds=0.01, **how):
        return Candidate("fast", Prepared(self.clock, seconds, **how), 100.0)

    def committed(self, **how):
        self.run(4)
        candidate = self.candidate(**how)
        self.tier.offer([candidate])
        self.run()
        assert self.tier.state == "committed"
        return candidate.prepared


def test_a_function_that_takes_little_time_is_left_alone():
    program = Program()
    program.run(3)
    assert (program.tier.state, program.launched) == ("observing", [])


def test_candidates_are_looked_for_once_enough_time_was_spent():
    program = Program()
    program.run(9)
    assert (program.tier.state, program.launched) == ("preparing", [(21,)])
    assert program.calls == 9


def test_calls_within_each_other_count_once():
    program = Program()
    program.seconds = 0.02
    for _ in range(2000):
        program.tier.timed.add(0.02)
    program.run(2)
    assert program.tier.state == "observing"


def test_one_that_has_to_wait_at_once_is_run_once():
    program = Program(after_s=0.0)
    program.tier._launch = lambda tier, args, kwargs: tier.wait()
    program.run(3)
    assert (program.tier.state, program.calls) == ("observing", 3)


@pytest.mark.parametrize(("seconds", "calls"), [(1.25, 2), (0.5, 200), (1 / 16, 1600)])
def test_short_calls_are_looked_at_once_they_take_as_long_as_a_hundred_long_ones(seconds, calls):
    program = Program()
    program.seconds = seconds
    program.run(calls)
    assert program.tier.state == "observing"
    program.run()
    assert program.tier.state == "preparing"


@pytest.mark.parametrize(
    ("earlier", "calls"), [((2.0, 1.0), 1), ((4.0, 4.0), 0), ((8.0, 0.05), 92)]
)
def test_earlier_calls_count(earlier, calls):
    program = Program(earlier=earlier)
    program.run(calls)
    assert program.tier.state == "observing"
    program.run()
    assert program.tier.state == "preparing"


def test_one_that_has_to_wait_is_looked_at_again_after_as_much_time_once_more():
    program = Program(after_s=0.0)
    program.run(3)
    assert len(program.launched) == 1
    program.tier.wait()
    program.run(3)
    assert (program.tier.state, len(program.launched)) == ("observing", 1)
    program.run()
    assert (program.tier.state, len(program.launched)) == ("preparing", 2)


def test_one_that_has_to_wait_for_so_much_to_be_spent_is_not_looked_at_before():
    program = Program(after_s=0.0)
    program.run(3)
    program.tier.wait(at_least_s=10 * program.seconds)
    program.run(7)
    assert (program.tier.state, len(program.launched)) == ("observing", 1)
    program.run()
    assert (program.tier.state, len(program.launched)) == ("preparing", 2)


def test_a_candidate_is_used_after_one_call_beside_the_original():
    program = Program()
    prepared = program.committed()
    assert (program.calls, prepared.calls) == (5, 1)
    program.run(10)
    assert (program.calls, prepared.calls) == (5, 11)
    assert program.tier.standing().speedup == pytest.approx(100)
    assert program.decided == ["fast"]


def test_a_candidate_that_returns_something_else_is_dropped_at_once(caplog):
    program = Program()
    program.run(4)
    wrong = program.candidate(result=43)
    program.tier.offer([wrong])
    with caplog.at_level(logging.ERROR, logger="epochly"):
        program.run(3)
    assert (program.tier.state, wrong.prepared.calls) == ("settled", 1)
    assert "something different" in caplog.text
    assert "different" in program.tier.standing().reason


def test_a_candidate_that_ran_out_of_memory_is_dropped_with_a_doubt(monkeypatch):
    program = Program()
    program.run(4)
    candidate = program.candidate()
    monkeypatch.setattr(candidate.prepared, "gives_up", True)
    monkeypatch.setattr(candidate.prepared, "error", MemoryError)
    program.tier.offer([candidate])
    program.run(2)
    assert (program.tier.state, program.tier.doubt) == ("settled", OUT_OF_MEMORY)
    assert f"fast: {OUT_OF_MEMORY}" in program.tier.reason


def test_the_next_candidate_gets_its_turn_when_the_first_is_dropped():
    program = Program()
    program.run(4)
    program.tier.offer([program.candidate(result=43), program.candidate(0.1)])
    program.run(2)
    assert program.tier.state == "committed"
    assert program.tier.standing().speedup == pytest.approx(10)


def test_a_candidate_that_is_no_faster_on_real_calls_is_dropped():
    program = Program()
    program.run(4)
    slow = program.candidate(0.95)
    program.tier.offer([slow])
    program.run(9)
    assert (program.tier.state, slow.prepared.calls) == ("settled", 2)
    assert program.decided == ["monitor"]


def test_what_the_original_raises_is_raised_and_the_trial_waits():
    program = Program()
    program.run(4)
    program.tier.offer([program.candidate()])
    with pytest.raises(TypeError):
        program.tier.run((None,), {})
    assert program.tier.state == "trying"


def test_calls_that_raise_are_run_beside_a_candidate_less_and_less_often(monkeypatch):
    program, ran, run_beside = Program(), [], beside.run_beside
    program.run(4)
    program.tier.offer([program.candidate()])

    def counted(*given, **how):
        ran.append(given)
        return run_beside(*given, **how)

    monkeypatch.setattr(beside, "run_beside", counted)
    for _ in range(100):
        with pytest.raises(TypeError):
            program.tier.run((None,), {})
    assert len(ran) == 8
    program.run(64)
    assert program.tier.state == "committed"


@pytest.mark.parametrize("every", [2, 3, 4, 8])
def test_a_candidate_is_tried_also_where_calls_raise_by_turns(every):
    program = Program()
    program.run(4)
    program.tier.offer([program.candidate()])
    for call in range(200):
        if call % every:
            program.run()
        else:
            with pytest.raises(TypeError):
                program.tier.run((None,), {})
    assert program.tier.state == "committed"


@pytest.mark.parametrize(
    ("name", "state"), [("other", "trying"), ("epochly_0", "committed"), ("", "committed")]
)
def test_what_draws_random_numbers_is_tried_while_nobody_else_may_draw(monkeypatch, name, state):
    program = Program(draws=True)
    program.run(4)
    program.tier.offer([program.candidate()])
    others = [threading.Thread(name=name)] if name else []
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.current_thread(), *others])
    program.run()
    standing = program.tier.standing()
    assert (standing.state, "no other thread" in standing.reason) == (state, state == "trying")


@pytest.mark.parametrize(
    ("hazard", "told"),
    [
        ("it is given write", "it is given write: []"),
        (RuntimeError("changed size"), "its arguments cannot be looked at: RuntimeError: changed"),
    ],
)
def test_calls_whose_arguments_must_not_be_used_twice_are_run_once(hazard, told):
    program = Program()
    program.run(4)
    candidate = program.candidate()
    program.tier.offer([candidate])
    program.obstacle = hazard
    program.run(10)
    assert (program.calls, candidate.prepared.calls) == (14, 0)
    assert program.tier.state == "trying"
    assert told in program.tier.standing().reason
    program.obstacle = None
    program.run(20)
    assert program.tier.state == "committed"
    assert told not in program.tier.standing().reason


def test_a_candidate_is_not_run_beside_calls_that_change_what_outlives_them():
    program = Program()
    program.run(4)
    candidate = program.candidate()
    program.tier.offer([candidate])
    program.changing = True
    program.run(10)
    assert (program.calls, candidate.prepared.calls) == (14, 0)
    assert (program.tier.state, program.tier.doubt) == ("settled", "a call changes calls")


def test_a_candidate_in_use_stays_where_a_check_sees_another_thread_change_something():
    program = Program(watch=0.5)
    candidate = program.committed()
    program.changing = True
    program.run(1000)
    assert program.tier.state == "committed"
    assert program.tier.checks > 0
    assert candidate.calls > 900


class Alone(int):
    def __deepcopy__(self, memo):
        raise TypeError("there is only one")


def test_arguments_that_cannot_be_copied_leave_the_original_in_place():
    program = Program()
    program.run(4)
    program.tier.offer([program.candidate()])
    assert program.tier.run((Alone(21),), {}) == 42
    assert program.tier.state == "settled"
    assert "cannot be copied" in program.tier.standing().reason


def test_a_committed_candidate_is_checked_within_its_share_of_the_time():
    program = Program(watch=0.01)
    prepared = program.committed()
    before = program.calls
    program.run(99_000)
    spent = (program.calls - before) * program.seconds
    assert 0 < spent <= 0.011 * prepared.calls * prepared.seconds
    assert program.tier.checks == program.calls - before


def test_a_level_decided_earlier_is_checked_within_its_share_by_the_gain_told_then():
    program = Program(watch=0.01, after_s=0.05)
    program.tier.commit(program.candidate(0.01))
    # A plain call takes 1 s by the gain, which is a hundredth of 10,000 of these.
    program.run(9_900)
    assert program.tier.checks == 0
    program.run(200)
    assert program.tier.checks == 1


def test_a_level_decided_earlier_that_may_not_run_beside_keeps_the_gain_told_then():
    program = Program(allowed="proven", watch=0.01, after_s=0.05)
    program.tier.commit(program.candidate(0.01))
    program.run(20_000)
    assert program.tier.standing().speedup == 100.0


def test_copying_and_comparing_count_as_a_check(monkeypatch):
    from epochly.runtime import beside

    program = Program(watch=0.01)
    run_beside = beside.run_beside

    def slowly(*args, **kwargs):
        program.clock.now += 9.0
        return run_beside(*args, **kwargs)

    monkeypatch.setattr(beside, "run_beside", slowly)
    prepared = program.committed()
    program.run(99_900)
    assert 0.01 * prepared.calls * prepared.seconds == pytest.approx(9.99, abs=0.01)
    assert program.tier.checks == 0
    program.run(2_000)
    assert program.tier.checks == 1


def test_without_a_watch_nothing_is_checked():
    program = Program(watch=0.0)
    program.committed()
    program.run(50_000)
    assert program.tier.checks == 0


def test_a_candidate_that_becomes_wrong_is_dropped_by_a_check():
    program = Program(watch=0.5)
    prepared = program.committed()
    program.run(10)
    prepared.result = 43
    values = {program.tier.run((21,), {}) for _ in range(500)}
    assert program.tier.state == "settled"
    assert program.tier.run((21,), {}) == 42
    assert values == {42, 43}


def test_a_candidate_that_becomes_slower_is_dropped():
    program = Program(watch=0.5)
    prepared = program.committed()
    prepared.seconds = 1.5
    program.run(50)
    assert program.tier.state == "settled"
    assert "slower" in program.tier.standing().reason


def test_one_that_is_dropped_while_others_are_looked_for_is_told_at_once():
    program = Program(watch=0.5)
    program.run(4)
    candidate = program.candidate()
    program.tier.offer([candidate], more=True)
    program.run()
    candidate.prepared.seconds = 1.5
    program.run(50)
    assert program.tier.state == "preparing"
    assert program.decided == ["fast", "monitor"]


def test_a_candidate_that_gives_up_runs_the_original_and_is_dropped_when_it_does_so_again():
    program = Program()
    prepared = program.committed()
    prepared.gives_up = True
    before = program.calls
    program.run(5)
    assert program.calls - before == 5
    assert program.tier.state == "settled"
    assert "64 bits" in program.tier.standing().reason


@pytest.mark.parametrize("allowed", ["twice", "proven"])
def test_what_the_original_raises_after_a_candidate_gave_up_has_no_context_of_ours(allowed):
    program = Program(allowed=allowed)
    program.run(4)
    candidate = program.candidate()
    (program.tier.offer if allowed == "twice" else program.tier.prove)([candidate])
    if allowed == "twice":
        program.run()
    candidate.prepared.gives_up = True
    with pytest.raises(TypeError) as caught:
        program.tier.run((None,), {})
    assert caught.value.__context__ is None


def test_what_reads_the_world_is_never_run_beside_the_original():
    program = Program(allowed="proven")
    program.run(4)
    candidate = program.candidate(0.2)
    program.tier.prove([candidate])
    program.run(300)
    assert program.calls == 4
    assert candidate.prepared.calls == 300
    assert program.tier.state == "committed"


def test_a_proven_candidate_that_does_not_pay_is_dropped():
    program = Program(allowed="proven")
    program.run(4)
    program.tier.prove([program.candidate(1.2)])
    program.run(4)
    assert program.tier.state == "settled"


def test_a_proven_candidate_that_gains_little_is_used_once_calls_in_turns_have_shown_it():
    program = Program(allowed="proven")
    program.run(4)
    candidate = program.candidate(0.95)
    program.tier.prove([candidate])
    program.run(3)
    before = program.calls
    program.run(23)
    assert program.tier.state == "trying"
    program.run(1)
    assert program.tier.state == "committed"
    assert program.calls == before + 12
    assert program.tier.standing().speedup == pytest.approx(1 / 0.95)


def test_a_proven_candidate_that_becomes_slower_is_dropped_by_its_mean():
    program = Program(allowed="proven")
    program.run(4)
    candidate = program.candidate(0.2)
    program.tier.prove([candidate])
    program.run(4)
    candidate.prepared.seconds = 2.0
    program.run(40)
    assert program.tier.state == "settled"


def test_threads_that_call_at_once_all_get_the_right_result():
    program = Program(watch=0.5)
    program.run(4)
    program.tier.offer([program.candidate()])
    wrong = []

    def work():
        for value in range(2000):
            if program.tier.run((value,), {}) != 2 * value:
                wrong.append(value)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert program.tier.state == "committed"


def test_while_one_thread_checks_the_candidate_others_go_on_with_it(monkeypatch):
    from epochly.runtime import beside

    program = Program(watch=0.5)
    prepared = program.committed()
    plainly = []
    run_beside = beside.run_beside

    def meanwhile(*args, **kwargs):
        before = program.calls
        other = threading.Thread(target=program.run)
        other.start()
        other.join()
        plainly.append(program.calls - before)
        return run_beside(*args, **kwargs)

    monkeypatch.setattr(beside, "run_beside", meanwhile)
    program.run(500)
    assert program.tier.checks > 0
    assert set(plainly) == {0}
    assert prepared.calls > 500


def test_what_draws_random_numbers_stays_in_use_where_no_check_can_be_made(monkeypatch):
    program = Program(draws=True, watch=0.5)
    program.committed()
    others = [threading.current_thread(), threading.Thread(name="other")]
    monkeypatch.setattr(threading, "enumerate", lambda: others)
    before = program.calls
    program.run(1000)
    assert (program.tier.checks, program.calls - before) == (0, 0)


def test_a_defect_at_the_end_of_the_program_is_not_logged(monkeypatch, caplog):
    def launch(*_):
        raise RuntimeError("can't register atexit after shutdown")

    program = Program()
    program.tier._launch = launch
    monkeypatch.setattr("epochly.runtime.defects.is_ending", lambda: True)
    program.run(6)
    assert program.tier.state == "settled"
    assert caplog.text == ""


def test_a_reason_is_given_once():
    program = Program()
    program.run(4)
    program.tier.offer([program.candidate(result=43), program.candidate(result=43)])
    program.run(3)
    assert program.tier.standing().reason == "fast: different"


def test_nothing_is_closed_before_the_tier_is():
    program = Program()
    program.run(4)
    dropped, kept = program.candidate(result=43), program.candidate()
    program.tier.offer([dropped, kept])
    program.run(3)
    assert not dropped.prepared.closed
    program.tier.close()
    assert dropped.prepared.closed
    assert kept.prepared.closed


def test_preparing_in_the_program_happens_at_the_next_call_and_in_its_thread():
    program = Program()
    program.run(4)
    seen = []

    def prepare(args, kwargs):
        seen.append((threading.get_ident(), args))
        program.tier.offer([program.candidate()])

    program.tier.when_called(prepare)
    assert seen == []
    program.run()
    assert seen == [(threading.get_ident(), (21,))]
    assert program.tier.state == "committed"


def test_a_defect_in_looking_for_candidates_does_not_reach_the_caller(caplog):
    program = Program()

    def launch(tier, args, kwargs):
        raise RuntimeError("cannot start a thread")

    program.tier._launch = launch
    with caplog.at_level(logging.ERROR, logger="epochly"):
        program.run(6)
    assert program.tier.state == "settled"
    assert "cannot start a thread" in program.tier.doubt
    assert "looking for another failed" in caplog.text


def test_a_defect_in_preparing_at_a_call_does_not_reach_the_caller():
    program = Program()
    program.run(4)

    def prepare(args, kwargs):
        raise OSError("no space left")

    program.tier.when_called(prepare)
    program.run(3)
    assert program.tier.state == "settled"


def test_a_decision_that_cannot_be_noted_does_not_reach_the_caller(caplog):
    program = Program()

    def note(tier):
        raise OSError("no space left")

    program.tier.decided = note
    with caplog.at_level(logging.ERROR, logger="epochly"):
        program.committed()
    assert "no space left" in caplog.text


def test_a_thread_that_ends_late_in_a_dropped_candidate_does_not_have_the_next_one_checked():
    program = Program(watch=0.5)
    first = program.committed()
    waiting, go_on = threading.Event(), threading.Event()
    plain = first.__class__.__call__

    def slowly(self, value):
        if threading.current_thread() is late and self is first:
            waiting.set()
            go_on.wait(5)
            program.clock.now += 1000.0
        return plain(self, value)

    program.tier.lineup._waiting = [program.candidate(0.02)]
    Late = type("Late", (Prepared,), {"__call__": slowly})
    first.__class__ = Late
    late = threading.Thread(target=program.run)
    late.start()
    waiting.wait(5)
    first.gives_up = True
    program.run(2)
    first.gives_up = False
    assert program.tier.state == "trying"
    go_on.set()
    late.join()
    program.run()
    assert program.tier.state == "committed"
    assert program.tier.checks == 0


def test_what_is_proven_is_measured_against_a_call_of_the_original():
    program = Program(allowed="proven", after_s=0.0)
    candidate = program.candidate()
    program.tier._launch = lambda tier, args, kwargs: tier.prove([candidate])
    program.run(4)
    assert (program.calls, candidate.prepared.calls) == (1, 3)
    assert program.tier.state == "committed"
    assert program.tier.standing().speedup == pytest.approx(100)


def test_the_call_that_has_candidates_looked_for_is_the_first_to_try_one():
    program = Program(after_s=0.0)
    candidate = program.candidate()
    program.tier._launch = lambda tier, args, kwargs: tier.offer([candidate])
    program.run()
    assert (program.calls, candidate.prepared.calls) == (1, 1)
    assert program.tier.state == "committed"


def test_a_check_that_there_is_no_room_for_is_left_for_later(monkeypatch):
    program = Program(watch=0.5)
    prepared = program.committed()
    monkeypatch.setattr(trial, "has_room_for", lambda size: False)
    program.run(300)
    assert (program.tier.state, program.tier.checks) == ("committed", 0)
    monkeypatch.undo()
    program.run(300)
    assert (program.tier.state, program.tier.checks > 0) == ("committed", True)
    assert prepared.calls > 500


def test_candidates_that_there_is_no_room_to_try_are_left(monkeypatch):
    program = Program()
    program.run(4)
    monkeypatch.setattr(trial, "has_room_for", lambda size: False)
    program.tier.offer([program.candidate()])
    program.run(2)
    assert program.tier.state == "settled"
    assert "too little memory" in program.tier.reason
    assert "too little memory" in program.tier.doubt
