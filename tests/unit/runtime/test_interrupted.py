"""Timeouts and other exceptions that a signal handler raises go on to the program."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest
from unit.runtime import programs
from unit.runtime.test_tier import Program

import epochly
from epochly.interrupted import let_through
from epochly.registry import get_backend


class TimeIsUpError(Exception):
    pass


@pytest.fixture
def alarm():
    """Has a handler raise at once when called."""

    def handler(number, frame):
        raise TimeIsUpError

    before = signal.signal(signal.SIGUSR1, handler)
    yield lambda *_, **__: signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def test_one_that_comes_while_a_level_is_prepared(alarm, monkeypatch):
    function = epochly.optimize(level=2)(programs.squares)
    with monkeypatch.context() as during:
        during.setattr(type(get_backend("numba")), "prepare", alarm)
        with pytest.raises(TimeIsUpError):
            function(10)
    assert function(10) == 285
    assert "runs: level 2" in epochly.explain(function)


def test_one_that_comes_while_compiled_code_runs(alarm, monkeypatch):
    from epochly_backends.numba_jit.specialization import Specialization

    function = epochly.optimize(level=2)(programs.squares)
    function(10)
    with monkeypatch.context() as during:
        during.setattr(Specialization, "_passed", alarm)
        with pytest.raises(TimeIsUpError):
            function(10)
    assert function(10) == 285


def test_one_that_comes_while_candidates_are_looked_for(alarm):
    program = Program()
    program.run(3)
    program.tier._launch = alarm
    with pytest.raises(TimeIsUpError):
        program.run()
    program.tier._launch = program.launch
    program.run(10)
    assert program.launched


def test_ctrl_c_while_candidates_are_looked_for_has_them_looked_for_again(alarm):
    def interrupt(*_):
        raise KeyboardInterrupt

    program = Program()
    program.run(3)
    program.tier._launch = interrupt
    with pytest.raises(KeyboardInterrupt):
        program.run()
    assert program.tier.state == "observing"
    program.tier._launch = program.launch
    program.run(10)
    assert (program.tier.state, len(program.launched)) == ("preparing", 1)
    program.tier.when_called(interrupt)
    with pytest.raises(KeyboardInterrupt):
        program.run()
    program.run(30)
    assert len(program.launched) == 2


def test_what_was_raised_from_it_gives_way_to_it(alarm):
    try:
        try:
            alarm()
        except TimeIsUpError as error:
            raise OSError("a backend's own words") from error
    except OSError as error:
        with pytest.raises(TimeIsUpError):
            let_through(error)


def test_any_other_exception_is_not_one(alarm):
    try:
        time.sleep(-1)
    except ValueError as error:
        let_through(error)


def test_an_interrupted_import_says_nothing_about_a_function(tmp_path, monkeypatch):
    monkeypatch.setenv("EPOCHLY_CACHE_DIR", str(tmp_path))
    (tmp_path / "shop.py").write_text(
        "import epochly\n\n\n@epochly.optimize()\ndef total(n):\n    t = 0.0\n"
        "    for i in range(n):\n        t += i * 0.5\n    return t\n"
    )
    program = """
        import os, sys, time

        class Interrupted:
            pid = os.getpid()
            came = False

            def find_spec(self, name, path=None, target=None):
                if name == "numpy._core.umath" and os.getpid() == self.pid and not self.came:
                    self.came = True
                    raise KeyboardInterrupt

        interrupted = Interrupted()
        sys.meta_path.insert(0, interrupted)
        import shop

        ending = time.monotonic() + 20
        while time.monotonic() < ending and not os.path.exists("decisions.yaml"):
            try:
                shop.total(300_000)
            except KeyboardInterrupt:
                ending = time.monotonic() + 5
        print(interrupted.came)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"
    kept = tmp_path / "decisions.yaml"
    assert not kept.exists() or "level: 0" not in kept.read_text()
