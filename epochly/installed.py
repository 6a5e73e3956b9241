"""Versions of installed distributions."""

from __future__ import annotations

import os
import sys
from functools import cache

ENDING = ".dist-info"


@cache
def version_of(name: str) -> str | None:
    """The version of an installed distribution; None where there is none.

    A distribution leaves a folder ``{name}-{version}.dist-info`` (PyPA, "Recording installed
    projects"). Only where none is found is `importlib.metadata` asked, whose import takes 15 ms.

    Parameters
    ----------
    name : str
        As in ``pip install``.
    """
    wanted = _normal(name)
    for folder in sys.path:
        version = _versions_in(folder or os.curdir).get(wanted)
        if version is not None:
            return version
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@cache
def _versions_in(folder: str) -> dict[str, str]:
    try:
        entries = os.listdir(folder)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for entry in entries:
        if entry.endswith(ENDING):
            name, _, version = entry.removesuffix(ENDING).partition("-")
            if version:
                found.setdefault(_normal(name), version)
    return found


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
