from __future__ import annotations

from dataclasses import replace

import pytest
from unit.gate.kept import MACHINE, WORKLOAD, compiled, entry, level_0

from epochly.errors import ConfigError, UsageError
from epochly.gate.baseline import Baseline, changes_since, check_same_call, differences
from epochly.levels import Level


def test_an_entry_keeps_what_a_later_comparison_needs():
    row = compiled()
    kept = entry(level_0(), row)
    assert kept.call == ("shop.stats:mean", "import math", "[1.0, 2.0]")
    assert kept.levels == (Level.MONITOR, Level.COMPILE)
    assert kept.rows[1].generation_speedups == row.generation_speedups
    assert kept.rows[1].generation_medians_s == row.generation_medians_s
    assert kept.rows[1].equality == "identical"


def test_a_new_entry_takes_the_place_of_the_old_one_and_the_others_stay():
    first, second = (replace(entry(level_0()), name=name) for name in ("first", "second"))
    anew, third = replace(second, measured="later"), replace(first, name="third")
    merged = Baseline((first, second)).with_entries([third, anew])
    assert merged.entries == (first, anew, third)


def test_a_workload_is_known_by_its_name_or_its_call():
    kept = Baseline((entry(level_0()), replace(entry(level_0()), name="gone", args="[]")))
    other = ("shop:other", None, None)
    found = changes_since(kept, {"mean": other, "fresh": other}, "b.yaml")
    assert (found.new, found.removed) == ({"fresh"}, {"gone"})
    found = changes_since(kept, {"average": kept.entries[0].call}, "b.yaml")
    assert found.renamed == {"average": "mean"}


def test_a_baseline_of_other_workloads_is_refused_with_both_lists():
    with pytest.raises(ConfigError) as caught:
        changes_since(Baseline((entry(level_0()),)), {"a": ("m:a", None, None)}, "b.yaml")
    assert "other workloads: mean; here are a" in caught.value.what
    assert "epochly bench --save-baseline b.yaml" in str(caught.value.remedy)


def test_the_same_call_may_move_to_another_module():
    check_same_call(entry(level_0()), replace(WORKLOAD, target="shop.new:mean"), "b.yaml")


@pytest.mark.parametrize("change", [{"args": "[1.0]"}, {"args": None}, {"setup": "import os"}])
def test_other_inputs_cannot_be_compared(change):
    with pytest.raises(UsageError) as caught:
        check_same_call(entry(level_0()), replace(WORKLOAD, **change), "b.yaml")
    assert f"another `{next(iter(change))}`" in caught.value.what
    assert "--select mean --save-baseline b.yaml" in str(caught.value.remedy)


def test_one_machine_does_not_differ_from_itself():
    assert differences(MACHINE, replace(MACHINE, memory_bytes=1)) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"host": "ffffffff"}, "the host"),
        ({"host": None}, "the host"),
        ({"cores": 2}, "cores (4, now 2)"),
        ({"python": "3.12.1"}, "python (3.11.7, now 3.12.1)"),
        ({"gpu": "NVIDIA H100"}, "gpu (none, now NVIDIA H100)"),
        ({"packages": {"numpy": "2.4.6"}}, "numba (0.62, now none)"),
        ({"packages": {"numpy": "2.5", "numba": "0.62"}}, "numpy (2.4.6, now 2.5)"),
    ],
)
def test_whatever_bears_on_time_makes_another_machine_and_is_named(change, says):
    assert differences(MACHINE, replace(MACHINE, **change)) == (says,)


def test_machines_without_a_name_are_never_taken_for_the_same():
    nameless = replace(MACHINE, host=None)
    assert differences(nameless, nameless) == ("the host",)
