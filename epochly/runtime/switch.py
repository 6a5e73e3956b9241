"""The switch that turns the library off: ``EPOCHLY_DISABLE=1``."""

from __future__ import annotations

import os

VARIABLE = "EPOCHLY_DISABLE"
_NO = frozenset({"", "0", "false", "no", "off"})


def is_off() -> bool:
    """Whether decorators leave functions as they are, and contexts reach none."""
    # Who turns something off in a hurry may write any word for it.
    return os.environ.get(VARIABLE, "").strip().lower() not in _NO
