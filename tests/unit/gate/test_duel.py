"""How two versions are sampled, and what the samples of one set of processes come to."""

import math
import threading
import types

import pytest

from epochly.gate import duel as module
from epochly.gate.duel import FEWEST_ROUNDS, LONG_S, Duel, log_ratio
from epochly.levels import Level
from epochly.workload import Tolerance


class Standing:
    """A contender that answers without a process."""

    def __init__(self, level, backend, environment=None):
        self.level, self.loops, self.queued_s, self.status = level, 1, 0.0, None
        self.call_s, self.computes, self.certain = 2 * LONG_S, True, True
        self.alive, self.asked = True, []

    def meet(self):
        pass

    def prepare(self, timeout_s):
        self.meet()
        here = threading.current_thread() is threading.main_thread()
        self.asked.append("prepared here" if here else "prepared elsewhere")

    def sample(self, timeout_s, core):
        self.asked.append("in turn")
        return self.call_s

    def sample_abreast(self, timeout_s, core):
        self.asked.append("abreast")
        return self.call_s

    def ask(self, verb, timeout_s):
        return {"certain": self.certain}


@pytest.fixture
def contest(monkeypatch):
    """Samples two versions once both were asked whether they keep to themselves."""
    monkeypatch.setattr(module, "Contender", Standing)
    monkeypatch.setattr(module, "quietest_core", lambda: 0)
    monkeypatch.setattr(Duel, "_launch", lambda *_: None)
    monkeypatch.setattr(Duel, "_load", lambda *_: None)
    monkeypatch.setattr(Duel, "_call", lambda *_: None)
    monkeypatch.setattr(Standing, "note_realized", lambda self: None, raising=False)
    side = types.SimpleNamespace(
        workload=types.SimpleNamespace(target="m:f", tolerance=Tolerance()),
        surroundings=types.SimpleNamespace(scratch="."),
    )
    ticks = iter(range(1000))
    made = Duel(
        side, side, Level.MONITOR, "monitor", timeout_s=1.0, independent=False,
        clock=lambda: float(next(ticks)),
    )  # fmt: skip

    def run():
        made.explore()
        made._rounds()
        return {how for c in (made.theirs, made.again, made.ours) for how in c.asked[1:]}

    run.duel = made
    return run


def test_long_computations_share_a_core(contest):
    assert contest() == {"abreast"}
    assert contest.duel.generations[0].rounds == FEWEST_ROUNDS


@pytest.mark.parametrize("which", ["theirs", "ours"])
def test_what_may_reach_beyond_its_process_is_never_run_at_once(contest, which):
    getattr(contest.duel, which).certain = False
    assert contest() == {"in turn"}


@pytest.mark.parametrize("which", ["theirs", "again", "ours"])
def test_what_waits_or_has_others_compute_takes_its_turn(contest, which):
    getattr(contest.duel, which).computes = False
    assert contest() == {"in turn"}


def test_short_calls_take_their_turns(contest):
    contest.duel.ours.call_s = LONG_S / 2
    assert contest() == {"in turn"}


def test_without_cores_to_choose_from_all_take_their_turns(contest, monkeypatch):
    monkeypatch.setattr(module, "quietest_core", lambda: None)
    assert contest() == {"in turn"}


def prepared(duel):
    members = (duel.theirs, duel.again, duel.ours)
    duel.explore()
    return {contender.asked[0] for contender in members}


def test_levels_are_prepared_at_once(contest, monkeypatch):
    # Nobody passes it before all three are there.
    monkeypatch.setattr(Standing, "meet", threading.Barrier(3, timeout=30).wait)
    assert prepared(contest.duel) == {"prepared elsewhere"}


def test_a_level_is_prepared_alone_where_making_its_input_may_reach_beyond_the_process(contest):
    contest.duel.ours.certain = False
    assert prepared(contest.duel) == {"prepared here"}


def test_the_median_ratio_of_the_pairs_counts():
    above = [1.1, 2.2, 1.1, 3.3, 0.5]
    below = [1.0, 2.0, 1.0, 3.0, 1.0]
    assert log_ratio(above, below) == pytest.approx(math.log(1.1))


@pytest.mark.parametrize("count", [2, 30])
def test_equal_times_are_a_ratio_of_one(count):
    assert log_ratio([0.3] * count, [0.3] * count) == 0.0
