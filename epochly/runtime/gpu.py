"""Whether level 4 can be used here."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}


@cache
def has_gpu() -> bool:
    """Whether there is a GPU that level 4 can use.

    Asked once in a process. Without an NVIDIA driver nothing is imported to find out.

    Returns
    -------
    bool
    """
    if not _has_driver():
        return False
    from epochly.backend import Available
    from epochly.levels import Level
    from epochly.registry import backends_of

    return any(isinstance(b.availability(), Available) for b in backends_of(Level.GPU))


def _has_driver() -> bool:
    name = DRIVERS.get(sys.platform)
    if name is None:
        return False
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
