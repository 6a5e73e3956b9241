"""Modules that the program has loaded, which are looked at without loading them."""

from __future__ import annotations

import sys
from typing import Any


def loaded(name: str) -> Any:
    """A module that is loaded; None where it is not, or where a thread is just importing it.

    What is only half there has not made any object of its own yet that could be met.
    """
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return None if getattr(spec, "_initializing", False) else module
