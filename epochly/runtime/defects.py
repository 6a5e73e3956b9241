"""Defects in looking for levels: they are logged, and no reason to fail the caller's call."""

from __future__ import annotations

import logging
from collections.abc import Callable

from epochly.interrupted import let_through
from epochly.runtime.inside import Inside
from epochly.runtime.way import is_ending

logger = logging.getLogger("epochly")


def defect_of(step: Callable[[], None], told: str) -> Exception | None:
    """Take a step in the middle of somebody's call.

    Parameters
    ----------
    step : callable
    told : str
        What the log says where it fails; nothing at the end of the program, where much may fail.

    Returns
    -------
    Exception or None
        What it raised, unless a signal handler did, whose exception goes on to the program.
    """
    try:
        with Inside():
            step()
    except Exception as error:
        let_through(error)
        if not is_ending():
            logger.exception("%s", told)
        return error
    return None
