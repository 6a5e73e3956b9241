"""Where files are kept between processes; reading this costs next to nothing."""

from __future__ import annotations

import os
import stat

PROJECT = ".epochly"
DECISIONS = "decisions.yaml"
VERSION = 1
# Reading takes half a second for each MiB, and some 4000 decisions fill one.
MOST_BYTES = 4 << 20
_SIGN = f"version: {VERSION}".encode()
_ENTRY, _LEVEL, _PLAIN = b"\n- ", b"level:", b"\n  level: 0\n"
# What YAML names another place by.
_ANCHOR = b"&"


def default_cache() -> str:
    """The user's cache folder for this library, where ``EPOCHLY_CACHE_DIR`` names no other."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "epochly")


def cache_folder() -> str:
    """The cache folder that is asked for; whether it can be used shows when it is."""
    named = os.environ.get("EPOCHLY_CACHE_DIR") or default_cache()
    return os.path.expanduser(named) if named[0] == "~" else named


def decisions_file() -> str:
    """The file of decisions: in the project's ``.epochly`` folder, or else in the cache.

    Returns
    -------
    str
        ``.epochly/decisions.yaml`` where the current directory has such a folder.
    """
    # Most often there is nothing, which `access` says at half the price of an exception.
    if os.access(PROJECT, os.F_OK) and os.path.isdir(PROJECT):
        return os.path.abspath(os.path.join(PROJECT, DECISIONS))
    # `os.path.join` costs a first call 3 us.
    return f"{cache_folder()}/{DECISIONS}"


def read_decisions(path: str) -> bytes:
    """What a file of decisions holds.

    Parameters
    ----------
    path : str

    Raises
    ------
    OSError
        When it cannot be read, or reading might not end: of a pipe or a device, or for its size.
    """
    state = os.stat(path)
    if not stat.S_ISREG(state.st_mode):
        raise OSError("it is no plain file")
    if state.st_size > MOST_BYTES:
        raise OSError(f"it is larger than {MOST_BYTES >> 20} MiB")
    with open(path, "rb") as file:
        return file.read()


def are_decisions_kept() -> bool:
    """Whether there is a file of decisions."""
    return os.access(decisions_file(), os.F_OK)


def may_be_decided(name: str) -> bool:
    """Whether the file of decisions may have a function run at another level than 0.

    It is told without reading it as YAML, which takes longer than many a function. A file that does
    not look like one may say anything, so that it is read, and its fault is told.

    Parameters
    ----------
    name : str
        The last part of its qualified name; where it is not ASCII, the file's being there counts,
        since YAML may write it another way.
    """
    if not are_decisions_kept():
        return False
    try:
        text = read_decisions(decisions_file())
    except OSError:
        return False
    if not name.isascii() or _SIGN not in text:
        return True
    named = name.encode()
    return any(named in entry and not _stays(entry) for entry in text.split(_ENTRY))


def _stays(entry: bytes) -> bool:
    """Whether it is one entry, for level 0, and no other refers to it; if in doubt, it is not."""
    return _PLAIN in entry and entry.count(_LEVEL) == 1 and _ANCHOR not in entry
