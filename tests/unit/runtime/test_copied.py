"""Copies of a process: what they keep, what they leave alone, and where none is made."""

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")

PRELUDE = """
    import os
    import sys
    from epochly.runtime.copied import copied

    ours, theirs = os.pipe()
    told, telling = os.pipe()

    def say(what=b"done"):
        os.read(ours, 1)
        os.write(telling, what)
        os._exit(0)

    def copy_of_this(run=say):
        return copied(run, (ours, telling))

    def heard():
        os.write(theirs, b"!")
        os.close(telling)
        return os.read(told, 100).decode()
"""


def ran(program, *options):
    done = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(PRELUDE) + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_copy_runs_one_function_with_what_it_was_given_and_ends():
    lines = ran("""
        copy = copy_of_this()
        print(heard())
        copy.wait()
        print(os.listdir("/proc/self/task") == [str(os.getpid())])
    """)
    assert lines == ["done", "True"]


def test_a_copy_that_is_killed_has_done_nothing():
    lines = ran("""
        copy = copy_of_this()
        copy.kill()
        copy.wait()
        print([heard()])
    """)
    assert lines == ["['']"]


def test_what_the_program_closes_is_closed_although_a_copy_lives():
    lines = ran("""
        read, write = os.pipe()
        copy = copy_of_this()
        os.close(write)
        print([os.read(read, 10)])
        print(heard())
        copy.wait()
    """)
    assert lines == ["[b'']", "done"]


def test_a_copy_prints_nothing_and_ends_nothing_of_the_programs():
    lines = ran("""
        import atexit, gc

        class Kept:
            def __del__(self):
                if os.getpid() != program:
                    os.write(telling, b"deleted")

        program = os.getpid()

        def ends():
            os.read(ours, 1)
            print("in the copy", flush=True)
            gc.collect()
            raise ValueError

        circle = Kept()
        circle.itself = circle
        gc.disable()
        del circle
        atexit.register(print, "the end")
        sys.stdout.write("once\\n")
        copy = copy_of_this(ends)
        print([heard()])
        copy.wait()
    """)
    assert lines == ["once", "['']", "the end"]


def test_signals_have_no_handlers_of_the_programs_in_a_copy():
    lines = ran("""
        import signal

        signal.signal(signal.SIGTERM, lambda number, frame: os.write(telling, b"handled"))

        def ends():
            os.kill(os.getpid(), signal.SIGTERM)
            os.write(telling, b"went on")

        copy = copy_of_this(ends)
        print([heard()])
        copy.wait()
        print(callable(signal.getsignal(signal.SIGTERM)), signal.pthread_sigmask(0, ()))
    """)
    assert lines == ["['']", "True set()"]


def test_what_nobody_catches_in_a_copy_is_not_told_to_the_programs_hooks():
    lines = ran("""
        import threading

        def hook(*_):
            os.write(telling, b"hooked")

        sys.excepthook = sys.unraisablehook = threading.excepthook = hook

        class Fails:
            def __del__(self):
                raise ValueError

        def ends():
            Fails()
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
            os.write(telling, b"done")

        copy = copy_of_this(ends)
        print(heard())
        copy.wait()
    """)
    assert lines == ["done"]


def test_context_variables_have_their_defaults_in_a_copy():
    lines = ran("""
        from contextvars import ContextVar

        level = ContextVar("level", default="none")
        level.set("one")
        copy = copy_of_this(lambda: os.write(telling, level.get().encode()))
        print(heard())
        copy.wait()
    """)
    assert lines == ["none"]


@pytest.mark.parametrize("options", [(), ("-W", "error")])
def test_idle_threads_of_numpy_are_no_obstacle(options):
    lines = ran(
        """
        import numpy as np

        matrix = np.ones((300, 300))
        matrix @ matrix
        copy = copy_of_this(lambda: os.write(telling, str((matrix @ matrix)[0, 0]).encode()))
        print(heard(), (matrix @ matrix)[0, 0])
        copy.wait()
        """,
        *options,
    )
    assert lines == ["300.0 300.0"]


@pytest.mark.parametrize(
    "obstacle",
    [
        "import threading; end = threading.Event(); thread = threading.Thread(target=end.wait); "
        "thread.start()",
        "import subprocess; child = subprocess.Popen(['sleep', '30'])",
        "import faulthandler; faulthandler.dump_traceback_later(30)",
        "import numpy, faulthandler; faulthandler.dump_traceback_later(30)",
        "os.fork = lambda: print('forked')",
        "sys.modules['greenlet'] = sys",
        "from epochly.runtime import copied as module; module.MOST_BYTES = 1 << 20",
        "near = copy_of_this; copy_of_this = lambda n=300: copy_of_this(n - 1) if n else near()",
        "sys.platform = 'darwin'",
        "os.pidfd_open = lambda pid: (_ for _ in ()).throw(OSError())",
    ],
    ids=[
        "a thread", "a child", "a native thread", "a native thread beside numpy",
        "a fork of its own", "greenlets", "large", "deep", "another system",
        "no descriptors of processes",
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_no_copy_is_made_where_it_may_be_no_whole_process(obstacle):
    lines = ran(f"""
        {obstacle}
        print(copy_of_this(), [heard()])
        if "end" in globals():
            end.set()
        if "child" in globals():
            child.kill()
            child.wait()
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print("no child")
    """)
    assert lines == ["None ['']", "no child"]


def test_a_process_whose_imports_may_have_been_cut_short_is_not_copied():
    lines = ran("""
        from epochly.runtime.inside import Inside
        try:
            with Inside():
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            print(copy_of_this())
    """)
    assert lines == ["None"]
