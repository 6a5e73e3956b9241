"""The machine a report is measured on."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from epochly.installed import version_of

if TYPE_CHECKING:
    from epochly.model import Machine

PACKAGES = ("numpy", "scipy", "numba", "joblib", "cupy-cuda12x", "cupy-cuda13x", "epochly-cli")


def this_machine() -> Machine:
    """Facts that a reader needs to compare two reports; nothing heavy is imported."""
    import psutil

    from epochly.cores import usable_cores
    from epochly.model import Machine

    return Machine(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=platform.platform(),
        processor=_processor(),
        cores=usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        gpu=gpu_name(),
        packages=_versions(),
        host=_host_mark(),
    )


def _versions() -> dict[str, str]:
    found = {name: version_of(name) for name in PACKAGES}
    return {name: version for name, version in found.items() if version is not None}


def _host_mark() -> str | None:
    name = platform.node()
    return hashlib.sha256(name.encode()).hexdigest()[:8] if name else None


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def gpu_name() -> str | None:
    """The first card's name as the driver tells it, without loading the driver."""
    for card in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        with suppress(OSError):
            for line in card.read_text().splitlines():
                if line.startswith("Model"):
                    return line.partition(":")[2].strip()
    return None
