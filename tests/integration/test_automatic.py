"""Programs that leave the choice of a level to `optimize`."""

import os
import subprocess
import sys
import textwrap

import psutil
import pytest

LOOP = """
    import time
    import numpy as np
    import epochly

    def slow(signal):
        total = 0.0
        for x in signal:
            total += x * x + 1.0
        return total

    fast = epochly.optimize(slow)
    signal = np.random.default_rng(1).random(200_000)
"""


@pytest.fixture
def run(tmp_path):
    """Run a program in a folder of its own, with a cache of its own; returns what it printed."""

    def call(code, *, name="program.py", check=True, **variables):
        path = tmp_path / name
        path.write_text(textwrap.dedent(code))
        done = subprocess.run(
            [sys.executable, name],
            cwd=tmp_path,
            env={**os.environ, "EPOCHLY_CACHE_DIR": str(tmp_path / "cache"), **variables},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout + done.stderr

    return call


UNTIL_DECIDED = """
    deadline = time.monotonic() + 80
    while "compile" not in epochly.explain(fast) and time.monotonic() < deadline:
        assert fast(signal) == slow(signal)
    print(epochly.explain(fast))
"""


def test_a_loop_is_compiled_while_the_program_runs_and_at_once_in_the_next_until_it_changes(
    run, tmp_path
):
    assert "level 2" in run(LOOP + UNTIL_DECIDED)
    text = (tmp_path / "cache" / "decisions.yaml").read_text()
    assert "backend: numba" in text
    once = "    assert fast(signal) == slow(signal)\n    print(epochly.explain(fast))\n"
    assert "level 2 (compile), numba" in run(LOOP + once)
    changed = LOOP.replace("+ 1.0", "+ 2.0")
    said = run(changed + "    print(fast(signal) == slow(signal), epochly.explain(fast))\n")
    assert "stale" in said
    assert "True" in said
    assert "level 0" in said


def test_a_broken_file_of_decisions_does_not_stop_the_program(run, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "decisions.yaml").write_text("decisions: [")
    assert "is ignored" in run(LOOP + "    print(fast(signal) == slow(signal))\n")


def test_a_project_keeps_its_decisions_beside_its_code(run, tmp_path):
    (tmp_path / ".epochly").mkdir()
    run(LOOP + UNTIL_DECIDED)
    assert "numba" in (tmp_path / ".epochly" / "decisions.yaml").read_text()


def test_a_function_that_leaves_a_trace_stays_at_level_0_and_says_why(run):
    said = run(
        """
        import time
        import epochly

        seen = []

        @epochly.optimize()
        def notes(n):
            seen.append(n)
            time.sleep(0.02)
            return n

        for n in range(20):
            assert notes(n) == n
        assert seen == list(range(20))
        print(epochly.explain(notes))
        """
    )
    assert "level 0" in said
    assert "seen.append" in said


def test_a_program_that_ends_while_candidates_are_prepared_leaves_nothing_behind(run, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    said = run(
        LOOP
        + """
    while "epochly-preparation" not in [t.name for t in __import__("threading").enumerate()]:
        fast(signal)
    time.sleep(0.2)
    import psutil
    print("children", len(psutil.Process().children()))
    """,
        TMPDIR=str(scratch),
    )
    assert "Traceback" not in said
    assert list(scratch.iterdir()) == []
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline", "environ"])
        if str(tmp_path) in str((process.info["environ"] or {}).get("EPOCHLY_CACHE_DIR", ""))
    ]
    assert psutil.wait_procs([psutil.Process(pid) for pid in left], timeout=5)[1] == []


SUMS = """
    import time
    import epochly
    from epochly.runtime import preparation

    def total(factor):
        found = 0
        for i in range(20_000):
            found += i * factor % 7
        return found

    def totals(factors):
        return [total(factor) for factor in factors]

    # Compiled code gains so much that nothing else would be tried.
    preparation.UNBEATEN = 1e9
    fast, factors = epochly.optimize(watch=0.5)(totals), list(range(30))

    def runs():
        return next(line.strip() for line in epochly.explain(fast).splitlines() if "runs" in line)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")
def test_a_level_in_use_is_kept_when_the_program_ends_and_the_next_one_tries_the_rest(
    run, tmp_path
):
    first = """
    from epochly_backends.processes import Processes

    # The rest takes longer than the program does.
    Processes.prepare = lambda *_: time.sleep(80)
    expected = totals(factors)
    deadline = time.monotonic() + 80
    while "level 2" not in runs() and time.monotonic() < deadline:
        assert fast(factors) == expected
    """
    run(SUMS + first)
    text = (tmp_path / "cache" / "decisions.yaml").read_text()
    assert ("backend: numba" in text, "unfinished: true" in text) == (True, True)
    then = """
    expected = totals(factors)
    assert fast(factors) == expected
    print(runs())
    deadline = time.monotonic() + 80
    while "unfinished" in open(decisions).read() and time.monotonic() < deadline:
        assert fast(factors) == expected
    """
    at = f"    decisions = {str(tmp_path / 'cache' / 'decisions.yaml')!r}\n"
    assert "level 2 (compile), numba" in run(SUMS + at + then)
    text = (tmp_path / "cache" / "decisions.yaml").read_text()
    assert ("backend: numba" in text, "unfinished" in text) == (True, False)


@pytest.mark.skipif(sys.platform != "linux", reason="signals that are ignored are read from /proc")
@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")
@pytest.mark.parametrize(("thread", "copies"), [("", 1), ("threading.Event().wait", 0)])
def test_levels_are_tried_in_a_copy_of_a_program_without_threads_and_in_a_new_one_else(
    run, thread, copies
):
    said = run(
        LOOP
        + f"""
    import os, threading

    copies = []
    os.register_at_fork(after_in_parent=lambda: copies.append(1))
    if {bool(thread)}:
        threading.Thread(target={thread or None}, daemon=True).start()
"""
        + UNTIL_DECIDED
        + "    print('copies:', len(copies))\n"
    )
    assert "level 2 (compile), numba" in said
    assert f"copies: {copies}" in said


def test_ctrl_c_that_the_program_survives_does_not_end_what_tries_other_levels(run):
    said = run(
        LOOP
        + """
    import os
    import signal as signals
    import psutil

    def ignores(process):
        with open(f"/proc/{process.pid}/status") as file:
            (mask,) = [line.split()[1] for line in file if line.startswith("SigIgn")]
        return int(mask, 16) >> (signals.SIGINT - 1) & 1

    children = []
    deadline = time.monotonic() + 30
    while not any(map(ignores, children)) and time.monotonic() < deadline:
        fast(signal)
        children = psutil.Process().children()
    os.kill(children[0].pid, signals.SIGINT)
    """
        + UNTIL_DECIDED
    )
    assert "level 2" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_begins_anew_and_its_parent_goes_on(run):
    said = run(
        LOOP
        + """
    import os
    for _ in range(5):
        fast(signal)
    pid = os.fork()
    for _ in range(5):
        assert fast(signal) == slow(signal)
    if pid == 0:
        os._exit(0)
    print("child", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """
    )
    assert "child 0" in said


def test_what_analyze_saves_is_used_by_the_next_program(run, tmp_path):
    (tmp_path / "loops.py").write_text(textwrap.dedent(LOOP))
    setup = "import numpy as np; signal = np.random.default_rng(1).random(200_000)"
    done = subprocess.run(
        [
            *(os.path.join(os.path.dirname(sys.executable), "epochly"), "analyze", "loops:slow"),
            *("--setup", setup, "--args", "signal", "--budget", "1", "--levels", "0,2", "--save"),
        ],
        cwd=tmp_path,
        env={**os.environ, "EPOCHLY_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "decisions.yaml" in done.stderr
    said = run(
        """
        import epochly, loops

        assert loops.fast(loops.signal) == loops.slow(loops.signal)
        print(epochly.explain(loops.fast))
        """
    )
    assert "level 2 (compile), numba" in said


def test_a_report_that_recommends_nothing_saves_nothing(run, tmp_path):
    (tmp_path / "loops.py").write_text(textwrap.dedent(LOOP))
    done = subprocess.run(
        [
            os.path.join(os.path.dirname(sys.executable), "epochly"),
            *("analyze", "loops:slow", "--save"),
        ],
        cwd=tmp_path,
        env={**os.environ, "EPOCHLY_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 2
    assert "no decision to save" in done.stderr
    assert not (tmp_path / "cache").exists()


def test_a_program_its_module_and_the_processes_it_spawns_share_their_decisions(run, tmp_path):
    run(LOOP + UNTIL_DECIDED, name="loops.py")
    assert "function: loops:slow" in (tmp_path / "cache" / "decisions.yaml").read_text()
    (tmp_path / "loops.py").write_text(textwrap.dedent(LOOP))
    said = run(
        """
        import epochly
        import loops

        assert loops.fast(loops.signal) == loops.slow(loops.signal)
        print(epochly.explain(loops.fast))
        """
    )
    assert "decided earlier" in said
    spawned = """
    def child():
        assert fast(signal) == slow(signal)
        print(epochly.explain(fast))

    if __name__ == "__main__":
        import multiprocessing
        process = multiprocessing.get_context("spawn").Process(target=child)
        process.start()
        process.join()
    """
    assert "decided earlier" in run(LOOP + spawned, name="loops.py")
