"""One workload through every stage, asked for by a program."""

from epochly.levels import Level
from epochly.measure.session import Options, measure
from epochly.workload import Workload


def test_without_a_profile_shares_come_from_counters_alone(folder):
    (folder.path / "nap.py").write_text("import time\ndef nap():\n    time.sleep(0.002)\n")
    workload = Workload("nap:nap", str(folder.path))
    options = Options(levels=(Level.MONITOR,), budget_s=0.2, profiled=False)

    profile = measure(workload, options).profile

    assert profile.sampler is None
    assert profile.samples == 0
    assert profile.wait_fraction > 0.5
