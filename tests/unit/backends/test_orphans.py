"""Worker processes whose program has ended."""

import os
import subprocess
import sys
import threading
import time

import pytest
from epochly_backends.orphans import POLL_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="made for POSIX")
CODE = """
import os, sys, time
from epochly_backends.orphans import end_with

end_with(int(sys.argv[1]))
print("watching", flush=True)
time.sleep(60)
"""


def started(parent):
    return subprocess.Popen([sys.executable, "-c", CODE, str(parent)], stdout=subprocess.PIPE)


def test_a_process_of_another_parent_ends():
    worker = started(parent=1 if os.getpid() != 1 else 2)
    assert worker.wait(30) == 1
    worker.stdout.close()


def test_a_worker_stays_where_the_thread_that_started_it_ends():
    workers = []
    thread = threading.Thread(target=lambda: workers.append(started(os.getpid())))
    thread.start()
    thread.join()
    (worker,) = workers
    assert worker.stdout.readline() == b"watching\n"
    time.sleep(2 * POLL_S)
    assert worker.poll() is None
    worker.kill()
    worker.wait()
    worker.stdout.close()
