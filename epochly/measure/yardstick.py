"""A fixed program, whose time tells how fast the machine is at the moment."""

from __future__ import annotations

from time import perf_counter

FEWEST_LOOPS = 3
LONGEST_S = 0.5
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
    started = perf_counter()
    for _ in range(_RUNS * loops):
        pow(3, _POWER, _MODULUS)
    return (perf_counter() - started) / loops


def yardstick_loops(sample_s: float, run_s: float) -> int:
    """How many runs take as long as a sample, so that as much stands in their way.

    A shorter one would fit between the turns that another program takes on the same core.

    Parameters
    ----------
    sample_s, run_s : float
        Seconds of a sample of level 0, and of one run of the fixed program.
    """
    return max(FEWEST_LOOPS, round(min(LONGEST_S, sample_s) / run_s))
