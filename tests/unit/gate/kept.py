"""Hand-made reports and baselines of a workload with given times."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from epochly.gate.baseline import BaselineEntry, baseline_entry
from epochly.gate.model import Side
from epochly.levels import Level
from epochly.model import (
    Equality,
    Identity,
    LevelRow,
    Machine,
    Realized,
    Recommendation,
    Report,
    TargetInfo,
)
from epochly.workload import Workload

MACHINE = Machine(
    python="3.11.7",
    implementation="CPython",
    platform="Linux",
    processor="Some Processor 3000",
    cores=4,
    memory_bytes=8 * 2**30,
    gpu=None,
    packages={"numpy": "2.4.6", "numba": "0.62"},
    host="0a1b2c3d",
)
ELSEWHERE = replace(MACHINE, host="ffffffff", processor="Another Processor")
WORKLOAD = Workload("shop.stats:mean", "/srv", name="mean", args="[1.0, 2.0]", setup="import math")
SPREAD = (0.998, 1.0, 1.001, 0.999, 1.002)


def row(
    level: Level,
    backend: str,
    seconds: float | None,
    level_0_s: float | None = None,
    *,
    spread: Sequence[float] = SPREAD,
    yardstick_s: float = 0.004,
    **fields: Any,
) -> LevelRow:
    """A measured row; ``seconds`` of None makes one that was not."""
    if seconds is None:
        return LevelRow(level, level.name.lower(), backend, **fields)
    medians = tuple(seconds * factor for factor in spread)
    base_s = seconds if level_0_s is None else level_0_s
    speedups = tuple(base_s / median for median in medians) if level else (1.0,) * len(medians)
    speedup = statistics.median(speedups)
    said: dict[str, Any] = {
        "status": "measured",
        "realized": Realized(level, backend),
        "samples_s": medians * 3,
        "median_s": statistics.median(medians),
        "speedup": speedup if level else None,
        "speedup_low": min(speedups) if level else None,
        "speedup_high": max(speedups) if level else None,
        "generations": len(medians),
        "generation_speedups": speedups,
        "generation_medians_s": medians,
        "generation_relative": tuple(median / yardstick_s for median in medians),
        "equality": Equality("identical"),
    }
    return LevelRow(level, level.name.lower(), backend, **(said | fields))


def level_0(seconds: float = 0.05, **fields: Any) -> LevelRow:
    return row(Level.MONITOR, "monitor", seconds, **fields)


def compiled(seconds: float | None = 0.005, level_0_s: float = 0.05, **fields: Any) -> LevelRow:
    return row(Level.COMPILE, "numba", seconds, level_0_s, **fields)


def report(*rows: LevelRow, machine: Machine = MACHINE, kind: str = "list of float ~2^1") -> Report:
    return Report(
        created="2026-01-01T00:00:00+00:00",
        machine=machine,
        target=TargetInfo(
            "shop.stats:mean", "mean", "/srv/shop/stats.py", 12, "(data)", "[1.0, 2.0]"
        ),
        workload="mean",
        profile=None,
        levels=rows,
        findings=(),
        mistakes=(),
        recommendation=Recommendation(None, None, None, "low", "not asked for"),
        identity=Identity("shop.stats:mean", kind, "c0de"),
    )


def entry(*rows: LevelRow, **of_report: Any) -> BaselineEntry:
    return baseline_entry(WORKLOAD, report(*rows, **of_report), Side("head", "a" * 40))
