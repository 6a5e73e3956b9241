"""Worker processes that functions share."""

import os
from multiprocessing.process import BaseProcess

import psutil
import pytest
from epochly_backends import pool
from epochly_backends.pool import CannotStartError, Membership
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Nobody else takes part, not even the other tests."""
    monkeypatch.setattr(pool, "_members", set())


def test_workers_are_shared_and_end_with_the_last_function():
    one, other = Membership(), Membership()
    pid = one.executor(2).submit(os.getpid).result()
    shared = other.executor(2)
    one.end()
    assert not shared._flags.shutdown
    assert pid in shared._processes
    other.end()
    assert shared._flags.shutdown


def test_giving_up_a_part_that_was_never_taken_ends_nothing():
    user = Membership()
    shared = user.executor(2)
    Membership().end()
    assert not shared._flags.shutdown
    user.end()


def test_failing_to_start_workers_is_told_and_not_tried_again_at_once(monkeypatch):
    from joblib.externals import loky

    tried = []

    def unable(*_, **__):
        tried.append(1)
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(pool, "_failed", [])
    monkeypatch.setattr(pool, "_executor", None)
    monkeypatch.setattr(loky, "ProcessPoolExecutor", unable)
    for _ in range(2):
        with pytest.raises(CannotStartError, match="Too many open files"):
            Membership().executor(2)
    assert len(tried) == 1


def test_the_programs_own_joblib_has_its_own_workers():
    user = Membership()
    ours = user.executor(2).submit(os.getpid).result()
    theirs = Parallel(n_jobs=2)(delayed(os.getpid)() for _ in range(4))
    assert ours not in theirs
    assert user.executor(2).submit(os.getpid).result() in pool._executor._processes
    user.end()
    assert Parallel(n_jobs=2)(delayed(abs)(value) for value in (-1, 2)) == [1, 2]
    get_reusable_executor().shutdown()


def test_workers_of_another_number_leave_those_at_work_until_nobody_holds_them():
    user = Membership()
    two = user.executor(2)
    processes = [psutil.Process(pid) for pid in two._processes]
    asked = two.submit(abs, -3)
    assert len(user.executor(1)._processes) == 1
    assert two.submit(abs, -4).result() == 4
    assert asked.result() == 3
    del two, asked
    assert psutil.wait_procs(processes, timeout=60)[1] == []
    user.end()


class StopError(Exception):
    pass


@pytest.mark.parametrize("error", [OSError(11, "Resource temporarily unavailable"), StopError()])
def test_a_worker_that_was_started_alone_does_not_stay(monkeypatch, error):
    started = []
    start = BaseProcess.start

    def start_one(process):
        if started:
            raise error
        start(process)
        started.append(process)

    monkeypatch.setattr(pool, "_failed", [])
    pool._end_workers()
    with monkeypatch.context() as patched, pytest.raises((CannotStartError, StopError)):
        patched.setattr(BaseProcess, "start", start_one)
        Membership().executor(2)
    assert not started[0].is_alive()
    pool._failed.clear()
    assert Membership().executor(2).submit(abs, -3).result() == 3
