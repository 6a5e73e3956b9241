"""Decorated functions in other processes, after a fork, and after a reload."""

import importlib
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor

import pytest
from integration import process_programs as programs

import epochly

FUNCTIONS = {programs.compiled: 200, programs.overlapped: [1, 2, 3], programs.spread: [5000] * 40}


@pytest.fixture(autouse=True)
def _from_zero():
    epochly.reset_metrics()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_decorated_function_travels_by_name_and_is_decorated_there(method, function):
    expected = function.__wrapped__(FUNCTIONS[function])
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        answer = pool.submit(programs.report, function, FUNCTIONS[function])
        pid, value, calls, level = answer.result()
    assert pid != os.getpid()
    assert (value, calls) == (expected, 1)
    assert level == {programs.compiled: 2, programs.overlapped: 1, programs.spread: 3}[function]


def test_a_daemonic_process_which_may_not_start_others_runs_level_3_plainly():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        _, value, _, level = pool.apply(programs.report, (programs.spread, [5000] * 40))
    assert (value, level) == (programs.spread.__wrapped__([5000] * 40), 0)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_a_fork_after_the_first_call_runs_and_keeps_its_counts(function):
    argument = FUNCTIONS[function]
    expected = function(argument)
    calls = epochly.get_metrics(function)["total_calls"]
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        try:
            answer = programs.report(function, argument)
        except BaseException as error:  # the child must not go on with the tests
            answer = repr(error)
        os.write(writing, pickle.dumps(answer))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pickle.loads(pipe.read())
    os.waitpid(pid, 0)
    assert answer[1:3] == (expected, calls + 1)
    assert function(argument) == expected


def test_reloading_a_module_counts_its_functions_on_under_their_names(tmp_path, monkeypatch):
    path = tmp_path / "shop_to_reload.py"
    text = """
        import epochly

        @epochly.optimize(level=0)
        def price(amount):
            return amount * RATE

        RATE = {rate}
        """
    path.write_text(textwrap.dedent(text.format(rate=2)))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    shop = importlib.import_module("shop_to_reload")
    assert shop.price(3) == 6
    path.write_text(textwrap.dedent(text.format(rate=50)))
    importlib.invalidate_caches()
    shop = importlib.reload(shop)
    assert shop.price(3) == 150
    with epochly.optimize_context(level=0) as context:
        assert shop.price(4) == 200
    assert context.reached == ("shop_to_reload.price",)
    assert epochly.get_metrics(shop.price)["total_calls"] == 3


def test_a_program_ends_at_once_with_pools_and_contexts_open():
    code = """
        from integration import process_programs as programs
        import epochly

        context = epochly.optimize_context(level=2)
        context.__enter__()
        print(programs.overlapped([1, 2, 3]), programs.compiled(10))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[2, 3, 4] 285")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("before", [0, 1], ids=["first", "later"])
def test_a_call_at_the_end_of_a_program_runs_the_original(before):
    code = f"""
        import atexit, threading, time
        from integration import process_programs as programs

        calls = {{programs.overlapped: [1, 2], programs.spread: [2] * 9, programs.compiled: 3}}

        def call_all():
            return [function(argument) for function, argument in calls.items()]

        def late():
            while threading.main_thread().is_alive():
                time.sleep(0.01)
            print(call_all())

        for _ in range({before}):
            call_all()
        atexit.register(lambda: print(call_all()))
        threading.Thread(target=late).start()
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines() == [str([[2, 3], [1] * 9, 5])] * 2


def test_disabled_a_program_runs_without_loading_the_library():
    code = """
        import epochly, sys

        @epochly.optimize(level=2)
        def double(n):
            return 2 * n

        print(double(3), "epochly.runtime.dispatcher" in sys.modules)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env={**os.environ, "EPOCHLY_DISABLE": "1"},
        check=True,
    )
    assert done.stdout.split() == ["6", "False"]
