"""What would change the world is found out before it happens."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings

import pytest

from epochly.runtime.forbidding import Forbidden, Forbidding


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (lambda folder: (folder / "new").write_text("x"), "it writes to"),
        (lambda folder: open(folder / "old", "a"), "it writes to"),  # noqa: SIM115
        (lambda folder: os.open(folder / "new", os.O_CREAT), "it writes to"),
        (lambda folder: (folder / "new").mkdir(), "os.mkdir"),
        (lambda folder: (folder / "old").unlink(), "os.remove"),
        (lambda folder: (folder / "old").rename(folder / "new"), "os.rename"),
        (lambda folder: shutil.copy(folder / "old", folder / "new"), "shutil.copy"),
        (lambda folder: sqlite3.connect(folder / "new"), "sqlite3.connect"),
        (lambda folder: subprocess.run([sys.executable, "-c", ""], check=True), "subprocess.Popen"),
        (lambda folder: os.system("true"), "os.system"),
        (lambda folder: list(map(print, ["x"])), "it prints"),
        (lambda folder: socket.create_connection(("127.0.0.1", 9), 1), "socket.connect"),
    ],
)
def test_it_is_told_and_does_not_happen(does, told, tmp_path):
    (tmp_path / "old").write_text("kept")
    with pytest.raises(Forbidden, match=told), Forbidding():
        does(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "kept"


def test_reading_is_allowed_and_so_is_all_afterwards(tmp_path):
    (tmp_path / "old").write_text("kept")
    with Forbidding():
        assert (tmp_path / "old").read_text() == "kept"
        with open(os.devnull, "w") as nowhere:
            nowhere.write("x")
    (tmp_path / "new").write_text("x")


def test_a_warning_is_no_effect():
    with pytest.warns(UserWarning, match="careful"), Forbidding():
        warnings.warn("careful", stacklevel=1)


def test_keeping_compiled_code_is_no_effect(tmp_path):
    with Forbidding():
        (tmp_path / "__pycache__").mkdir()
        (tmp_path / "__pycache__" / "f.nbi.tmp").write_text("x")
        os.replace(tmp_path / "__pycache__" / "f.nbi.tmp", tmp_path / "__pycache__" / "f.nbi")


def test_what_the_program_has_caught_is_told_all_the_same(tmp_path):
    def writes():
        with contextlib.suppress(BaseException):
            (tmp_path / "new").write_text("x")

    with pytest.raises(Forbidden, match="it writes to"), Forbidding():
        writes()


def test_what_another_thread_of_the_program_asked_for_is_told(tmp_path):
    def write():
        with contextlib.suppress(BaseException):
            (tmp_path / "new").write_text("x")

    with pytest.raises(Forbidden, match="it writes to"), Forbidding():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert not (tmp_path / "new").exists()


def test_what_the_code_itself_raises_goes_on():
    with pytest.raises(ZeroDivisionError), Forbidding():
        raise ZeroDivisionError
