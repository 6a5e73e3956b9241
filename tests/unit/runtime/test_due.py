"""When looking for another level may pay."""

import pytest

from epochly.runtime.due import AFTER_S, BUSY_HORIZON, Due, due_s
from epochly.runtime.evidence import Timed
from epochly.runtime.load import Load


@pytest.mark.parametrize(("call_s", "expected"), [(0.1, AFTER_S), (0.0125, AFTER_S), (0.01, 1.2)])
def test_looking_for_levels_costs_a_twentieth_of_a_hundred_calls_or_of_all(call_s, expected):
    assert due_s(2 * call_s, call_s, AFTER_S) == pytest.approx(expected)


def test_a_first_call_that_takes_longer_is_no_reason_to_look_early():
    assert due_s(0.1, 0.001, AFTER_S) > AFTER_S


class Busy:
    """A program whose calls take so many seconds, and that keeps all cores busy, or not."""

    def __init__(self, monkeypatch, *, busy):
        self.now, self.busy = 0.0, busy
        monkeypatch.setattr("epochly.runtime.due.load.takes_all_cores", lambda: self.busy)
        self.timed = Timed(lambda: None, lambda: self.now)
        self.due = Due(self.timed, AFTER_S)

    def call(self, seconds, times=1):
        for _ in range(times):
            self.now += seconds
            self.timed.add(seconds)


def test_a_program_that_keeps_all_cores_busy_is_looked_at_once_that_stops(monkeypatch):
    program = Busy(monkeypatch, busy=True)
    program.call(0.02, 2)
    assert not program.due.is_now()
    program.busy = False
    program.call(0.02)
    assert program.due.is_now()


def test_a_program_that_keeps_all_cores_busy_is_looked_at_where_that_pays_in_spite_of_it(
    monkeypatch,
):
    program = Busy(monkeypatch, busy=True)
    program.call(0.02, 1 + int(BUSY_HORIZON * AFTER_S / 0.02))
    assert program.due.is_now()
    long = Busy(monkeypatch, busy=True)
    long.call(0.04)
    assert long.due.is_now()


def test_a_program_that_keeps_its_cores_busy_with_short_calls_is_looked_at_as_late(monkeypatch):
    program = Busy(monkeypatch, busy=True)
    load = Load(lambda: program.now, lambda: 2 * program.now)
    monkeypatch.setattr("epochly.runtime.due.load", load)
    monkeypatch.setattr("epochly.cores.granted_cores", lambda: 2)
    load.begin()
    while not program.due.is_now():
        program.call(0.002)
    assert program.timed.spent_s == pytest.approx(BUSY_HORIZON * AFTER_S, rel=0.01)
