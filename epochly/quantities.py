"""Shares and durations as people write them: ``5%``, ``50us``."""

from __future__ import annotations

import re
import sys

from epochly.errors import UsageError

SHARE_REMEDY = "give a share, as in 5% or 0.05"
DURATION_REMEDY = "give a duration, as in 50us, 1.5ms, 2s or 0.00005 (seconds)"
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0}
_QUANTITY = re.compile(
    r"\s*(-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*([^\s\d.]*)\s*", re.ASCII | re.I
)


def parse_share(text: str) -> float:
    """A share of a whole.

    Parameters
    ----------
    text : str
        ``5%``, ``5 %`` or ``0.05``.

    Returns
    -------
    float
        0.05 for 5 %.

    Raises
    ------
    UsageError
        When it is not a share, negative, or a plain number of 1 or more, which may be meant
        either way.
    """
    number, unit = _parts(text, "share", SHARE_REMEDY)
    if unit == "%":
        return number / 100
    if unit:
        raise UsageError(f"{unit!r} is not a unit of a share", remedy=SHARE_REMEDY)
    if number >= 1:
        raise UsageError(
            f"{text.strip()} without a percent sign is {100 * number:g} %",
            remedy=f"write {number:g}%, or {100 * number:g}% if that is meant",
        )
    return number


def parse_duration(text: str) -> float:
    """A time in seconds.

    Parameters
    ----------
    text : str
        A number with the unit ns, us (or µs), ms or s; without a unit it is seconds.

    Raises
    ------
    UsageError
        When it is not a duration or negative.
    """
    number, unit = _parts(text, "duration", DURATION_REMEDY)
    if unit not in _UNITS:
        raise UsageError(f"{unit!r} is not a unit of time", remedy=DURATION_REMEDY)
    return number * _UNITS[unit]


def _parts(text: str, what: str, remedy: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is not a {what}", remedy=remedy)
    number = float(match[1])
    if not 0 <= number <= sys.float_info.max:
        raise UsageError(f"a {what} is finite and not negative, not {text:.40}", remedy=remedy)
    return number, match[2]
