"""Runs the real command again and again, in a process of its own each time.

What each would import first, SciPy above all, is imported once: every process is a fork of this
one, and leaves through the interpreter's own exit.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

LIMIT_S = 100
COMMON = (
    "scipy.stats",
    "epochly_cli.app",
    "epochly_cli.gating",
    "epochly_cli.measuring",
    "epochly_cli.workloads",
    "epochly.measure.session",
    "epochly.recommend.findings",
)


def launch():
    """Return in a new process for each line read, as the console script would begin."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            return become(**json.loads(line))
        signal.signal(signal.SIGALRM, lambda *_, late=child: os.kill(late, signal.SIGKILL))
        signal.alarm(LIMIT_S)
        _, status = os.waitpid(child, 0)
        signal.alarm(0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)


def become(arguments, folder, environment, out, err):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    opened = [os.open(os.devnull, os.O_RDONLY), os.open(out, flags), os.open(err, flags)]
    for number, descriptor in enumerate(opened):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - lives on
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    os.chdir(folder)
    script = Path(sys.executable).with_name("epochly")
    sys.argv[:] = [str(script), *arguments]
    sys.path[0] = str(script.parent)


if __name__ == "__main__":
    for name in COMMON:
        importlib.import_module(name)
    with contextlib.suppress(ImportError):
        importlib.import_module("typer._adapters")
    gc.freeze()
    launch()
    sys.modules["epochly_cli.app"].main()
