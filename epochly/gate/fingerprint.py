"""Which machines' times may be compared with each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epochly.model import Machine

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A machine with its Python: the same for two reports whose times may be compared.

    Parameters
    ----------
    short : str
        Eight hexadecimal digits.
    words : str
        What they stand for.
    """

    short: str
    words: str


def fingerprint(machine: Machine) -> Fingerprint:
    """The fingerprint of a machine.

    It holds the processor, usable cores, memory in whole GiB, the card, the operating system and
    Python's implementation and minor version. Packages are left out, so that what an upgrade of
    one does to the times can be seen.
    """
    python = ".".join(machine.python.split(".")[:2])
    words = " · ".join(
        (
            machine.processor,
            f"{machine.cores} core{'' if machine.cores == 1 else 's'}",
            f"{round(machine.memory_bytes / _GIB)} GiB",
            machine.gpu or "no GPU",
            machine.platform.partition("-")[0],
            f"{machine.implementation} {python}",
        )
    )
    return Fingerprint(hashlib.sha256(words.encode()).hexdigest()[:8], words)
