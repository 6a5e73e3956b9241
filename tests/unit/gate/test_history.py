from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli.gate_reports import MIXED, PASSED, gate_report

from epochly.errors import UsageError
from epochly.gate import history
from epochly.gate.entries import entry_of_gate
from epochly.gate.history import append, check_place, read

FIRST = entry_of_gate(gate_report(PASSED, created="2026-01-01T00:00:00+00:00"))
SECOND = entry_of_gate(gate_report(PASSED, created="2026-01-02T00:00:00+00:00"))
WRITER = """
import sys
from pathlib import Path
from cli.gate_reports import MIXED
from epochly.gate.entries import entry_of_gate
from epochly.gate.history import append
for _ in range(25):
    append(Path(sys.argv[1]), entry_of_gate(MIXED))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".epochly" / "history.jsonl"


def test_runs_are_appended_a_line_each_and_read_back(path: Path):
    assert append(path, FIRST) is None
    before = path.read_bytes()
    assert append(path, SECOND) is None
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(b"\n") == 2
    assert read(path).entries == (FIRST, SECOND)
    assert read(path).warnings == ()


def test_runs_are_read_oldest_first_whatever_their_order_in_the_file(path: Path):
    append(path, SECOND)
    append(path, FIRST)
    assert read(path).entries == (FIRST, SECOND)


def test_a_time_without_a_zone_is_taken_for_utc(path: Path):
    naive = replace(FIRST, created="2026-01-01T12:00:00")
    append(path, SECOND)
    append(path, naive)
    assert read(path).entries == (naive, SECOND)


def test_a_torn_last_line_is_left_out_with_a_warning(path: Path):
    append(path, FIRST)
    append(path, SECOND)
    path.write_bytes(path.read_bytes()[:-40])
    found = read(path)
    assert found.entries == (FIRST,)
    assert found.warnings == (f"line 2 of {path} is left out: it is torn",)


def test_appending_drops_a_torn_last_line_with_a_warning(path: Path):
    append(path, FIRST)
    append(path, SECOND)
    path.write_bytes(path.read_bytes()[:-40])
    assert "torn and has been dropped" in append(path, SECOND)
    found = read(path)
    assert (found.entries, found.warnings) == ((FIRST, SECOND), ())


@pytest.mark.parametrize("kept", range(1, 60, 7))
def test_a_file_torn_within_its_first_line_is_usable_again(path: Path, kept: int):
    append(path, FIRST)
    path.write_bytes(path.read_bytes()[:kept])
    assert append(path, SECOND) is not None
    assert read(path).entries == (SECOND,)


def test_a_whole_last_line_without_its_newline_is_kept(path: Path):
    append(path, FIRST)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert append(path, SECOND) is None
    assert read(path).entries == (FIRST, SECOND)


def test_an_unreadable_line_in_the_middle_is_left_out_and_its_number_is_told(path: Path):
    append(path, FIRST)
    with open(path, "ab") as file:
        file.write(b"<<<<<<< HEAD\n\n")
    append(path, SECOND)
    found = read(path)
    assert found.entries == (FIRST, SECOND)
    (warning,) = found.warnings
    assert warning.startswith(f"line 2 of {path} is left out: Expecting value")


def test_an_unreadable_line_in_the_middle_is_never_removed(path: Path):
    append(path, FIRST)
    path.write_bytes(b"not ours\n" + path.read_bytes())
    append(path, SECOND)
    assert path.read_bytes().startswith(b"not ours\n")


@pytest.mark.parametrize("text", ["# Notes\n\nthe last line", '{\n  "schema": "other"\n}'])
def test_a_file_of_another_kind_is_never_added_to(tmp_path: Path, text: str):
    path = tmp_path / "notes"
    path.write_text(text)
    for refused in (check_place, lambda place: append(place, FIRST)):
        with pytest.raises(UsageError, match="is not a history"):
            refused(path)
    assert path.read_text() == text


def test_processes_that_append_at_once_lose_nothing(path: Path):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path)], env=environment)
        for _ in range(3)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    found = read(path)
    assert found.entries == (entry_of_gate(MIXED),) * 75
    assert found.warnings == ()


def test_a_place_that_cannot_be_written_is_one_message(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written") as caught:
        append(tmp_path / "file" / "history.jsonl", FIRST)
    assert caught.value.remedy
    with pytest.raises(UsageError, match="cannot be written"):
        append(tmp_path, FIRST)


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    append(path, FIRST)
    before = path.read_bytes()
    real_open = open

    def full_open(*arguments, **keywords):
        file = real_open(*arguments, **keywords)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

            def write(self, line: bytes) -> int:
                return file.write(line[:30])

            def __getattr__(self, name: str):
                return getattr(file, name)

        return Full()

    monkeypatch.setattr(history, "open", full_open, raising=False)
    with pytest.raises(UsageError, match="the disk is full"):
        append(path, SECOND)
    assert path.read_bytes() == before


def test_a_history_that_another_process_holds_is_named_and_nothing_stays_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    append(path, FIRST)
    monkeypatch.setattr(history, "LOCK_S", 0.0)
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match=r"history\.jsonl .*another process holds it"):
            append(path, SECOND)
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_history_says_what_writes_one(path: Path):
    with pytest.raises(UsageError, match="there is no history") as caught:
        read(path)
    assert "epochly gate" in caught.value.remedy


def test_a_folder_is_no_history(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path)


def test_a_place_is_checked_before_anything_runs_and_nothing_is_made(tmp_path: Path):
    check_place(tmp_path / "new" / "history.jsonl")
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "history.jsonl"):
        with pytest.raises(UsageError) as caught:
            check_place(place)
        assert str(place) in caught.value.what
        assert "--no-history" in str(caught.value.remedy)
