from __future__ import annotations

from dataclasses import replace

import pytest
from unit.gate.kept import ELSEWHERE, MACHINE, compiled, entry, level_0, report, row

from epochly.gate.stored import compare_with_baseline
from epochly.gate.verdict import Limit
from epochly.levels import Level
from epochly.measure.contender import TWIN

NOISY = (0.7, 1.0, 1.3, 0.8, 1.2)


def compared(before, *rows, max_slowdown=0.05, min_delta_s=50e-6, **of_report):
    limit = Limit(max_slowdown, min_delta_s)
    return compare_with_baseline(before, report(*rows, **of_report), limit)


def judged(found, level):
    (one,) = [each for each in found.comparisons if each.level == level]
    return one


@pytest.fixture
def before():
    return entry(level_0(0.05), compiled(0.005, 0.05))


def test_the_same_times_pass_on_the_same_machine(before):
    found = compared(before, level_0(0.05), compiled(0.005, 0.05))
    assert [one.measure for one in found.comparisons] == ["time", "time"]
    assert [one.judgement for one in found.comparisons] == ["passed", "passed"]
    assert {check.state for check in found.checks} == {"passed"}
    assert found.notes == ()


def twin(*times):
    """A second worker of level 0 that was so many times faster in each set of processes."""
    return row(Level.MONITOR, TWIN, 0.05, generation_speedups=times)


def test_a_limit_below_what_level_0_differs_from_itself_by_is_raised_to_it(before):
    apart = twin(1.06, 1.07, 1.065, 1.066, 1.064)
    found = compared(before, level_0(0.05), apart, compiled(0.00525, 0.05))
    assert {one.backend for one in found.comparisons} == {"monitor", "numba"}
    for one in found.comparisons:
        assert one.asked_slowdown == 0.05
        assert 0.065 < one.noise_floor == one.max_slowdown < 0.08
    assert judged(found, Level.COMPILE).judgement == "passed"


def test_nothing_passes_where_level_0_differs_from_itself_by_more_than_twice_the_limit(before):
    rows = level_0(0.05), twin(*NOISY), compiled(0.005, 0.05)
    found = compared(before, *rows, min_delta_s=0.0)
    assert {one.judgement for one in found.comparisons} == {"undecided"}
    assert found.comparisons[0].noise_floor > 0.1


def test_a_quiet_machine_leaves_the_limit_as_it_was(before):
    found = compared(before, level_0(0.05), twin(1.001, 0.999, 1.0, 1.002, 0.998), compiled())
    assert {one.max_slowdown for one in found.comparisons} == {0.05}
    assert {one.judgement for one in found.comparisons} == {"passed"}


def test_a_level_that_takes_longer_is_slower_on_the_same_machine(before):
    one = judged(compared(before, level_0(0.05), compiled(0.006, 0.05)), Level.COMPILE)
    assert one.judgement == "slower"
    assert one.slowdown == pytest.approx(1.2)
    assert one.low < 1.2 < one.high
    assert one.p_value < 0.025
    assert (one.reference_s, one.head_s) == pytest.approx((0.005, 0.006))
    assert (one.generations, one.rounds) == (5, 15)


def test_a_slowdown_within_the_limit_passes(before):
    found = compared(before, level_0(0.051), compiled(0.0051, 0.051))
    assert [one.judgement for one in found.comparisons] == ["passed", "passed"]


def test_an_interval_that_holds_the_limit_is_undecided(before):
    found = compared(before, level_0(0.05), compiled(0.00525, 0.05))
    assert judged(found, Level.COMPILE).judgement == "undecided"


def test_noise_is_not_a_slowdown(before):
    noisy = compiled(0.0055, 0.05, spread=NOISY)
    assert judged(compared(before, level_0(0.05), noisy), Level.COMPILE).judgement == "undecided"


def test_a_difference_of_fewer_seconds_than_count_passes(before):
    rows = level_0(0.05), compiled(0.006, 0.05)
    assert judged(compared(before, *rows, min_delta_s=0.002), Level.COMPILE).judgement == "passed"
    assert judged(compared(before, *rows, min_delta_s=0.0), Level.COMPILE).judgement == "slower"


def test_too_few_processes_are_undecided_and_still_show_the_times(before):
    found = compared(before, level_0(0.05), compiled(0.02, 0.05, spread=(1.0, 1.01)))
    one = judged(found, Level.COMPILE)
    assert (one.judgement, one.p_value, one.low) == ("undecided", None, None)
    assert one.slowdown == pytest.approx(4.0, rel=0.02)


def test_a_gain_that_fell_since_level_0_became_faster_is_no_regression_and_is_explained(before):
    found = compared(before, level_0(0.02), compiled(0.005, 0.02))
    assert [one.judgement for one in found.comparisons] == ["passed", "passed"]
    (note,) = found.notes
    assert "level 2 (numba) gains 4.00x where it gained 10.0x" in note
    assert "level 0 became faster (50.0 ms, now 20.0 ms)" in note


def test_a_gain_that_fell_with_the_levels_own_time_is_not_excused_by_a_faster_level_0(before):
    found = compared(before, level_0(0.02), compiled(0.006, 0.02))
    assert judged(found, Level.COMPILE).judgement == "slower"
    assert found.notes == ()


