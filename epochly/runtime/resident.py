"""Resident memory of this process."""

from __future__ import annotations

import os


def resident_bytes() -> int | None:
    """Resident memory of this process, where reading it is cheap."""
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def grown_since(before: int | None) -> int | None:
    """By how many bytes it has grown since then; None where that cannot be told."""
    return None if before is None else (resident_bytes() or before) - before
