"""The fixture, in test suites that use it."""

from pathlib import Path

import pytest
from cli import reports
from unit.recommend.recorded import ended, row

from epochly.measure.session import InterruptedRunError
from epochly.runtime import live

# Hypothesis would be loaded again in every session.
LIGHT = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
WORK = """
def summed(n):
    total = 0.0
    for i in range(n):
        total += i * 0.5
    return total
"""


@pytest.fixture
def run(pytester: pytest.Pytester):
    def run(source: str, *arguments: str, apart: bool = False):
        pytester.makepyfile(
            work=WORK, test_work=f"import pytest\nfrom work import summed\n{source}"
        )
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start(*LIGHT, *arguments)

    return run


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch):
    """Let every measurement find the given row of level 2, and remember its options."""
    asked = []

    def finding(found):
        report = reports.report(row(0), found)

        def measured(func, args, kwargs, options):
            asked.append(options)
            return report

        monkeypatch.setattr(live, "measured", measured)
        return asked

    return finding


MARKED = """
@pytest.mark.epochly(level=2, min_speedup=20)
def test_it(epochly):
    assert epochly(summed, 100) == 2475.0
"""


def test_an_unknown_backend_is_told_before_anything_is_measured(run, measuring):
    asked = measuring(row(2, 30.0))
    result = run(
        """
@pytest.mark.epochly(level=2, backend="numbaa")
def test_it(epochly):
    epochly(summed, 100)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no backend named 'numbaa'*"])
    result.stdout.fnmatch_lines(["*did you mean 'numba'*"])
    assert not asked


def test_a_level_is_measured_and_the_call_returns_what_the_function_does(run):
    result = run(
        """
@pytest.mark.epochly(level=2, min_speedup=0.001, budget=0.5)
def test_kept(epochly):
    assert epochly(summed, n=20_000) == 99_995_000.0

def test_broken(epochly):
    epochly.check(summed, 20_000, level=2, min_speedup=1e9, budget=0.5)
""",
        apart=True,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*Failed: summed at level 2 is not fast enough: *x (* to *), promised at least 1e+09x",
            "*ran: level 2 with numba; * a call, * at level 0",
            "test_work.py::test_broken  level 2 *numba *broken",
            "test_work.py::test_kept *level 2 *numba *kept",
        ]
    )


def test_reports_of_several_levels_can_be_had(run, measuring):
    asked = measuring(row(2, 5.0))
    result = run(
        """
def test_it(epochly):
    report = epochly.measure(summed, 100, levels=(0, 2), budget=3)
    assert report.levels[1].speedup == 5.0
"""
    )
    result.assert_outcomes(passed=1)
    assert (asked[0].levels, asked[0].budget_s) == ((0, 2), 3)


@pytest.mark.parametrize(
    ("choice", "passed", "failed", "warnings"),
    [("warn", 1, 0, 1), ("fail", 0, 1, 0), ("pass", 1, 0, 0)],
)
def test_an_undecided_promise_is_what_the_ini_option_says(
    run, measuring, choice, passed, failed, warnings
):
    measuring(row(2, 20.0))
    result = run(MARKED, "-o", f"epochly_undecided={choice}")
    result.assert_outcomes(passed=passed, failed=failed, warnings=warnings)
    result.stdout.fnmatch_lines(
        ["*may or may not be fast enough*"] if choice != "pass" else ["*undecided"]
    )


def test_an_undecided_promise_warns_unless_told_otherwise(run, measuring):
    measuring(row(2, 20.0))
    result = run(MARKED)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UndecidedWarning: *(19.6 to 20.4), promised at least 20x"])


def test_a_refusal_fails_the_test(run, measuring):
    measuring(ended(2, "refused", "a call of print", line=14, remedy="keep it out of the loop"))
    result = run(MARKED)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*refused: a call of print", "*:14", "*keep it out of the loop"])


def test_the_budget_is_the_markers_then_the_ini_options(run, measuring):
    asked = measuring(row(2, 50.0))
    run(MARKED)
    run(MARKED, "-o", "epochly_budget=7")
    run(MARKED.replace("min_speedup=20", "budget=2, exact=True, allow_effects=True"))
    assert [one.budget_s for one in asked] == [5.0, 7.0, 2]
    assert [one.exact for one in asked] == [False, False, True]
    assert [one.allow_effects for one in asked] == [False, False, True]
    assert asked[0].levels == (0, 2)


def test_a_call_without_a_marker_says_what_to_write(run, measuring):
    asked = measuring(row(2, 50.0))
    result = run("def test_it(epochly):\n    epochly(summed, 1)")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*takes its promise from the test's marker*", "*level=2*"])
    assert not asked


def test_nothing_is_measured_under_a_tracer(run, measuring):
    asked = measuring(row(2, 50.0))
    traced = MARKED.replace(
        "    assert", "    import sys\n    sys.settrace(lambda *_: None)\n    assert"
    )
    result = run(
        traced
        + """
@pytest.fixture(autouse=True)
def untraced():
    import sys
    before = sys.gettrace()
    yield
    sys.settrace(before)
""",
        "-rs",
    )
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*not measured: a debugger or coverage*"])
    assert not asked


def test_what_cannot_be_measured_fails_with_the_reason_alone(run):
    result = run(
        """
def test_it(epochly):
    import threading
    epochly.check(summed, threading.Lock(), level=2)
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Failed: the arguments cannot be copied into a worker*"])
    result.stdout.no_fnmatch_line("*live.py*")


def test_an_interruption_ends_the_session(run, monkeypatch):
    def interrupted(*_):
        raise InterruptedRunError(None)

    monkeypatch.setattr(live, "measured", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(f"{MARKED}\ndef test_next(): open('reached', 'w').close()")
    assert not Path("reached").exists()
