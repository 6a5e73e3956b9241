"""Run a function at every acceleration level, prove the results equal, recommend what pays.

The names below load on first use, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epochly.errors import Deoptimize, EpochlyError, UsageError
    from epochly.levels import Level
    from epochly.runtime.optimize import explain, optimize

__version__ = "0.1.0"

__all__ = ["Deoptimize", "EpochlyError", "Level", "UsageError", "explain", "optimize"]

_HOME = {
    "Deoptimize": "epochly.errors",
    "EpochlyError": "epochly.errors",
    "Level": "epochly.levels",
    "UsageError": "epochly.errors",
    "explain": "epochly.runtime.optimize",
    "optimize": "epochly.runtime.optimize",
}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
