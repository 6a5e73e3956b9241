"""Hand-made reports, so that rendering is tested without measuring."""

from __future__ import annotations

from epochly.levels import Level
from epochly.model import (
    Equality,
    Finding,
    HotLine,
    LevelRow,
    Machine,
    Mistake,
    Part,
    Profile,
    Realized,
    Recommendation,
    Report,
    TargetInfo,
)

REFUSAL = (
    "the loop writes `total`, which the next iteration reads, so that its iterations cannot "
    "run side by side without changing what is returned"
)
APPLY = '@epochly.optimize(level=2, backend="numba")'

MACHINE = Machine(
    python="3.11.7",
    implementation="CPython",
    platform="Linux",
    processor="Some Processor 3000 with a rather long name",
    cores=2,
    memory_bytes=8 * 2**30,
    gpu=None,
    packages={"numpy": "2.4.6"},
)

TARGET = TargetInfo(
    spec="shop.stats:mean",
    qualname="mean",
    file="/srv/shop/stats.py",
    line=12,
    signature="(data, n=3)",
    arguments="[1.0, 2.0], n=3",
)

BASELINE = LevelRow(
    level=Level.MONITOR,
    name="monitor",
    backend="monitor",
    status="measured",
    realized=Realized(Level.MONITOR, "monitor"),
    samples_s=(0.0501, 0.0502),
    median_s=0.0501,
    speedup=1.0,
    first_call_s=0.0534,
    cpu_s=0.0499,
    peak_memory_bytes=31 * 2**20,
    equality=Equality("identical"),
    converged=True,
)

COMPILED = LevelRow(
    level=Level.COMPILE,
    name="compile",
    backend="numba",
    status="measured",
    realized=Realized(Level.COMPILE, "numba", (Part(14, 19, "numba", "the loop"),)),
    samples_s=(0.0041, 0.0040),
    median_s=0.00405,
    speedup=12.345,
    speedup_low=11.9,
    speedup_high=12.8,
    first_call_s=1.23,
    breakeven_calls=27,
    cpu_s=0.00401,
    peak_memory_bytes=112 * 2**20,
    equality=Equality("close", max_ulp=2.0, max_rel=3e-16),
    converged=True,
    best=True,
)

WRONG = LevelRow(
    level=Level.CORES,
    name="cores",
    backend="processes",
    status="different",
    samples_s=(0.03,),
    median_s=0.03,
    speedup=1.67,
    speedup_low=1.5,
    speedup_high=1.9,
    first_call_s=0.9,
    breakeven_calls=40,
    equality=Equality("different", where="result[3]['x']: 1.0 != 2.0"),
)

REFUSED = LevelRow(
    level=Level.THREADS,
    name="threads",
    backend="threads",
    status="refused",
    reason=REFUSAL,
    line=17,
    remedy="collect the items in a list and sum them after the loop",
)

UNAVAILABLE = LevelRow(
    level=Level.GPU,
    name="gpu",
    backend="cupy",
    status="unavailable",
    reason="CuPy is not installed",
    remedy='pip install "epochly-cli[gpu]"',
)

FAILED = LevelRow(
    level=Level.COMPILE,
    name="compile",
    backend="cpython_jit",
    status="failed",
    reason="the worker ended with signal SIGSEGV",
)

TIMEOUT = LevelRow(
    level=Level.CORES,
    name="cores",
    backend="loky",
    status="timeout",
    reason="a call took longer than 60 s",
)

RECOMMENDATION = Recommendation(
    level=Level.COMPILE,
    backend="numba",
    speedup=12.345,
    confidence="high",
    reason="the loop in line 14 takes 97 % of the time and compiles whole",
    path=("it does not wait (2 % of 50 ms)", "its loop is numerical"),
    apply=APPLY,
)


def report(
    *rows: LevelRow, workload: str | None = "mean of prices", interrupted: bool = False
) -> Report:
    return Report(
        created="2025-01-01T00:00:00+00:00",
        machine=MACHINE,
        target=TARGET,
        workload=workload,
        profile=Profile(
            wall_s=0.0502,
            cpu_s=0.0499,
            wait_fraction=0.02,
            gil_fraction=0.97,
            native_fraction=None,
            peak_memory_bytes=31 * 2**20,
            hot_lines=(HotLine("/srv/shop/stats.py", 15, "mean", 0.93),),
        ),
        levels=rows or (BASELINE, REFUSED, COMPILED, FAILED, WRONG, TIMEOUT, UNAVAILABLE),
        findings=(Finding("loop", Level.COMPILE, 14, "a numerical loop", "medium"),),
        mistakes=(Mistake("small-data", 3, "100 items are few", "stay at level 0"),),
        recommendation=RECOMMENDATION,
        notes=("the standard library's `statistics` wins over ./statistics.py",),
        interrupted=interrupted,
    )
