"""Calls from signal handlers and finalizers, while the same thread prepares something."""

import subprocess
import sys
import textwrap

import pytest
from unit.runtime import programs
from unit.runtime.test_tier import Program

import epochly
from epochly.runtime.automatic import Automatic
from epochly.runtime.inside import Inside, is_inside


@pytest.mark.parametrize("how", [{}, {"level": 0}, {"level": 2}, {"level": 2, "strict": True}])
def test_a_call_meanwhile_runs_the_original_and_is_counted(how):
    function = epochly.optimize(**how)(programs.squares)
    with Inside():
        assert [function(n) for n in range(4)] == [0, 0, 1, 5]
        assert is_inside()
    assert not is_inside()
    assert function(10) == 285
    assert epochly.get_metrics(function)["total_calls"] == 5


def test_a_call_meanwhile_of_a_new_kind_of_arguments_does_not_wait_for_its_own_thread():
    policy = Automatic(programs.squares)
    with policy._lock, Inside():
        assert policy.call(4) == 14
    assert policy.standings() == ()
    assert policy.call(4) == 14
    assert len(policy.standings()) == 1


def test_a_call_meanwhile_looks_for_no_candidates():
    program = Program()
    with Inside():
        program.run(5)
    assert not program.launched
    program.run()
    assert program.launched


def test_blocks_in_a_block_end_with_the_outermost():
    with Inside():
        with Inside():
            pass
        assert is_inside()
    assert not is_inside()


def test_a_signal_in_the_middle_of_the_first_call_finds_no_half_imported_module():
    program = """
        import sys
        import epochly

        class Interrupted:
            def find_spec(self, name, path=None, target=None):
                if name == "epochly.runtime.records":
                    print(other(1), double(2))

        @epochly.optimize(level=0)
        def double(value):
            return 2 * value

        @epochly.optimize(level=0)
        def other(value):
            return -value

        sys.meta_path.insert(0, Interrupted())
        print(double(3), epochly.get_metrics()["total_calls"])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("-1 4\n6 3\n", "")
