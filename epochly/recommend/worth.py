"""Which levels to try first, and which are not worth trying. Measuring decides all the rest."""

from __future__ import annotations

from epochly.levels import Level
from epochly.model import Profile
from epochly.recommend.facts import LARGE_ELEMENTS, Facts
from epochly.units import percent, seconds

# Submitting to a waiting thread and having its answer takes 20 to 60 µs, a process ten times
# that; one operation on a card with its answer brought home takes 30 µs and more.
DISPATCH_S = 50e-6
PROCESS_DISPATCH_S = 300e-6
# A share of 97 %, known to 5 points, leaves less than 1.1x to gain on the rest.
NEARLY_ALL = 0.97
MOSTLY = 0.5
PYTHON_TURN_S = 20e-6


def doubt(level: Level, facts: Facts, profile: Profile | None, *, overlapped: bool) -> str | None:
    """Why a level cannot pay for a call, on strong evidence only.

    Parameters
    ----------
    level : Level
    facts : Facts
    profile : Profile or None
        Of one plain call; without it nothing is doubted.
    overlapped : bool
        Whether threads run the function already with the same result.

    Returns
    -------
    str or None
        None where the level is worth trying.
    """
    if profile is None or level is Level.MONITOR:
        return None
    if level is Level.THREADS:
        return _about_threads(facts, profile)
    if level is Level.COMPILE:
        return _about_compiling(facts, profile)
    if level is Level.CORES:
        return _about_cores(facts, profile, overlapped)
    return _about_gpu(facts, profile)


def order(facts: Facts, profile: Profile | None) -> tuple[Level, ...]:
    """The levels above 0, the most promising first."""
    if waits(facts, profile):
        first = [Level.THREADS, Level.CORES]
    elif has_python_loops(facts, profile):
        first = [Level.COMPILE, Level.CORES]
    elif facts.mappable:
        first = [Level.CORES, Level.THREADS]
    elif facts.largest is not None and facts.largest.elements >= LARGE_ELEMENTS:
        first = [Level.GPU]
    else:
        first = []
    return (*first, *(level for level in Level if level and level not in first))


def waits(facts: Facts, profile: Profile | None) -> bool:
    """Whether a call waits most of its time.

    A call that cannot reach outside of its process does not: what looks like waiting there is
    other programs' turn on the CPU.
    """
    if profile is None or profile.wait_fraction is None or facts.contained:
        return False
    return profile.wait_fraction >= MOSTLY


def has_python_loops(facts: Facts, profile: Profile | None) -> bool:
    """Whether a `for` or `while` loop spends its time in Python's own steps.

    A turn of 20 µs and more is hundreds of steps of Python, or array work.
    """
    if not any(loop.kind != "comprehension" for loop in facts.loops):
        return False
    if profile is None:
        return True
    turn_s = facts.turn_s(profile.wall_s)
    if turn_s == turn_s:
        return turn_s < PYTHON_TURN_S
    return profile.gil_fraction is None or profile.gil_fraction >= MOSTLY


def _about_threads(facts: Facts, profile: Profile) -> str | None:
    if profile.wall_s < DISPATCH_S:
        return _too_short(profile, "handing work to a thread and back takes longer")
    if profile.gil_fraction is not None and profile.gil_fraction >= NEARLY_ALL:
        return (
            f"a plain call holds the GIL for {percent(profile.gil_fraction)} of its time, "
            "so that threads would take turns"
        )
    return _nothing_to_share(facts)


def _about_compiling(facts: Facts, profile: Profile) -> str | None:
    if _only_waits(facts, profile):
        return _waiting(profile, "which compiling does not shorten")
    if (
        profile.native_fraction is not None
        and profile.native_fraction >= NEARLY_ALL
        and not facts.vectorized
        and facts.largest is None
    ):
        return (
            f"a plain call is in native code for {percent(profile.native_fraction)} of its time, "
            "and works on no arrays"
        )
    return None


def _about_cores(facts: Facts, profile: Profile, overlapped: bool) -> str | None:
    if profile.wall_s < DISPATCH_S:
        return _too_short(profile, "handing work to another core and back takes longer")
    held = profile.gil_fraction
    if held is not None and held >= NEARLY_ALL and profile.wall_s < PROCESS_DISPATCH_S:
        return _too_short(profile, "it holds the GIL, and reaching a process takes longer")
    if overlapped and _only_waits(facts, profile):
        return _waiting(profile, "and more threads than cores overlap that already at level 1")
    return _nothing_to_share(facts)


def _about_gpu(facts: Facts, profile: Profile) -> str | None:
    if profile.wall_s < DISPATCH_S:
        return _too_short(profile, "one operation on a card takes longer")
    if _only_waits(facts, profile):
        return _waiting(profile, "which a card does not shorten")
    if not facts.arrays_possible:
        return "NumPy is not loaded, so that there is no array to move to a card"
    return None


def _only_waits(facts: Facts, profile: Profile) -> bool:
    nearly = profile.wait_fraction is not None and profile.wait_fraction >= NEARLY_ALL
    return nearly and bool(facts.io)


def _nothing_to_share(facts: Facts) -> str | None:
    turns = [loop.total for loop in facts.mappable]
    if turns and all(turn is not None and turn < 2 for turn in turns):
        return "the loops that could be shared out turn no more than once"
    return None


def _too_short(profile: Profile, why: str) -> str:
    return f"a plain call takes {seconds(profile.wall_s)}; {why}"


def _waiting(profile: Profile, why: str) -> str:
    return f"a plain call waits {percent(profile.wait_fraction)} of its time, {why}"
