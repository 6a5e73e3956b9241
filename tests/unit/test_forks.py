"""A forked child finds open what a thread of its parent holds."""

import os
import signal
import threading

import pytest

from epochly.forks import ProcessLock
from epochly.runtime.decisions import decision_file, decision_path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def forked(act, hold):
    """How a child ended that acted while a thread of its parent held something."""
    held, go_on = threading.Event(), threading.Event()

    def holding():
        with hold():
            held.set()
            go_on.wait(20)

    thread = threading.Thread(target=holding)
    thread.start()
    held.wait(5)
    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        try:
            act()
        except BaseException:  # the child must not go on with the tests
            os._exit(1)
        os._exit(0)
    go_on.set()
    thread.join()
    return os.waitpid(pid, 0)[1]


def test_a_lock_of_the_process_is_open_in_the_child():
    lock = ProcessLock()

    def act():
        with lock:
            pass

    assert forked(act, lambda: lock) == 0


def test_a_file_of_decisions_that_is_being_written_can_be_asked_in_the_child(tmp_path, monkeypatch):
    import epochly.runtime.automatic  # noqa: F401 - sees to its locks after a fork

    monkeypatch.setenv("EPOCHLY_CACHE_DIR", str(tmp_path))
    file = decision_file(decision_path())

    def act():
        assert decision_file(decision_path()).find("m:f", "int", "code") is None

    assert forked(act, lambda: file._lock) == 0
