"""Where files are kept between processes; reading this costs next to nothing."""

from __future__ import annotations

import os

PROJECT = ".epochly"
DECISIONS = "decisions.yaml"


def default_cache() -> str:
    """The user's cache folder for this library, where ``EPOCHLY_CACHE_DIR`` names no other."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "epochly")


def decisions_file() -> str:
    """The file of decisions: in the project's ``.epochly`` folder, or else in the cache.

    Returns
    -------
    str
        ``.epochly/decisions.yaml`` where the current directory has such a folder.
    """
    if os.path.isdir(PROJECT):
        return os.path.abspath(os.path.join(PROJECT, DECISIONS))
    return os.path.join(os.environ.get("EPOCHLY_CACHE_DIR") or default_cache(), DECISIONS)
