from __future__ import annotations

from dataclasses import replace

from cli.gate_reports import PASSED, QUIET, RATIO, bare, gate_report
from cli.reports import MACHINE

from epochly.gate.entries import entry_of_gate
from epochly.gate.series import series_of
from epochly.levels import Level

COMPILED = replace(QUIET, level=Level.COMPILE, backend="numba", head_s=0.002)


def entry(*comparisons, name="mean", **changes):
    return entry_of_gate(
        gate_report(replace(PASSED, name=name, comparisons=comparisons), **changes)
    )


def test_each_workload_and_level_is_a_series_in_order_of_appearance():
    runs = [entry(COMPILED, QUIET), entry(QUIET, name="a"), entry(QUIET)]
    found = series_of(runs)
    assert [(one.workload, one.level, len(one.points)) for one in found] == [
        ("mean", 0, 2),
        ("mean", 2, 1),
        ("a", 0, 1),
    ]


def test_times_of_different_machines_are_never_in_one_series():
    fast, slow = 0.05, 0.1
    runs = []
    for _ in range(8):
        runs.append(entry(replace(QUIET, head_s=fast)))
        runs.append(entry(replace(QUIET, head_s=slow), machine=replace(MACHINE, cores=64)))
    found = series_of(runs)
    assert [len(one.points) for one in found] == [8, 8]
    assert [one.change_points for one in found] == [(), ()]
    assert len({one.machine.short for one in found}) == 2


def test_one_workload_and_some_levels_can_be_chosen():
    runs = [entry(QUIET, COMPILED), entry(QUIET, name="a")]
    (one,) = series_of(runs, workload="mean", levels=(Level.COMPILE,))
    assert (one.workload, one.level) == ("mean", 2)


def test_only_the_last_runs_are_looked_at():
    runs = [entry(replace(QUIET, head_s=seconds)) for seconds in [1.0] * 10 + [2.0] * 10]
    (all_of_them,) = series_of(runs)
    (last,) = series_of(runs, limit=10)
    assert [change.index for change in all_of_them.change_points] == [10]
    assert (len(last.points), last.change_points) == (10, ())


def test_a_run_without_a_time_is_no_point():
    assert series_of([entry(RATIO), entry_of_gate(gate_report(bare("removed")))]) == ()


def test_a_point_tells_commit_and_outcome():
    slow = replace(PASSED, outcome="slower", failed=True)
    (one,) = series_of([entry_of_gate(gate_report(slow))])
    (point,) = one.points
    assert (point.outcome, point.median_s, point.dirty) == ("slower", 0.05, True)