def test_a_slower_level_0_is_a_regression_of_its_own_though_gains_rose(before):
    found = compared(before, level_0(0.08), compiled(0.005, 0.08))
    assert judged(found, Level.MONITOR).judgement == "slower"
    assert judged(found, Level.COMPILE).judgement == "passed"


def test_everything_slower_together_may_be_the_machine_and_that_is_said(before):
    found = compared(before, level_0(0.06), compiled(0.006, 0.06))
    assert {one.judgement for one in found.comparisons} == {"slower"}
    assert "the machine is busy in a way that the correction does not see" in found.notes[0]


def test_a_busier_machine_is_no_slower_function(before):
    busy = {"yardstick_s": 0.006}
    found = compared(before, level_0(0.075, **busy), compiled(0.0075, 0.075, **busy))
    assert [one.judgement for one in found.comparisons] == ["passed", "passed"]
    assert judged(found, Level.MONITOR).head_s == pytest.approx(0.05)
    assert "took 1.50 times what it took beside the baseline" in found.notes[0]


def test_times_are_shown_in_units_of_the_fixed_program_of_their_own_rounds(before):
    found = compared(before, level_0(0.05), compiled(0.0075, 0.075, yardstick_s=0.006))
    one = judged(found, Level.COMPILE)
    assert one.slowdown == pytest.approx(1.0)
    assert one.head_s == pytest.approx(0.005)


def test_a_slower_function_on_a_busier_machine_is_found(before):
    busy = {"yardstick_s": 0.006}
    found = compared(before, level_0(0.075, **busy), compiled(0.009, 0.075, **busy))
    assert judged(found, Level.COMPILE).judgement == "slower"
    assert judged(found, Level.COMPILE).slowdown == pytest.approx(1.2)


def test_a_run_without_the_fixed_program_is_undecided(before):
    plain = replace(level_0(0.05), generation_relative=())
    one = judged(compared(before, plain), Level.MONITOR)
    assert (one.judgement, one.slowdown) == ("undecided", None)


def test_on_another_machine_gains_are_compared_and_the_differences_named(before):
    found = compared(before, level_0(0.1), compiled(0.01, 0.1), machine=ELSEWHERE)
    (one,) = found.comparisons
    assert (one.measure, one.level, one.judgement) == ("speedup", Level.COMPILE, "passed")
    assert (one.reference_speedup, one.head_speedup) == pytest.approx((10, 10), rel=0.01)
    assert one.reference_s is None
    (note,) = found.notes
    assert "the host, processor (Some Processor 3000, now Another Processor)" in note


def test_on_another_machine_a_smaller_gain_is_slower_with_its_other_cause_named(before):
    found = compared(before, level_0(0.1), compiled(0.02, 0.1), machine=ELSEWHERE)
    (one,) = found.comparisons
    assert one.judgement == "slower"
    assert one.slowdown == pytest.approx(2.0, rel=0.01)
    assert "level 0 becomes faster" in found.notes[-1]


def test_on_another_machine_the_seconds_that_count_are_its_own(before):
    rows = level_0(0.1), compiled(0.02, 0.1)
    for min_delta_s, judgement in ((0.009, "slower"), (0.011, "passed")):
        found = compared(before, *rows, machine=ELSEWHERE, min_delta_s=min_delta_s)
        assert found.comparisons[0].judgement == judgement


@pytest.mark.parametrize(("level", "backend"), [(Level.THREADS, "threads"), (Level.CORES, "loky")])
def test_gains_that_follow_the_cores_are_not_compared_across_counts_of_them(level, backend):
    spread = entry(level_0(0.05), row(level, backend, 0.013, 0.05))
    found = compared(
        spread, level_0(0.05), row(level, backend, 0.026, 0.05), machine=replace(MACHINE, cores=2)
    )
    assert found.comparisons == ()
    assert "had 4 cores in the baseline and has 2 here" in found.notes[1]


def test_the_gain_of_another_card_is_not_compared():
    one, other = (replace(MACHINE, gpu=name) for name in ("NVIDIA H100", "NVIDIA T4"))
    before = entry(level_0(0.05), row(Level.GPU, "cupy", 0.001, 0.05), machine=one)
    found = compared(before, level_0(0.05), row(Level.GPU, "cupy", 0.01, 0.05), machine=other)
    assert found.comparisons == ()
    assert "NVIDIA H100" in found.notes[1]


def test_arguments_of_another_kind_are_noted(before):
    found = compared(before, level_0(), compiled(), kind="list of float ~2^12")
    assert "list of float ~2^1 in the baseline, list of float ~2^12 now" in found.notes[0]


def test_a_level_that_is_refused_now_is_a_check_and_not_a_comparison(before):
    refused = compiled(None, status="refused", reason="a generator")
    found = compared(before, level_0(0.05), refused)
    assert [one.level for one in found.comparisons] == [Level.MONITOR]
    assert [check.state for check in found.checks] == ["failed"]


def test_a_level_that_the_baseline_lacks_is_not_compared():
    found = compared(entry(level_0(0.05)), level_0(0.05), compiled(0.005, 0.05))
    assert [one.level for one in found.comparisons] == [Level.MONITOR]
    assert found.checks == ()
