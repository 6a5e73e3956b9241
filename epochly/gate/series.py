"""The history of one workload at one level on one machine, and where it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from epochly.gate.changepoints import ChangePoint, change_points

if TYPE_CHECKING:
    from epochly.gate.entries import Entry, LevelEntry
    from epochly.gate.fingerprint import Fingerprint
    from epochly.levels import Level

SCHEMA = "epochly.series/1"


@dataclass(frozen=True, slots=True)
class Point:
    """One run in a series.

    Parameters
    ----------
    created, commit, dirty
        As in the history.
    outcome : str
        Of the workload in that run.
    median_s : float
        Seconds a call.
    speedup, slowdown : float or None
        Over level 0, and over the gate's reference.
    realized : bool or None
        Whether the level really ran.
    """

    created: str
    commit: str | None
    dirty: bool
    outcome: str
    median_s: float
    speedup: float | None
    slowdown: float | None
    realized: bool | None


@dataclass(frozen=True, slots=True)
class Series:
    """The points of a workload at a level, oldest first, and the changes among them."""

    workload: str
    level: int
    backend: str
    machine: Fingerprint
    points: tuple[Point, ...]
    change_points: tuple[ChangePoint, ...]


def series_of(
    entries: Sequence[Entry],
    *,
    workload: str | None = None,
    levels: Sequence[Level] | None = None,
    limit: int | None = None,
) -> tuple[Series, ...]:
    """Arrange runs into series; times of different machines are never in one.

    Parameters
    ----------
    entries : sequence of Entry
        Oldest first.
    workload : str or None
        Only this one.
    levels : sequence of Level or None
        Only these.
    limit : int or None
        Only as many of the last points of each series, for the changes too.

    Returns
    -------
    tuple of Series
        By workload in order of its first appearance, then level, backend and machine. Runs that
        hold no time of a level are no points of it.
    """
    order: dict[str, int] = {}
    found: dict[tuple[int, int, str, Fingerprint], list[Point]] = {}
    for entry in entries:
        for name, kept in entry.workloads.items():
            if workload is not None and name != workload:
                continue
            position = order.setdefault(name, len(order))
            for one in kept.levels:
                if one.median_s is None or (levels is not None and one.level not in levels):
                    continue
                key = (position, one.level, one.backend, entry.machine)
                point = _point(entry, kept.outcome, one, one.median_s)
                found.setdefault(key, []).append(point)
    names = list(order)
    made = []
    for position, level, backend, machine in sorted(found, key=_order):
        points = found[position, level, backend, machine]
        if limit is not None:
            points = points[-limit:]
        changes = change_points([point.median_s for point in points])
        made.append(Series(names[position], level, backend, machine, tuple(points), changes))
    return tuple(made)


def _order(key: tuple[int, int, str, Fingerprint]) -> tuple[int, int, str, str]:
    return (*key[:3], key[3].short)


def _point(entry: Entry, outcome: str, one: LevelEntry, median_s: float) -> Point:
    return Point(
        entry.created,
        entry.commit,
        entry.dirty,
        outcome,
        median_s,
        one.speedup,
        one.slowdown,
        one.realized,
    )
