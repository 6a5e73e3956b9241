"""Calls of the original while candidates are expected; the other ways are tested with the tier."""

import random
import threading

import pytest
from unit.runtime.test_tier import Alone, Prepared, Program

from epochly.runtime.standing import Candidate


class Expecting(Program):
    """Is told of candidates in the middle of its own calls."""

    def __init__(self, **how):
        super().__init__(**how)
        self.meanwhile = lambda: None
        self.looks, self.look_s = 0, 0.0
        self.run(4)
        self.tier.expect(0.1)

    def call(self, value):
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().call(value)

    def hazard(self, given):
        self.looks += 1
        self.clock.now += self.look_s
        return super().hazard(given)

    def offers(self, *candidates):
        """In the middle of the next call."""
        self.meanwhile = lambda: self.tier.when_called(lambda *given: self.tier.offer(candidates))


def test_a_candidate_that_comes_while_the_original_runs_is_tried_on_that_call():
    program = Expecting()
    candidate, before = program.candidate(), program.calls
    program.offers(candidate)
    program.run()
    assert (program.tier.state, candidate.prepared.calls, program.decided) == (
        "committed", 1, ["fast"],
    )  # fmt: skip
    assert program.tier.standing().speedup == pytest.approx(100.0)
    program.run(10)
    assert (program.calls - before, candidate.prepared.calls) == (1, 11)


@pytest.mark.parametrize("how", [{"result": 43}, {"seconds": 2.0}])
def test_one_that_is_different_or_slower_is_dropped_and_the_caller_gets_what_the_original_returned(
    how,
):
    program = Expecting()
    candidate = program.candidate(**how)
    program.offers(candidate)
    program.run(2)
    assert program.tier.state == "settled"
    assert candidate.prepared.calls == (1 if "result" in how else 2)


def test_one_that_gives_up_is_dropped():
    program = Expecting()
    candidate = program.candidate()
    candidate.prepared.gives_up = True
    program.offers(candidate)
    program.run(2)
    assert program.tier.state == "settled"
    assert program.tier.standing().reason == "fast: an int left 64 bits"


class Popping(Expecting):
    """Takes its argument out of the list that it is given."""

    def call(self, value):
        return super().call(value.pop())

    def run(self, times=1):
        for _ in range(times):
            assert self.tier.run(([21],), {}) == 42


class PreparedPopping(Prepared):
    def __call__(self, value):
        return super().__call__(value.pop())


def test_it_gets_the_arguments_as_they_were_before_the_original_changed_them():
    program = Popping()
    prepared = PreparedPopping(program.clock, 0.01)
    program.offers(Candidate("fast", prepared, 100.0))
    program.run()
    assert (program.tier.state, prepared.calls) == ("committed", 1)


def test_it_is_prepared_with_the_arguments_as_they_were():
    program, seen = Popping(), []
    program.meanwhile = lambda: program.tier.when_called(lambda *given: seen.append(repr(given)))
    program.run()
    assert seen == ["(([21],), {})"]


def test_where_none_comes_the_original_runs_once_a_call():
    program = Expecting()
    before = program.calls
    program.run(10)
    assert (program.calls - before, program.looks, program.tier.state) == (10, 10, "preparing")


def test_calls_wait_no_longer_where_looking_at_them_takes_more_than_its_share():
    program = Expecting()
    program.look_s = 0.2
    program.run(10)
    assert program.looks == 1
    program.offers(program.candidate())
    program.run(2)
    assert program.tier.state == "committed"


def test_calls_whose_arguments_cannot_be_copied_run_plainly():
    program = Expecting()
    assert program.tier.run((Alone(21),), {}) == 42
    program.run(3)
    assert (program.looks, program.tier.state) == (1, "preparing")


def test_what_a_call_raises_is_the_callers_and_later_calls_wait_again():
    program = Expecting()

    def fails():
        raise KeyError("of the user")

    program.meanwhile = fails
    with pytest.raises(KeyError, match="of the user"):
        program.tier.run((21,), {})
    program.run(3)
    candidate = program.candidate()
    program.offers(candidate)
    program.run()
    assert (program.tier.state, candidate.prepared.calls) == ("committed", 1)


def test_while_one_thread_waits_others_run_plainly():
    program = Expecting()

    def others():
        thread = threading.Thread(target=program.run)
        thread.start()
        thread.join()

    program.meanwhile = others
    before = program.calls
    program.run()
    assert (program.calls - before, program.looks) == (2, 1)


def test_what_another_thread_has_taken_up_is_left_to_it():
    program = Expecting()
    candidate = program.candidate()

    def others():
        program.tier.when_called(lambda args, kwargs: program.tier.offer([candidate]))
        thread = threading.Thread(target=program.run)
        thread.start()
        thread.join()

    program.meanwhile = others
    program.run(2)
    assert (program.tier.state, candidate.prepared.calls) == ("committed", 1)


@pytest.mark.parametrize("seconds", [0.01, 0.95, 2.0])
def test_a_thread_that_was_overtaken_undoes_nothing(seconds):
    program = Expecting()
    candidate = program.candidate(seconds)
    program.tier.when_called(lambda args, kwargs: program.tier.offer([candidate]))
    overtaken = program.tier.run
    program.run(2)
    before = program.tier.state, program.tier.run
    assert overtaken((21,), {}) == 42
    assert (program.tier.state, program.tier.run) == before or before[0] == "trying"
    program.run(5)
    assert program.tier.state == ("committed" if seconds < 0.5 else "settled")


def test_a_thread_that_was_overtaken_leaves_a_tier_that_looks_again():
    program = Program()
    program.run(4)
    program.tier.when_called(lambda args, kwargs: program.tier.wait())
    overtaken = program.tier.run
    program.run()
    assert overtaken((21,), {}) == 42
    program.run(20)
    assert len(program.launched) == 2


def test_a_search_that_ends_in_vain_meanwhile_is_the_end():
    program = Expecting()
    program.meanwhile = lambda: program.tier.settle("nothing pays")
    program.run(3)
    assert (program.tier.state, program.looks) == ("settled", 1)


class Drawing(Expecting):
    def call(self, value):
        super().call(value)
        return random.random()

    def run(self, times=1):
        for _ in range(times):
            self.tier.run((21,), {})


class PreparedDrawing(Prepared):
    def __call__(self, value):
        super().__call__(value)
        return random.random()


def test_the_streams_of_random_numbers_go_on_where_the_original_left_them():
    program = Drawing(draws=True)
    program.offers(Candidate("fast", PreparedDrawing(program.clock, 0.01), 100.0))
    random.seed(5)
    expected = [random.random() for _ in range(3)]
    random.seed(5)
    found = [program.tier.run((21,), {}) for _ in range(3)]
    assert (found, program.tier.state) == (expected, "committed")
