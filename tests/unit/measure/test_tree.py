"""What a worker leaves behind is ended, and told where it is the user's."""

import os
import subprocess
import sys

import psutil
import pytest

from epochly.measure.tree import RUN_VARIABLE, end_strays


@pytest.mark.parametrize(("name", "told"), [("resource_tracker", False), ("server", True)])
def test_a_tracker_that_is_slow_to_end_is_none_of_the_users_processes(name, told):
    command = [sys.executable, "-c", f"print({name!r}, flush=True); import time; time.sleep(60)"]
    environment = {**os.environ, RUN_VARIABLE: f"test-{os.getpid()}"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as left:
        left.stdout.readline()
        names = [psutil.Process(left.pid).name()]
        ended = end_strays(environment[RUN_VARIABLE], session=-1, grace_s=0.05)
        assert left.wait(10) != 0
    assert ended == (names if told else [])
