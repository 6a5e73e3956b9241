"""A baseline that the real command wrote, and a real run judged by it."""

from epochly.gate.baseline_file import load_baseline
from epochly.gate.stored import compare_with_baseline
from epochly.gate.verdict import Limit
from epochly.levels import Level
from epochly.measure.session import Options, measure
from epochly.workload import Workload

SOURCE = """
import time

def nap(n):
    time.sleep(0.002)
    return n

def naps():
    taken = []
    for n in range(5):
        taken.append(nap(n))
    return taken
"""
# One nap follows from another, so that they cannot be taken together.
REFUSED = SOURCE.replace("nap(n))", "nap(len(taken)))")
CONFIG = "workloads: {naps: {target: 'shop:naps', levels: '0,1'}}\n"


def saved(folder):
    (folder.path / "shop.py").write_text(SOURCE)
    (folder.path / "epochly.yaml").write_text(CONFIG)
    ran = folder.run("bench", "--budget", "1", "--save-baseline", "b.yaml", "--format", "json")
    assert ran.code == 0
    return load_baseline(str(folder.path / "b.yaml")).entry("naps")


def judged(folder, entry):
    workload = Workload("shop:naps", str(folder.path), name="naps")
    report = measure(workload, Options(levels=entry.levels, budget_s=1.0, yardstick=True))
    return compare_with_baseline(entry, report, Limit(0.05, 50e-6))


def test_a_baseline_tells_the_same_code_from_a_change_that_ends_a_levels_work(folder):
    entry = saved(folder)
    (row,) = [row for row in entry.rows if row.backend == "threads"]
    assert row.status == "measured"
    assert row.realized.level is Level.THREADS
    counts = {len(row.generation_medians_s), len(row.generation_speedups)}
    assert counts == {len(row.generation_relative)} != {0}
    assert row.speedup_low <= row.speedup <= row.speedup_high
    found = judged(folder, entry)
    assert {one.measure for one in found.comparisons} == {"time"}
    assert [(check.kind, check.state) for check in found.checks] == [("realized", "passed")]
    (folder.path / "shop.py").write_text(REFUSED)
    (check,) = judged(folder, entry).checks
    assert (check.state, check.level) == ("failed", Level.THREADS)
    assert "line 11" in check.message
