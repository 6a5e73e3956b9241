"""The recommendation follows from the rows alone."""

import dataclasses

import pytest

from epochly.levels import Level
from epochly.model import Equality, LevelRow, Realized, TargetInfo
from epochly.recommend.choose import choose

TARGET = TargetInfo("shop:f", "f", "shop.py", 1, "(x)", "1")
BACKENDS = {1: "threads", 2: "numba", 3: "processes", 4: "cupy"}


def base(median=1.0, cpu=1.0, status="measured", reason=None):
    return LevelRow(
        level=Level.MONITOR,
        name="monitor",
        backend="monitor",
        status=status,
        realized=Realized(Level.MONITOR, "monitor"),
        reason=reason,
        median_s=median if status == "measured" else None,
        speedup=1.0,
        cpu_s=cpu,
        equality=Equality("identical"),
    )


def row(level, speedup, low=None, high=None, **changes):
    made = LevelRow(
        level=Level(level),
        name=Level(level).name.lower(),
        backend=BACKENDS[level],
        status="measured",
        realized=Realized(Level(level), BACKENDS[level]),
        median_s=1.0 / speedup,
        speedup=speedup,
        speedup_low=speedup * 0.98 if low is None else low,
        speedup_high=speedup * 1.02 if high is None else high,
        first_call_s=0.1,
        breakeven_calls=2,
        cpu_s=1.0 / speedup,
        equality=Equality("identical"),
        converged=True,
        generations=5,
    )
    return dataclasses.replace(made, **changes)


def advice(*rows, tied=lambda one, two: False, **options):
    return choose([base(), *rows], tied=tied, target=TARGET, **options)[1]


def test_the_fastest_verified_level_wins():
    found = advice(row(1, 1.5), row(2, 9.0), row(3, 3.0))
    assert (found.level, found.backend, found.confidence) == (Level.COMPILE, "numba", "high")
    assert found.apply == "@epochly.optimize(level=2)"
    assert "9.00x" in found.reason
    assert "2 calls" in found.reason


def test_a_level_that_was_not_asked_for_is_not_said_to_be_unable():
    alone = advice()
    assert (alone.level, alone.confidence) == (Level.MONITOR, "low")
    assert alone.reason == "stay at level 0: no other level was asked for"
    refused = row(2, 9.0, status="refused", speedup_low=None)
    assert "of those asked for" in advice(refused).reason
    others = [dataclasses.replace(refused, level=Level(number)) for number in (1, 3, 4)]
    assert "of those" not in advice(refused, *others).reason


def test_a_lower_bound_under_the_clear_gain_keeps_level_0():
    found = advice(row(2, 1.2, low=1.09))
    assert found.level is Level.MONITOR
    assert "stay at level 0" in found.reason


def test_an_interval_that_did_not_settle_around_the_gain_is_too_noisy_to_say():
    found = advice(row(2, 1.2, low=0.8, high=1.9, converged=False))
    assert found.level is None
    assert "too noisy" in found.reason
    assert "--budget" in found.reason


def test_a_level_with_too_few_samples_is_not_said_to_be_unable():
    found = advice(
        dataclasses.replace(row(1, 8.0), speedup=None, speedup_low=None, speedup_high=None)
    )
    assert found.level is None
    assert found.reason.startswith("too few samples to say: level 1 (threads) took 125 ms")


@pytest.mark.parametrize(
    "changes",
    [
        {"equality": Equality("unchecked")},
        {"status": "different", "equality": Equality("different", where="result")},
        {"status": "failed"},
        {"realized": Realized(Level.MONITOR, "monitor")},
        {"realized": None},
    ],
    ids=["unchecked", "different", "failed", "realized at level 0", "nothing realized"],
)
def test_what_is_not_proven_is_never_recommended(changes):
    assert advice(row(2, 50.0, **changes)).level is Level.MONITOR


def test_levels_within_noise_of_each_other_go_to_the_cheaper():
    found = advice(row(1, 3.0), row(3, 3.1), tied=lambda one, two: True)
    assert found.level is Level.THREADS
    assert any("cheaper" in step for step in found.path)


def test_a_gain_that_burns_many_cores_ranks_below_a_cheaper_one():
    wasteful = row(3, 1.3, cpu_s=12.0)
    found = advice(row(1, 1.2), wasteful)
    assert found.level is Level.THREADS
    assert any("12x the CPU time" in step for step in found.path)
    alone = advice(wasteful)
    assert alone.level is Level.MONITOR
    assert "CPU time" in alone.reason


def test_a_nondeterministic_workload_is_recommended_with_low_confidence():
    found = advice(row(1, 3.0, equality=Equality("unchecked")), nondeterministic=True)
    assert (found.level, found.confidence) == (Level.THREADS, "low")
    assert "the same result" not in found.reason


def test_without_level_0_there_is_no_recommendation():
    broken = base(status="failed", reason="raised ValueError")
    found = choose([broken, row(2, 9.0)], tied=lambda a, b: False, target=TARGET)[1]
    assert found.level is None
    assert "raised ValueError" in found.reason


def test_one_row_of_each_level_is_the_best():
    slower = dataclasses.replace(row(2, 2.0), backend="cpython_jit")
    rows, found = choose([base(), slower, row(2, 9.0)], tied=lambda a, b: False, target=TARGET)
    assert [one.best for one in rows] == [True, False, True]
    assert found.apply == '@epochly.optimize(level=2, backend="numba")'
