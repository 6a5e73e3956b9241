"""Running the real command over a folder of user code."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

COMMAND = [str(Path(sys.executable).with_name("epochly"))]


@dataclass
class Ran:
    """What the command did."""

    out: str
    err: str
    code: int

    @property
    def report(self):
        return json.loads(self.out)

    def row(self, level):
        return next(row for row in self.report["levels"] if row["level"] == level)


class Launcher:
    """Starts commands without the imports that each would begin with."""

    def __init__(self, path):
        self.out, self.err = path / "out", path / "err"
        script = Path(__file__).with_name("launcher.py")
        self.process = subprocess.Popen(
            [sys.executable, script],
            # No other thread may run where a process forks.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments, folder, environment):
        order = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": environment,
            "out": str(self.out),
            "err": str(self.err),
        }
        print(json.dumps(order), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        return Ran(self.out.read_text(), self.err.read_text(), code)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Folder:
    """A user's folder with a temporary folder of its own, where the command runs."""

    def __init__(self, path, launcher):
        self.launcher = launcher
        self.path = path / "project"
        self.path.mkdir()
        self.temporary = path / "tmp"
        self.temporary.mkdir()
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "EPOCHLY_RUN"},
            "TMPDIR": str(self.temporary),
            "FOLDER_MARK": str(path),
        }
        shutil.copy(Path(__file__).with_name("misbehaving.py"), self.path)

    def start(self, *arguments, **options):
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.path,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            **options,
        )

    def run(self, *arguments):
        if self.environment.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
            # An interpreter reads it once, before anything else.
            process = self.start(*arguments)
            return Ran(*process.communicate(timeout=100), code=process.wait())
        return self.launcher.run(arguments, self.path, self.environment)

    def bench(self, function, *options):
        target = function if ":" in function else f"misbehaving.py:{function}"
        common = ["--levels", "0,1", "--budget", "0.1", "--format", "json"]
        return self.run("bench", target, *common, *options)

    def left_running(self):
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FOLDER_MARK") == self.environment["FOLDER_MARK"]:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found


@pytest.fixture(scope="session")
def launcher(tmp_path_factory):
    made = Launcher(tmp_path_factory.mktemp("launcher"))
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path, launcher):
    """Nothing that the command started, and no file of its own, may be left."""
    made = Folder(tmp_path, launcher)
    yield made
    assert made.left_running() == []
    assert list(made.temporary.iterdir()) == []
