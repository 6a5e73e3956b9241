"""The measurements in a report's JSON, whichever of its schemas, for the exports to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from epochly.errors import NothingMeasuredError, UsageError
from epochly.report import GATE_SCHEMA, LIST_SCHEMA, SCHEMA

ACCEPTED = (SCHEMA, LIST_SCHEMA, GATE_SCHEMA)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its interval, which is None where it is not known."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is known of one workload at one level.

    Parameters
    ----------
    workload, target : str
    level : int
    backend : str
    samples_s : tuple of float
        Seconds a call of every sample; empty where the file holds none.
    median_s : float or None
        Of the samples; alone where the file holds no others.
    speedup : Measure or None
        Over level 0, with its 95 % interval where it was measured.
    slowdown : Measure or None
        Over the gate's reference, with its 95 % interval.
    rounds : int
        Samples behind the median.
    """

    workload: str
    target: str
    level: int
    backend: str
    samples_s: tuple[float, ...] = ()
    median_s: float | None = None
    speedup: Measure | None = None
    slowdown: Measure | None = None
    rounds: int = 0

    @property
    def name(self) -> str:
        """As pytest would name it: ``mean[2-numba]``."""
        return f"{self.workload}[{self.level}-{self.backend}]"


@dataclass(frozen=True, slots=True)
class Measurements:
    """All of a file.

    Parameters
    ----------
    created : str
        When, in ISO 8601.
    machine : Mapping of str to Any
        As in the report.
    rows : tuple of Measurement
        Each with a name of its own. Levels that returned a different result are left out.
    commit : str or None
        Full hash, where the file tells it.
    dirty : bool
        Whether files differed from the commit.
    """

    created: str
    machine: Mapping[str, Any]
    rows: tuple[Measurement, ...]
    commit: str | None = None
    dirty: bool = False


def measurements(document: Any, where: str) -> Measurements:
    """Read the measurements in a document.

    Parameters
    ----------
    document : Any
        JSON of schema ``epochly.report/1``, ``epochly.reports/1`` or ``epochly.gate/1``.
    where : str
        What it was read from, for messages.

    Raises
    ------
    UsageError
        When it is of another schema, incomplete, or names a measurement twice.
    NothingMeasuredError
        When it holds no measurement.
    """
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema not in ACCEPTED:
        said = "names no schema" if schema is None else f"is of schema {schema!r}"
        raise UsageError(
            f"the document {said}, and cannot be exported",
            where=where,
            remedy=f"give JSON of {', '.join(ACCEPTED[:-1])} or {ACCEPTED[-1]}, "
            "as `epochly bench --output FILE.json` and `epochly gate --output FILE.json` write it",
        )
    try:
        found = _of_gate(document) if schema == GATE_SCHEMA else _of_reports(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"the document is not a whole one of schema {schema}: {type(error).__name__}: {error}",
            where=where,
            remedy="write it anew with --output FILE.json",
        ) from error
    names = [row.name for row in found.rows]
    if not names:
        raise NothingMeasuredError(
            "the document holds no measurement to export",
            where=where,
            remedy="look at the reasons in it, or measure again with a larger --budget",
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"the document holds {twice} twice",
            where=where,
            remedy="give every workload a name of its own in epochly.yaml",
        )
    return found


def _of_reports(document: Mapping[str, Any]) -> Measurements:
    reports = document["reports"] if document["schema"] == LIST_SCHEMA else [document]
    rows = tuple(row for report in reports for row in _of_report(report))
    if not rows:
        return Measurements("", {}, ())
    return Measurements(str(reports[0]["created"]), dict(reports[0]["machine"]), rows)


def _of_report(report: Mapping[str, Any]) -> Iterator[Measurement]:
    target = report["target"]
    for row in report["levels"]:
        if row["status"] != "measured":
            continue
        samples = tuple(float(sample) for sample in row["samples_s"])
        gain = _measure(row["speedup"], row["speedup_low"], row["speedup_high"])
        yield Measurement(
            workload=str(report["workload"] or target["spec"]),
            target=str(target["spec"]),
            level=int(row["level"]),
            backend=str(row["backend"]),
            samples_s=samples,
            median_s=_number(row["median_s"]),
            speedup=gain if int(row["level"]) else None,
            rounds=len(samples),
        )


def _of_gate(document: Mapping[str, Any]) -> Measurements:
    head = document["head"]
    rows = tuple(
        row
        for result in document["workloads"]
        for row in _of_result(result)
        if row.median_s is not None or row.speedup is not None
    )
    commit = head["commit"]
    return Measurements(
        str(document["created"]),
        dict(document["machine"]),
        rows,
        None if commit is None else str(commit),
        bool(head["dirty"]),
    )


def _of_result(result: Mapping[str, Any]) -> Iterator[Measurement]:
    """The levels of a gate's workload; its time and its speedup are two comparisons."""
    wrong = {
        (check["level"], check["backend"])
        for check in result["checks"]
        if check["kind"] == "equality" and check["state"] == "failed"
    }
    by_level: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for one in result["comparisons"]:
        here = (int(one["level"]), str(one["backend"]))
        if here not in wrong:
            by_level.setdefault(here, {})[one["measure"]] = one
    for (level, backend), measures in by_level.items():
        timed, gained = measures.get("time", {}), measures.get("speedup", {})
        yield Measurement(
            workload=str(result["name"]),
            target=str(result["target"]),
            level=level,
            backend=backend,
            median_s=_number(timed.get("head_s")),
            speedup=_measure(gained.get("head_speedup", timed.get("head_speedup"))),
            slowdown=_measure(timed.get("slowdown"), timed.get("low"), timed.get("high")),
            rounds=int(timed.get("rounds", 0)),
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _measure(value: Any, low: Any = None, high: Any = None) -> Measure | None:
    return None if value is None else Measure(float(value), _number(low), _number(high))
