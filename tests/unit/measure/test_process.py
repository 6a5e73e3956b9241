"""A worker is watched and ended with all that came from it, however it tries to get away."""

import dataclasses
import time

import psutil
import pytest

from epochly.errors import ResultError
from epochly.measure import process
from epochly.measure.process import (
    Surroundings,
    WorkerEndedError,
    WorkerMemoryError,
    WorkerTimeoutError,
)
from epochly.workload import Workload

GUEST = """
import json, os, random, sys, time

def fork_and_return():
    os.fork()
    return 1

def replace_what_modules_offer():
    time.perf_counter = time.monotonic = time.process_time = time.thread_time = lambda: 0.0
    random.seed = random.getstate = json.dumps = json.loads = None
    time.sleep(0.001)
    return 1

async def count():
    yield 1

def exit_beside_a_child():
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    os._exit(7)

def leave_a_daemon_without_environment():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve("/bin/sleep", ["sleep", "61"], {})
        os._exit(0)
    os.wait()
    time.sleep(0.2)
    return 1

def a_daemon_that_grows():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = bytearray(b"x") * 400_000_000
            time.sleep(60)
        os._exit(0)
    os.wait()
    time.sleep(60)

def print_much():
    while True:
        os.write(1, b"x" * 1_000_000)

class OnlyWrites:
    def write(self, text):
        pass

def replace_standard_output():
    sys.stdout = OnlyWrites()
    print("x")
    return 1

def detach_standard_output():
    sys.stdout.detach()
    return 1

class Odd(BaseException):
    args = property(lambda self: 1 / 0)

    def __str__(self):
        raise RuntimeError

def raise_what_cannot_be_shown():
    raise Odd

def raise_a_long_text():
    raise ValueError("x" * 1_000_000)

class Two(Exception):
    def __init__(self, one, two):
        super().__init__(one)

def return_what_cannot_be_read_back():
    return [Two(1, 2)]

def nested():
    value = ()
    for _ in range(100_000):
        value = (value,)
    return value

def holds_itself():
    value = []
    value.extend([value] * 1000)
    return value
"""


@pytest.fixture
def start(tmp_path):
    workers = []
    (tmp_path / "guest.py").write_text(GUEST)

    def started(function, memory_bytes=2**31, timeout_s=60):
        workload = Workload(target=f"guest:{function}", directory=str(tmp_path))
        around = Surroundings(str(tmp_path), "mark", str(tmp_path), {}, memory_bytes)
        worker = process.WorkerProcess(around, {}, generation=0, chance=0)
        workers.append(worker)
        document = dataclasses.asdict(workload)
        worker.request("load", timeout_s=timeout_s, workload=document, independent=False)
        return worker

    yield started
    for worker in workers:
        worker.close()


def call(worker, path=None):
    capture = None if path is None else str(path)
    return worker.request("call", timeout_s=30, capture=capture, profile=False)


def test_a_forked_child_that_returns_does_not_answer_for_the_worker(start):
    worker = start("fork_and_return")
    for _ in range(3):
        assert call(worker)["raised"] is None
        assert "peak_bytes" in worker.request("realized", timeout_s=30)


