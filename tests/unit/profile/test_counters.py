import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from epochly.profile import counters
from epochly.profile.counters import Times, counted, run_calls, timed

MIB = 2**20
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@linux
def test_bytes_read_are_those_of_the_call_alone(tmp_path: Path):
    path = tmp_path / "data"
    path.write_bytes(bytes(3 * MIB))
    _, _, counts = counted(lambda: os.close(_read(path, 3 * MIB)))
    assert counts.read_bytes == 3 * MIB
    assert counts.written_bytes == 0


@linux
def test_bytes_written_are_counted(tmp_path: Path):
    descriptor = os.open(tmp_path / "data", os.O_WRONLY | os.O_CREAT)
    _, _, counts = counted(lambda: os.write(descriptor, bytes(12345)))
    os.close(descriptor)
    assert counts.written_bytes == 12345


@linux
def test_a_call_that_does_nothing_reads_and_writes_nothing():
    _, _, counts = counted(lambda: None)
    assert (counts.read_bytes, counts.written_bytes, counts.major_faults) == (0, 0, 0)


@linux
def test_the_peak_is_that_of_the_call_and_not_of_what_came_before():
    large = bytearray(200 * MIB)
    del large
    _, _, idle = counted(lambda: None)
    _, _, filled = counted(lambda: len(bytearray(100 * MIB)))
    assert idle.peak_of_call
    assert 90 * MIB < filled.peak_memory_bytes - idle.peak_memory_bytes < 110 * MIB


def test_the_peak_is_of_the_process_where_it_cannot_be_reset(tmp_path, monkeypatch):
    monkeypatch.setattr(counters, "_CLEAR", tmp_path / "no" / "such" / "folder")
    _, _, counts = counted(lambda: None)
    assert not counts.peak_of_call
    assert counts.peak_memory_bytes > MIB


def test_without_proc_the_rest_is_still_counted(tmp_path, monkeypatch):
    for name in ("_CLEAR", "_IO", "_STATUS"):
        monkeypatch.setattr(counters, name, tmp_path / "no" / "such")
    monkeypatch.setattr(counters, "_SCHEDULER", str(tmp_path / "none"))
    _, times, counts = counted(lambda: len(bytearray(100 * MIB)))
    assert counts.read_bytes is None
    assert counts.storage_written_bytes is None
    assert times.queue_s == 0.0
    assert counts.minor_faults is not None
    assert counts.peak_memory_bytes > 100 * MIB


def test_fresh_memory_faults_once_for_a_page():
    pages = 50 * MIB // os.sysconf("SC_PAGE_SIZE")
    _, _, counts = counted(lambda: b"x" * (50 * MIB))
    assert 0 < counts.minor_faults <= 1.2 * pages


def test_a_child_that_ends_during_the_call_is_included():
    child = [sys.executable, "-I", "-S", "-c", "x = b'x' * (50 << 20)"]
    _, times, counts = counted(lambda: subprocess.run(child, check=True))
    assert counts.minor_faults > 500
    assert times.thread_cpu_s < times.wall_s


def test_sleeping_switches_and_takes_no_cpu_time():
    _, times, counts = counted(lambda: time.sleep(0.02))
    assert times.wall_s >= 0.02
    assert times.thread_cpu_s < 0.01
    assert counts.voluntary_switches >= 1


def test_cpu_time_is_that_of_the_thread_and_of_the_process():
    _, times = timed(lambda: _spin(0.02))
    assert 0.02 <= times.thread_cpu_s <= times.wall_s + 0.001
    assert times.process_cpu_s >= times.thread_cpu_s - 0.001


def test_times_add_up():
    assert Times(1, 2, 3, 4) + Times(queue_s=1) == Times(1, 2, 3, 5)


def test_calls_return_what_the_first_returned():
    answers = iter("abc")
    assert run_calls(lambda: next(answers), (), {}, 3) == "a"
    assert list(answers) == []


def test_what_a_call_raises_propagates():
    with pytest.raises(KeyError):
        counted(lambda: run_calls({}.__getitem__, (1,), {}, 1))


def _read(path: Path, size: int) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    assert len(os.read(descriptor, size)) == size
    return descriptor


def _spin(cpu_s: float) -> None:
    end = time.thread_time() + cpu_s
    while time.thread_time() < end:
        pass


def test_stolen_time_is_divided_by_how_much_a_thread_ran(monkeypatch):
    ticks = iter([(100, 10), (140, 20)])
    monkeypatch.setattr(counters, "_ticks", lambda: next(ticks))
    assert counters.Steal().from_thread(0.2) == pytest.approx(0.05)


def test_too_few_ticks_say_nothing_about_stolen_time(monkeypatch):
    ticks = iter([(100, 10), (101, 11)])
    monkeypatch.setattr(counters, "_ticks", lambda: next(ticks))
    assert counters.Steal().from_thread(0.2) == 0.0


def test_a_system_without_ticks_steals_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(counters, "_STAT", tmp_path / "none")
    assert counters.Steal().from_thread(0.2) == 0.0
