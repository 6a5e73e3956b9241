"""A fixed program, whose time tells how fast the machine is at the moment."""

from __future__ import annotations

import time

FEWEST_LOOPS = 3
# The share of a round that is spent on it, so that it meets what the samples meet.
SHARE = 0.1
LONGEST_S = 1.0
# Arithmetic on a few hundred bytes: a loop of Python differs by a third between processes, by the
# luck of their memory layout, and this by less than a hundredth.
_MODULUS = 2**6000 + 1
_POWER = 6007
_RUNS = 20


def yardstick_s(loops: int) -> float:
    """Seconds that one run of the fixed program takes, the mean of several.

    Its work must never change, since what it is compared with is kept.

    Parameters
    ----------
    loops : int
    """
    started = time.perf_counter()
    for _ in range(_RUNS * loops):
        pow(3, _POWER, _MODULUS)
    return (time.perf_counter() - started) / loops


def yardstick_loops(round_s: float, run_s: float) -> int:
    """How many runs go with a round of samples.

    Parameters
    ----------
    round_s, run_s : float
        Seconds of a round, and of one run of the fixed program.
    """
    wanted_s = min(LONGEST_S, SHARE * round_s)
    return max(FEWEST_LOOPS, round(wanted_s / run_s))