def test_a_call_that_forks_is_made_once_in_each_sample(start, tmp_path):
    worker = start("fork_and_return")
    assert call(worker, tmp_path / "outcome")["repeatable"] is False
    limits = {"call_s": 1e-5, "same_inputs": False, "wanted_s": 0.05, "limit_s": 0.2}
    found = worker.request("repeat", timeout_s=30, profile="py-spy", **limits)
    assert found["raised"] is None
    deadline = time.monotonic() + 10
    while (running := running_children(worker)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running == []


def running_children(worker):
    children = psutil.Process(worker.pid).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


def test_a_function_that_replaces_what_modules_offer_is_measured(start, tmp_path):
    worker = start("replace_what_modules_offer")
    for _ in range(2):
        answer = call(worker, tmp_path / "outcome")
        assert answer["raised"] is None
        assert answer["seconds"] > 0.001
    assert worker.request("sample", timeout_s=30, loops=2)["seconds"] > 0.001
    limits = {"call_s": 0.001, "same_inputs": True, "wanted_s": 0.01, "limit_s": 0.1}
    assert worker.request("repeat", timeout_s=5, profile="in-process", **limits)["calls"] > 1


def test_an_asynchronous_generator_is_not_to_be_wrapped_in_a_list(start, tmp_path):
    with pytest.raises(ResultError, match="an asynchronous generator") as caught:
        call(start("count"), tmp_path / "outcome")
    assert "list()" not in caught.value.remedy


def test_loading_that_takes_too_long_is_not_called_a_call(start, tmp_path):
    (tmp_path / "guest.py").write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(WorkerTimeoutError, match="it took longer than 1 s"):
        start("f", timeout_s=1)


def test_the_end_of_a_worker_is_seen_although_a_child_holds_its_line(start):
    with pytest.raises(WorkerEndedError, match="exited with status 7"):
        call(start("exit_beside_a_child"))


def test_an_interrupt_ends_a_worker_in_the_middle_of_a_call_at_once(start):
    def interrupt():
        raise KeyboardInterrupt

    worker = start("a_daemon_that_grows")
    with pytest.raises(KeyboardInterrupt):
        worker.request("call", timeout_s=30, watch=interrupt, capture=None, profile=False)
    assert not psutil.pid_exists(worker.pid)
    assert worker.close() == []


def test_a_daemon_with_a_session_and_environment_of_its_own_is_ended(start):
    worker = start("leave_a_daemon_without_environment")
    call(worker)
    assert worker.close() == ["sleep"]
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "61"]]


def test_the_memory_of_a_daemon_counts(start):
    with pytest.raises(WorkerMemoryError, match="more than the limit"):
        call(start("a_daemon_that_grows", memory_bytes=300 * 2**20))


def test_printing_without_end_is_ended(start, monkeypatch):
    monkeypatch.setattr(process, "PRINTED_BYTES", 10 * 2**20)
    with pytest.raises(WorkerMemoryError, match="printed more than 10 MiB"):
        call(start("print_much"))


@pytest.mark.parametrize("function", ["replace_standard_output", "detach_standard_output"])
def test_streams_are_put_back_and_such_a_call_is_not_repeated_within_a_sample(
    start, tmp_path, function
):
    worker = start(function)
    for _ in range(3):
        answer = call(worker, tmp_path / "outcome")
        assert (answer["raised"], answer["repeatable"]) == (None, False)


def test_an_exception_without_text_or_arguments_is_an_outcome(start, tmp_path):
    answer = call(start("raise_what_cannot_be_shown"), tmp_path / "outcome")
    assert "Odd" in answer["raised"]["text"]


def test_the_text_of_an_exception_is_cut(start):
    assert len(call(start("raise_a_long_text"))["raised"]["text"]) < 3000


def test_an_outcome_that_cannot_be_read_back_is_unchecked(start, tmp_path):
    worker, path = start("return_what_cannot_be_read_back"), str(tmp_path / "outcome")
    call(worker, path)
    tolerance = {"rtol": None, "atol": 0.0, "exact": False}
    found = worker.request(
        "compare", timeout_s=30, expected=path, actual=path, tolerance=tolerance, shape_only=False
    )
    assert found["verdict"] == "unchecked"
    assert "TypeError" in found["where"]


@pytest.mark.parametrize("function", ["nested", "holds_itself"])
def test_a_result_of_any_shape_is_an_outcome(start, tmp_path, function):
    assert call(start(function), tmp_path / "outcome")["raised"] is None


def test_a_module_that_empties_the_import_path_is_measured(start, tmp_path):
    (tmp_path / "guest.py").write_text("import sys\nsys.path[:] = []\ndef f():\n    return 1\n")
    worker = process.WorkerProcess(
        Surroundings(str(tmp_path), "mark", str(tmp_path), {}, 2**31), {}, generation=0, chance=0
    )
    try:
        workload = Workload(target="guest:f", directory=str(tmp_path))
        document = dataclasses.asdict(workload)
        worker.request("load", timeout_s=60, workload=document, independent=False)
        assert call(worker, tmp_path / "outcome")["raised"] is None
        assert worker.request("understand", timeout_s=30)["repetition"]["writes"] is None
    finally:
        worker.close()
