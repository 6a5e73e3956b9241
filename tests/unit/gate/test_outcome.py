"""A workload's verdict follows from its checks and comparisons, and the worst one is the run's."""

import pytest

from epochly.gate.model import Check, Comparison, Settings
from epochly.gate.outcome import Found, code_of, exit_code, results
from epochly.levels import Level
from epochly.workload import Workload

WORKLOAD = Workload(target="shop:price", directory=".", name="price")
SETTINGS = Settings()


def comparison(judgement, slowdown=1.0, **fields):
    p = {"slower": 1e-6, "passed": 0.9, "undecided": 0.3}[judgement]
    return Comparison(
        **{
            "level": Level.MONITOR,
            "backend": "monitor",
            "measure": "time",
            "judgement": judgement,
            "max_slowdown": 0.05,
            "asked_slowdown": 0.05,
            "min_delta_s": 0.0,
            "slowdown": slowdown,
            "low": slowdown - 0.02,
            "high": slowdown + 0.02,
            "p_value": p,
            "reference_s": 1e-3,
            "head_s": 1e-3 * slowdown,
            **fields,
        }
    )


SLOWER = comparison("slower", 1.3)
PASSED = comparison("passed")
UNDECIDED = comparison("undecided", 1.05)


def check(kind, state="failed"):
    return Check(kind, Level.COMPILE, "numba", state, f"{kind} {state}")


def verdict(*comparisons, checks=(), settings=SETTINGS, **fields):
    found = Found(WORKLOAD, comparisons=comparisons, checks=checks, **fields)
    return results([found], settings)[0]


@pytest.mark.parametrize(
    ("comparisons", "checks", "outcome", "code"),
    [
        ((PASSED,), (), "passed", 0),
        ((SLOWER,), (), "slower", 1),
        ((UNDECIDED,), (), "undecided", 5),
        ((PASSED,), (check("equality"),), "different", 4),
        ((SLOWER,), (check("equality"),), "different", 4),
        ((PASSED,), (check("realized"),), "fallback", 1),
        ((PASSED,), (check("min_speedup"),), "broken_promise", 1),
        ((PASSED,), (check("min_speedup", "undecided"),), "undecided", 5),
        ((UNDECIDED,), (check("realized"),), "fallback", 1),
        ((), (), "unmeasured", 3),
    ],
)
def test_the_gravest_of_what_was_found_is_the_outcome(comparisons, checks, outcome, code):
    found = verdict(*comparisons, checks=checks)
    assert found.outcome == outcome
    assert code_of(found, SETTINGS) == code
    assert found.failed is (code != 0)


def test_a_slowdown_is_told_with_its_interval_and_its_limit():
    assert verdict(SLOWER).message == (
        "level 0 is 30.0 % slower (+28.0 % to +32.0 %), 1.00 ms to 1.30 ms, "
        "more than the 5.0 % allowed"
    )


def test_a_gain_is_told_as_faster():
    assert "10.0 % faster" in verdict(comparison("passed", 0.9)).message


def test_a_raised_limit_says_why():
    raised = comparison("undecided", 1.09, max_slowdown=0.09)
    assert "raised from 5.0 %, since identical code differed by as much" in verdict(raised).message


def test_a_slowdown_that_passes_for_being_tiny_says_so():
    tiny = comparison("passed", 1.3, min_delta_s=1e-3)
    assert "less than min_delta, 1.00 ms a call" in verdict(tiny).message


@pytest.mark.parametrize("change", ["new", "removed"])
def test_a_workload_may_come_and_go_unless_that_is_to_fail(change):
    assert verdict(outcome=change).failed is False
    strict = Settings(**{change: "fail"})
    found = verdict(outcome=change, settings=strict)
    assert found.failed is True
    assert code_of(found, strict) == 1


def test_a_renamed_workload_is_compared_under_its_new_name():
    found = verdict(PASSED, was="cost")
    assert (found.outcome, found.was, found.failed) == ("passed", "cost", False)
    strict = Settings(renamed="fail")
    found = verdict(PASSED, was="cost", settings=strict)
    assert (found.outcome, code_of(found, strict)) == ("renamed", 1)
    assert verdict(SLOWER, was="cost").outcome == "slower"


@pytest.mark.parametrize(("choice", "code"), [("error", 5), ("pass", 0), ("fail", 1)])
def test_undecided_counts_as_chosen(choice, code):
    settings = Settings(undecided=choice)
    found = verdict(UNDECIDED, settings=settings)
    assert found.outcome == "undecided"
    assert code_of(found, settings) == code


def test_the_worst_exit_code_of_all_workloads_is_the_runs():
    found = [verdict(PASSED), verdict(UNDECIDED), verdict(SLOWER)]
    assert exit_code(found, SETTINGS) == 1
    assert exit_code([*found, verdict(checks=(check("equality"),))], SETTINGS) == 4
    assert exit_code([verdict(UNDECIDED), verdict()], SETTINGS) == 5
    assert exit_code([verdict(PASSED)], SETTINGS) == 0


def test_a_run_in_which_nothing_was_run_is_no_pass():
    skipped, removed = verdict(outcome="skipped"), verdict(outcome="removed")
    assert exit_code([skipped, removed], SETTINGS) == 3
    assert exit_code([skipped, verdict(PASSED)], SETTINGS) == 0
    assert exit_code([skipped, verdict(outcome="new")], SETTINGS) == 0


def test_too_few_processes_are_not_called_noise():
    few = comparison("undecided", 1.2, noise_floor=0.01, generations=3)
    enough = comparison("undecided", 1.05, noise_floor=0.01, generations=4)
    assert "too few sets of processes" in verdict(few).message
    assert "too noisy" in verdict(enough).message
