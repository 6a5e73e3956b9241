"""A baseline that the real command wrote, and a real run judged by it."""

from epochly.gate.baseline_file import load_baseline
from epochly.gate.stored import compare_with_baseline
from epochly.gate.verdict import Limit
from epochly.levels import Level
from epochly.measure.session import Options, measure
from epochly.workload import Workload

SOURCE = """
def total(n):
    result = 0.0
    for number in range(n):
        result += number * 0.5
    return result
"""
# Level 2 refuses a text.
REFUSED = SOURCE.replace("    return result\n", "    return float(f'{result}')\n")
CONFIG = "workloads: {total: {target: 'shop:total', args: '3000', levels: '0,2'}}\n"


def saved(folder):
    (folder.path / "shop.py").write_text(SOURCE)
    (folder.path / "epochly.yaml").write_text(CONFIG)
    ran = folder.run("bench", "--budget", "1", "--save-baseline", "b.yaml", "--format", "json")
    assert ran.code == 0
    return load_baseline(str(folder.path / "b.yaml")).entry("total")


def judged(folder, entry):
    workload = Workload("shop:total", str(folder.path), name="total", args="3000")
    report = measure(workload, Options(levels=entry.levels, budget_s=1.0, yardstick=True))
    return compare_with_baseline(entry, report, Limit(0.05, 50e-6))


def test_a_baseline_tells_the_same_code_from_a_change_that_ends_a_levels_work(folder):
    entry = saved(folder)
    (row,) = [row for row in entry.rows if row.backend == "numba"]
    assert row.status == "measured"
    assert row.realized.level is Level.COMPILE
    counts = {len(row.generation_medians_s), len(row.generation_speedups)}
    assert counts == {len(row.generation_relative)} != {0}
    assert row.speedup_low <= row.speedup <= row.speedup_high
    found = judged(folder, entry)
    assert {one.measure for one in found.comparisons} == {"time"}
    assert [(check.kind, check.state) for check in found.checks] == [("realized", "passed")]
    (folder.path / "shop.py").write_text(REFUSED)
    (check,) = judged(folder, entry).checks
    assert (check.state, check.level) == ("failed", Level.COMPILE)
    assert "line 6" in check.message
