"""One run in the history: what is kept of it, as values and as a line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from epochly.gate.fingerprint import Fingerprint, fingerprint
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.gate.model import GateReport, Side, WorkloadResult
    from epochly.model import LevelRow, Report

SCHEMA = "epochly.history/1"


@dataclass(frozen=True, slots=True)
class LevelEntry:
    """What a run found of one level; None is unknown.

    Parameters
    ----------
    level : int
    backend : str
    median_s : float or None
        Seconds a call.
    speedup, speedup_low, speedup_high : float or None
        Over level 0, with the 95 % interval.
    slowdown, slowdown_low, slowdown_high : float or None
        Over the gate's reference, with the 95 % interval.
    realized : bool or None
        Whether the level really ran.
    """

    level: int
    backend: str
    median_s: float | None = None
    speedup: float | None = None
    speedup_low: float | None = None
    speedup_high: float | None = None
    slowdown: float | None = None
    slowdown_low: float | None = None
    slowdown_high: float | None = None
    realized: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkloadEntry:
    """What a run found of one workload: the gate's outcome, or ``measured``, and its levels."""

    outcome: str
    levels: tuple[LevelEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One run.

    Parameters
    ----------
    created : str
        When, in ISO 8601.
    commit : str or None
        Full hash; None outside a repository.
    dirty : bool
        Whether files differed from the commit.
    machine : Fingerprint
        Only runs of one machine are compared.
    workloads : Mapping of str to WorkloadEntry
    """

    created: str
    commit: str | None
    dirty: bool
    machine: Fingerprint
    workloads: Mapping[str, WorkloadEntry]


def entry_of_gate(report: GateReport) -> Entry:
    """What is kept of a run of the gate."""
    return Entry(
        report.created,
        report.head.commit,
        report.head.dirty,
        fingerprint(report.machine),
        {result.name: _of_result(result) for result in report.workloads},
    )


def entry_of_reports(reports: Sequence[Report], head: Side) -> Entry:
    """What is kept of a run that measured workloads.

    Parameters
    ----------
    reports : sequence of Report
        At least one.
    head : Side
        The version that was measured.
    """
    return Entry(
        reports[0].created,
        head.commit,
        head.dirty,
        fingerprint(reports[0].machine),
        {report.workload or report.target.spec: _of_report(report) for report in reports},
    )


def _of_result(result: WorkloadResult) -> WorkloadEntry:
    known: dict[tuple[int, str], dict[str, Any]] = {}
    for one in result.comparisons:
        told = known.setdefault((int(one.level), one.backend), {})
        found = {"median_s": one.head_s, "speedup": one.head_speedup}
        if one.measure == "time":
            found |= {
                "slowdown": one.slowdown,
                "slowdown_low": one.low,
                "slowdown_high": one.high,
            }
        told |= {name: value for name, value in found.items() if value is not None}
    for check in result.checks:
        if check.kind == "realized":
            told = known.setdefault((int(check.level), check.backend), {})
            told["realized"] = check.state == "passed"
    levels = (LevelEntry(level, backend, **told) for (level, backend), told in known.items())
    return WorkloadEntry(result.outcome, tuple(levels))


def _of_report(report: Report) -> WorkloadEntry:
    rows = tuple(_of_row(row) for row in report.levels if row.status == "measured")
    if any(row.status == "different" for row in report.levels):
        return WorkloadEntry("different", rows)
    return WorkloadEntry("measured" if rows else "unmeasured", rows)


def _of_row(row: LevelRow) -> LevelEntry:
    ran = row.realized
    return LevelEntry(
        int(row.level),
        row.backend,
        row.median_s,
        row.speedup if row.level else None,
        row.speedup_low,
        row.speedup_high,
        realized=None if ran is None else (ran.level, ran.backend) == (row.level, row.backend),
    )


def entry_document(entry: Entry) -> dict[str, Any]:
    """The run as plain JSON values, what is not known left out."""
    return {
        "schema": SCHEMA,
        "created": entry.created,
        "commit": entry.commit,
        "dirty": entry.dirty,
        "machine": {"fingerprint": entry.machine.short, "words": entry.machine.words},
        "workloads": {
            name: {
                "outcome": kept.outcome,
                "levels": [
                    {name: value for name, value in asdict(level).items() if _is_known(value)}
                    for level in kept.levels
                ],
            }
            for name, kept in entry.workloads.items()
        },
    }


def _is_known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def parse_entry(line: bytes) -> Entry:
    """The run on a line.

    Raises
    ------
    ValueError
        When it is not one.
    """
    try:
        return _entry(json.loads(line))
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _entry(document: Mapping[str, Any]) -> Entry:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}, not {SCHEMA!r}")
    moment_of(document["created"])
    commit, machine = document["commit"], document["machine"]
    return Entry(
        str(document["created"]),
        None if commit is None else str(commit),
        bool(document["dirty"]),
        Fingerprint(str(machine["fingerprint"]), str(machine["words"])),
        {
            name: WorkloadEntry(
                str(kept["outcome"]), tuple(_level(level) for level in kept["levels"])
            )
            for name, kept in document["workloads"].items()
        },
    )


_NUMBERS = frozenset(f.name for f in fields(LevelEntry)) - {"level", "backend", "realized"}


def _level(told: Mapping[str, Any]) -> LevelEntry:
    numbers = {name: float(told[name]) for name in _NUMBERS if told.get(name) is not None}
    for name, value in numbers.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}")
    realized = told.get("realized")
    return LevelEntry(
        int(Level(told["level"])),
        str(told["backend"]),
        realized=None if realized is None else bool(realized),
        **numbers,
    )


def moment_of(created: str) -> datetime:
    """A time in ISO 8601, in UTC where it names no zone."""
    moment = datetime.fromisoformat(created)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
