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

    code: int
    out: str
    err: str

    @property
    def report(self):
        return json.loads(self.out)

    def row(self, level):
        return next(row for row in self.report["levels"] if row["level"] == level)


class Folder:
    """A user's folder with a temporary folder of its own, where the command runs."""

    def __init__(self, path):
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
        process = self.start(*arguments)
        out, err = process.communicate(timeout=100)
        return Ran(process.returncode, out, err)

    def bench(self, function, *options):
        target = function if ":" in function else f"misbehaving.py:{function}"
        common = ["--budget", "0.3", "--format", "json"]
        return self.run("bench", target, "--levels", "0,1", *common, *options)

    def left_running(self):
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FOLDER_MARK") == self.environment["FOLDER_MARK"]:
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found


@pytest.fixture
def folder(tmp_path):
    """Nothing that the command started, and no file of its own, may be left."""
    made = Folder(tmp_path)
    yield made
    assert made.left_running() == []
    assert list(made.temporary.iterdir()) == []
