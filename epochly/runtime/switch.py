"""The switch that turns the library off: ``EPOCHLY_DISABLE=1``."""

from __future__ import annotations

import os

VARIABLE = "EPOCHLY_DISABLE"


def is_off() -> bool:
    """Whether decorators leave functions as they are, and contexts reach none."""
    return os.environ.get(VARIABLE) == "1"
