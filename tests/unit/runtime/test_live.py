"""Functions at hand are measured as those that are named."""

import tempfile

import pytest
from unit.runtime import programs

import epochly
from epochly.errors import ArgumentsError, NothingMeasuredError, TargetError, UsageError
from epochly.levels import Level


def row_of(report, level, backend):
    return next(r for r in report.levels if (r.level, r.backend) == (level, backend))


def test_a_closure_is_measured_with_what_it_holds():
    factor = 3

    def scaled(n, offset=0):
        total = offset
        for i in range(n):
            total += factor * i
        return total

    report = epochly.bench(scaled, 20_000, offset=1, levels="0,2", budget_s=0.5)
    row = row_of(report, Level.COMPILE, "numba")
    assert row.status == "measured"
    assert row.equality.verdict == "identical"
    assert report.target.qualname.endswith("scaled")
    assert report.target.file == __file__


def test_a_lambda_a_method_and_a_decorated_function_are_measured():
    shop = programs.Shop()
    for function, argument in (
        (lambda values: [v + 1 for v in values], [1, 2]),
        (shop.price, 3),
        (programs.decorated, 1000),
    ):
        report = epochly.bench(function, argument, levels=(0,), budget_s=0.2)
        assert row_of(report, Level.MONITOR, "monitor").status == "measured"


def test_one_level_is_given_as_a_number():
    report = epochly.bench(programs.shout, "a", levels=0, budget_s=0.2)
    assert [row.level for row in report.levels] == [Level.MONITOR]


def test_analyze_recommends_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    report = epochly.analyze(programs.squares, 50_000, budget_s=1.0)
    assert report.recommendation.level is Level.COMPILE
    assert report.recommendation.apply == "@epochly.optimize(level=2)"
    assert list(tmp_path.glob("epochly-carried-*")) == []


def test_a_report_and_an_error_name_the_function_and_not_its_copy():
    report = epochly.bench(programs.shout, "a", levels=(0,), budget_s=0.2)
    assert report.target.spec == "unit.runtime.programs:shout"
    with pytest.raises(NothingMeasuredError, match=r"no level of .*shout could be") as caught:
        epochly.bench(programs.shout, None, levels=(0,), budget_s=0.2)
    assert caught.value.report.target.spec == "unit.runtime.programs:shout"
    for shown in (report, caught.value, caught.value.report):
        assert "carried" not in str(shown)


def test_what_cannot_be_copied_is_told():
    lock = __import__("threading").Lock()
    with pytest.raises(TargetError, match="cannot be copied into a worker"):
        epochly.bench(lambda: lock, levels=(0,))
    with pytest.raises(ArgumentsError, match="arguments cannot be copied"):
        epochly.bench(programs.shout, lock, levels=(0,))


def test_what_is_no_level_is_told():
    with pytest.raises(UsageError, match="is not a level"):
        epochly.bench(programs.shout, "a", levels=(9,))
    with pytest.raises(UsageError):
        epochly.bench(programs.shout, "a", levels=9)
    with pytest.raises(UsageError, match="'0-9' is not a level"):
        epochly.bench(programs.shout, "a", levels="0-9")


def test_arguments_that_do_not_fit_are_told_with_the_function_and_the_call():
    with pytest.raises(ArgumentsError, match=r"do not fit .*shout.*: missing") as caught:
        epochly.analyze(programs.shout)
    assert "epochly.analyze(func, 3" in caught.value.remedy
    assert "carried" not in str(caught.value)


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf")])
def test_a_budget_that_is_no_time_is_an_error(budget):
    for measure in (epochly.bench, epochly.analyze):
        with pytest.raises(UsageError, match="positive number of seconds"):
            measure(programs.squares, 10, budget_s=budget)
