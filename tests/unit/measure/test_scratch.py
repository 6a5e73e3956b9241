"""A run's temporary folder goes with it, and one that was killed is tidied up by the next."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from epochly.measure.scratch import OWNER, scratch_folder

LIVING = """
import time
from epochly.measure.scratch import scratch_folder
with scratch_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_after_its_block(temporary):
    with scratch_folder("site-") as folder:
        assert Path(folder).name.startswith("epochly-site-")
        assert Path(folder).parent == temporary
    assert list(temporary.iterdir()) == []


def test_a_killed_runs_folder_is_removed_by_the_next_and_a_living_ones_is_not(temporary):
    process = subprocess.Popen(
        [sys.executable, "-c", LIVING],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    folder = Path(process.stdout.readline().strip())
    try:
        with scratch_folder():
            assert folder.is_dir()
        process.send_signal(signal.SIGKILL)
        process.wait()
        with scratch_folder():
            assert not folder.exists()
    finally:
        process.kill()
        process.communicate()


def test_folders_that_are_not_ours_are_left_alone(temporary):
    (temporary / "epochly-notes").mkdir()
    elsewhere = temporary / "mine"
    elsewhere.mkdir()
    (elsewhere / OWNER).touch()
    (temporary / "epochly-link").symlink_to(elsewhere)
    with scratch_folder():
        pass
    assert (temporary / "epochly-notes").is_dir()
    assert (elsewhere / OWNER).exists()
