"""Run a function at every acceleration level, prove the results equal, recommend what pays.

The names below load on first use, so that importing this package costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from epochly import metrics
    from epochly.errors import Deoptimize, EpochlyError, UsageError
    from epochly.levels import Level
    from epochly.runtime.blocks import benchmark_context, benchmarks
    from epochly.runtime.context import optimize_context
    from epochly.runtime.explain import explain
    from epochly.runtime.gpu import has_gpu
    from epochly.runtime.live import analyze, bench
    from epochly.runtime.metrics import get_metrics, reset_metrics
    from epochly.runtime.optimize import optimize
    from epochly.runtime.settings import configure

__version__ = "0.1.0"

__all__ = [
    "Deoptimize",
    "EpochlyError",
    "Level",
    "UsageError",
    "analyze",
    "bench",
    "benchmark_context",
    "benchmarks",
    "configure",
    "explain",
    "get_metrics",
    "has_gpu",
    "metrics",
    "optimize",
    "optimize_context",
    "reset_metrics",
]

_HOME = {
    "Deoptimize": "epochly.errors",
    "EpochlyError": "epochly.errors",
    "Level": "epochly.levels",
    "UsageError": "epochly.errors",
    "analyze": "epochly.runtime.live",
    "bench": "epochly.runtime.live",
    "benchmark_context": "epochly.runtime.blocks",
    "benchmarks": "epochly.runtime.blocks",
    "configure": "epochly.runtime.settings",
    "explain": "epochly.runtime.explain",
    "get_metrics": "epochly.runtime.metrics",
    "has_gpu": "epochly.runtime.gpu",
    "metrics": "epochly",
    "optimize": "epochly.runtime.optimize",
    "optimize_context": "epochly.runtime.context",
    "reset_metrics": "epochly.runtime.metrics",
}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if home == __name__:
        return import_module(f"{home}.{name}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
