"""When to start workers, how long to sample, when to look: pure decisions, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

MOST_GENERATIONS = 6
FIRST_LOOK = 5
FEWEST_ROUNDS = 3
SAMPLE_S = 0.01
START_SHARE = 0.6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a budget is divided.

    Parameters
    ----------
    generations : int
        How many sets of fresh worker processes there are at most.
    first_look : int
        After which generation the intervals are looked at for the first time; then after each.
    sampling_s : float
        Seconds of rounds in each generation.
    """

    generations: int
    first_look: int
    sampling_s: float


def plan(budget_s: float, start_s: float, round_s: float) -> Plan:
    """Divide a budget among generations of workers.

    Processes differ from each other more than rounds within one do (Kalibera and Jones,
    *Rigorous Benchmarking in Reasonable Time*, 2013), so there are several, as long as starting
    them takes no more than `START_SHARE` of the budget.

    Parameters
    ----------
    budget_s : float
        Seconds to spend on everything after the first generation has started.
    start_s : float
        Seconds that starting one generation takes.
    round_s : float
        Seconds of one round: a sample of every contender.
    """
    cost = start_s + FEWEST_ROUNDS * round_s
    affordable = 1 + int(max(0.0, budget_s - FEWEST_ROUNDS * round_s) / max(cost, 1e-9))
    starts = 1 + int(START_SHARE * budget_s / max(start_s, 1e-9))
    generations = max(1, min(MOST_GENERATIONS, affordable, starts))
    sampling_s = max(0.0, budget_s - (generations - 1) * start_s) / generations
    return Plan(generations, min(FIRST_LOOK, generations), sampling_s)


def inner_loops(call_s: float, make_s: float, repeatable: bool) -> int:
    """How many calls make one sample.

    One, unless nothing is mutated and the call is short: then as many as fill `SAMPLE_S` and
    outweigh making the inputs.
    """
    if not repeatable:
        return 1
    wanted = max(SAMPLE_S, min(4 * make_s, 1.0))
    return max(1, min(1_000_000, round(wanted / max(call_s, 1e-9))))


def rotated(items: Sequence[T], round_number: int) -> list[T]:
    """The order of a round: each starts one place later, and every second one runs backwards."""
    if not items:
        return []
    shift = (round_number // 2) % len(items)
    order = [*items[shift:], *items[:shift]]
    return order[::-1] if round_number % 2 else order


def in_one_group(peak_bytes: int, contenders: int, memory_bytes: int) -> bool:
    """Whether all workers fit in memory together; otherwise pairs run in turn with level 0."""
    return peak_bytes * contenders <= memory_bytes
