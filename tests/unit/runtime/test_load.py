"""Whether the program keeps all of its cores busy."""

import pytest

from epochly.runtime.load import LEAST_S, Load


class Clocks:
    """A program that works on so many cores."""

    def __init__(self):
        self.now = self.cpu = 0.0
        self.load = Load(lambda: self.now, lambda: self.cpu)

    def work(self, seconds, cores):
        self.now += seconds
        self.cpu += seconds * cores


@pytest.fixture(autouse=True)
def _on_two_cores(monkeypatch):
    monkeypatch.setattr("epochly.cores.granted_cores", lambda: 2)


@pytest.mark.parametrize(("cores", "all_taken"), [(1.0, False), (1.5, False), (1.9, True)])
def test_a_program_takes_all_cores_where_its_threads_work_on_most_of_each(cores, all_taken):
    clocks = Clocks()
    clocks.load.begin()
    clocks.work(0.02, cores)
    assert clocks.load.takes_all_cores() is all_taken


def test_only_what_was_done_since_the_last_look_counts():
    clocks = Clocks()
    clocks.load.begin()
    clocks.work(1.0, 2.0)
    assert clocks.load.takes_all_cores()
    clocks.work(0.02, 1.0)
    assert not clocks.load.takes_all_cores()


def test_it_is_not_taken_for_busy_before_it_was_looked_at():
    clocks = Clocks()
    clocks.work(1.0, 2.0)
    assert not clocks.load.takes_all_cores()
    clocks.work(0.02, 2.0)
    assert clocks.load.takes_all_cores()


def test_a_look_after_too_short_a_while_changes_nothing():
    clocks = Clocks()
    clocks.load.begin()
    clocks.work(1.0, 2.0)
    assert clocks.load.takes_all_cores()
    for _ in range(3):
        clocks.work(LEAST_S / 4, 1.0)
        assert clocks.load.takes_all_cores()
    clocks.work(LEAST_S / 2, 1.0)
    assert not clocks.load.takes_all_cores()


def test_threads_that_look_at_once_do_not_mistake_each_other():
    clocks = Clocks()
    clocks.load.begin()
    clocks.work(1.0, 2.0)
    assert clocks.load.takes_all_cores()
    clocks.now -= 0.5
    assert clocks.load.takes_all_cores()
