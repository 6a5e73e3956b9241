import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from epochly.profile import pyspy
from epochly.profile.pyspy import Recorder, TracingError

VIEWS = {"wall": ("--idle",), "gil": ("--gil",)}
SAMPLES = """
import signal, sys, time
output = sys.argv[sys.argv.index("--output") + 1]
view = "gil" if "--gil" in sys.argv else "wall"
signal.signal(signal.SIGINT, lambda *_: (open(output, "w").write(view + " 1\\n"), sys.exit()))
print("py-spy> Sampling process", flush=True)
time.sleep(60)
"""
REFUSES = "print('Error: Permission Denied: Try running again with sudo'); raise SystemExit(1)"
DAWDLES = "import time; time.sleep(60)"
WRITES_NOTHING = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit())
print("Sampling process", flush=True)
time.sleep(60)
"""


@pytest.fixture
def standing_in(tmp_path: Path, monkeypatch):
    """Lets a program of ours stand in for py-spy; every start is noted."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    def standing_in(source: str):
        path = tmp_path / "py-spy"
        path.write_text(f"#!{sys.executable} -S\n{source}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(pyspy, "program", lambda: str(path))
        return started

    monkeypatch.setattr(subprocess, "Popen", start)
    yield standing_in
    assert all(process.poll() is not None for process in started)


def test_every_view_is_recorded_while_the_block_runs(standing_in, tmp_path: Path):
    started = standing_in(SAMPLES)
    with Recorder(os.getpid(), tmp_path, VIEWS, 500) as recorder:
        assert len(started) == 2
    assert recorder.recording("wall") == "wall 1\n"
    assert recorder.recording("gil") == "gil 1\n"
    for process in started:
        assert "--nonblocking" in process.args
        assert process.args[process.args.index("--rate") + 1] == "500"
        assert process.args[process.args.index("--pid") + 1] == str(os.getpid())


def test_a_recorder_ends_with_its_block_when_that_raises(standing_in, tmp_path: Path):
    standing_in(SAMPLES)
    with pytest.raises(KeyError), Recorder(os.getpid(), tmp_path, VIEWS, 500):
        raise KeyError


def test_what_py_spy_may_not_do_is_told_in_its_words(standing_in, tmp_path: Path):
    standing_in(REFUSES)
    with (
        pytest.raises(TracingError, match="cannot trace: Permission Denied") as caught,
        Recorder(os.getpid(), tmp_path, VIEWS, 500),
    ):
        pytest.fail("it recorded")
    assert caught.value.what == "py-spy cannot trace: Permission Denied"
    assert caught.value.remedy


def test_a_py_spy_that_is_never_ready_is_given_up(standing_in, tmp_path: Path, monkeypatch):
    standing_in(DAWDLES)
    monkeypatch.setattr(pyspy, "READY_WITHIN_S", 0.05)
    with (
        pytest.raises(TracingError, match="not ready within"),
        Recorder(os.getpid(), tmp_path, VIEWS, 500),
    ):
        pytest.fail("it recorded")


def test_a_recording_that_was_never_written_is_an_error(standing_in, tmp_path: Path):
    standing_in(WRITES_NOTHING)
    with Recorder(os.getpid(), tmp_path, VIEWS, 500) as recorder:
        pass
    with pytest.raises(TracingError):
        recorder.recording("wall")


def test_without_py_spy_the_remedy_is_to_install_it(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(pyspy, "program", lambda: None)
    with (
        pytest.raises(TracingError, match="not installed") as caught,
        Recorder(os.getpid(), tmp_path, VIEWS, 500),
    ):
        pytest.fail("it recorded")
    assert caught.value.remedy == "pip install py-spy"
