"""What the plugin does to a session, and that it does nothing to one that does not use it."""

import json
import subprocess
import sys
import textwrap
from xml.etree import ElementTree

import pytest

# Hypothesis would be loaded again in every session.
LIGHT = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
MARKED = """
import pytest

@pytest.mark.epochly(level=2)
def test_it(epochly):
    raise AssertionError("it ran")
"""


def test_importing_the_plugin_loads_nothing_else():
    code = """
        import sys, pytest
        before = set(sys.modules)
        import epochly.testing.pytest_plugin
        print(*sorted(set(sys.modules) - before))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["epochly", "epochly.testing", "epochly.testing.pytest_plugin"]


def test_a_session_without_it_shows_nothing_of_it(pytester: pytest.Pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess(*LIGHT)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*== epochly ==*")


def test_the_marker_is_known(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.epochly(level, min_speedup=None, *"])


def test_marked_tests_are_skipped_where_asked_for(pytester: pytest.Pytester):
    pytester.makepyfile(MARKED, test_plain="def test_plain(): pass")
    result = pytester.runpytest_inprocess(*LIGHT, "--epochly-skip", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*: --epochly-skip"])


def test_a_marked_test_that_measured_nothing_fails(pytester: pytest.Pytester):
    pytester.makepyfile(MARKED.replace('raise AssertionError("it ran")', "pass"))
    result = pytester.runpytest_inprocess(*LIGHT)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*never called the fixture*", "*remedy: call epochly(*"])


def test_a_marked_test_that_fails_by_itself_keeps_its_own_message(pytester: pytest.Pytester):
    pytester.makepyfile(MARKED)
    result = pytester.runpytest_inprocess(*LIGHT)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: it ran"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (MARKED.replace("level=2", "level=2, min_speed=3"), "*did you mean 'min_speedup'?"),
        (MARKED.replace("(epochly)", "()"), "*does not take the fixture `epochly`*"),
    ],
)
def test_a_wrong_marker_is_a_usage_error(pytester: pytest.Pytester, wrong: str, said: str):
    pytester.makepyfile(wrong)
    result = pytester.runpytest_inprocess(*LIGHT)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_it: @pytest.mark.epochly: {said}", "*remedy: *"])


@pytest.mark.parametrize("option", ["epochly_undecided=maybe", "epochly_budget=-1"])
def test_a_wrong_ini_option_is_a_usage_error(pytester: pytest.Pytester, option: str):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess(*LIGHT, "-o", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option.partition('=')[0]}*{option.partition('=')[2]}*"])


def test_workers_of_xdist_measure_in_turn_and_report_together(pytester: pytest.Pytester):
    pytester.makeconftest(
        """
        import os
        from epochly.runtime import live

        original = live.measured

        def logged(*args):
            with open("log", "a") as log:
                print("begin", os.getpid(), file=log, flush=True)
                try:
                    return original(*args)
                finally:
                    print("end", os.getpid(), file=log, flush=True)

        live.measured = logged
        """
    )
    pytester.makepyfile(
        """
        import pytest

        def summed(n):
            total = 0.0
            for i in range(n):
                total += i * 0.5
            return total

        @pytest.mark.parametrize("n", [10_000, 20_000])
        @pytest.mark.epochly(level=2, budget=0.2)
        def test_it(epochly, n):
            assert epochly(summed, n) > 0

        @pytest.mark.epochly(level=9)
        def test_wrong(epochly):
            epochly(summed, 1)
        """
    )
    result = pytester.runpytest_subprocess(*LIGHT, "-n", "2", "--junitxml=junit.xml")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*level cannot be 9*",
            "test *asked for *ran *speedup *promised *promise",
            "*::test_it?10000?  level 2 *level 2 numba *kept",
            "*::test_it?20000?  level 2 *level 2 numba *kept",
        ]
    )
    log = [line.split() for line in (pytester.path / "log").read_text().splitlines()]
    assert [word for word, _ in log] == ["begin", "end", "begin", "end"]
    assert len({process for _, process in log}) == 2
    assert all(one[1] == two[1] for one, two in zip(log[::2], log[1::2], strict=True))
    found = ElementTree.parse(pytester.path / "junit.xml").findall(".//property[@name='epochly']")
    assert {json.loads(one.attrib["value"])["realized"] for one in found} == {2}
