"""Hand-made reports of the gate, so that showing and keeping them is tested without measuring."""

from __future__ import annotations

from dataclasses import replace

from cli.reports import MACHINE

from epochly.gate.model import (
    Check,
    Comparison,
    GateReport,
    Settings,
    Side,
    WorkloadResult,
)
from epochly.levels import Level

HEAD_COMMIT = "1111111111222222222233333333334444444444"
BASE_COMMIT = "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"

QUIET = Comparison(
    level=Level.MONITOR,
    backend="monitor",
    measure="time",
    judgement="passed",
    max_slowdown=0.05,
    asked_slowdown=0.05,
    min_delta_s=50e-6,
    slowdown=0.998,
    low=0.991,
    high=1.006,
    p_value=1.0,
    p_adjusted=1.0,
    reference_s=0.0501,
    head_s=0.0500,
    noise_floor=0.011,
    detectable=0.062,
    generations=4,
    rounds=80,
)

SLOWER = replace(
    QUIET,
    level=Level.COMPILE,
    backend="numba",
    judgement="slower",
    max_slowdown=0.072,
    slowdown=1.123,
    low=1.081,
    high=1.169,
    p_value=0.0004,
    p_adjusted=0.0012,
    reference_s=0.00120,
    head_s=0.00135,
    noise_floor=0.0718,
    detectable=0.084,
)

UNSURE = replace(
    QUIET, judgement="undecided", slowdown=1.06, low=0.99, high=1.13, p_value=0.2, p_adjusted=0.4
)

RATIO = replace(
    QUIET,
    level=Level.COMPILE,
    backend="numba",
    measure="speedup",
    reference_s=None,
    head_s=None,
    reference_speedup=20.1,
    head_speedup=19.9,
)

SAME = Check("equality", Level.COMPILE, "numba", "passed", "identical to level 0")
WRONG = Check(
    "equality",
    Level.CORES,
    "processes",
    "failed",
    "returned something else at result[3]['x']: 1.0 != 2.0",
    "run `epochly analyze shop.stats:mean` for the reason",
)
FELL_BACK = Check(
    "realized",
    Level.COMPILE,
    "numba",
    "failed",
    "level 2 ran in the reference and is refused in the head, line 17",
    "keep `total` out of the loop",
)
PROMISE = Check(
    "min_speedup", Level.COMPILE, "numba", "undecided", "18.2x to 21.7x holds the promised 20x"
)

PASSED = WorkloadResult(
    name="mean",
    target="shop.stats:mean",
    outcome="passed",
    failed=False,
    message="no slower than allowed",
    file="/srv/shop/stats.py",
    line=12,
    comparisons=(QUIET,),
    checks=(SAME,),
    seconds=4.2,
)

REGRESSED = replace(
    PASSED,
    name="total",
    target="shop.prices:total",
    outcome="slower",
    failed=True,
    message="level 2 is 12.3 % slower",
    remedy="look at what changed with `git diff`",
    file="/srv/shop/prices.py",
    line=30,
    comparisons=(QUIET, SLOWER),
    checks=(),
)

DIFFERENT = replace(
    PASSED,
    name="spread",
    outcome="different",
    failed=True,
    message="level 3 returned a different result",
    checks=(WRONG,),
)

FALLEN = replace(
    PASSED,
    name="fallen",
    outcome="fallback",
    failed=True,
    message="level 2 fell back",
    checks=(FELL_BACK,),
)

UNDECIDED = replace(
    PASSED,
    name="noisy",
    outcome="undecided",
    failed=False,
    message="too noisy to decide",
    remedy="give it longer with --budget",
    comparisons=(UNSURE,),
    checks=(),
)


def bare(outcome: str, *, failed: bool = False, **changes: object) -> WorkloadResult:
    """A workload that nothing was compared of."""
    made = replace(
        PASSED, name=outcome, outcome=outcome, failed=failed, message=f"it is {outcome}",
        comparisons=(), checks=(),
    )  # fmt: skip
    return replace(made, **changes)


def gate_report(*results: WorkloadResult, exit_code: int = 0, **changes: object) -> GateReport:
    made = GateReport(
        created="2026-01-01T00:00:00+00:00",
        machine=MACHINE,
        mode="against",
        compared="paired times of both versions",
        reference=Side("merge base with origin/main", BASE_COMMIT),
        head=Side("head", HEAD_COMMIT, dirty=True),
        settings=Settings(),
        workloads=results,
        exit_code=exit_code,
    )
    return replace(made, **changes)


MIXED = gate_report(
    PASSED,
    UNDECIDED,
    REGRESSED,
    DIFFERENT,
    bare("new"),
    bare("renamed", was="old name"),
    bare("skipped", message="waits for a new server"),
    exit_code=4,
    notes=("build/ lies in the head alone",),
)
