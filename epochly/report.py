"""Reports as JSON documents: ``epochly.report/1``, ``epochly.reports/1`` and ``epochly.gate/1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from epochly.model import ProfileReport, Report

if TYPE_CHECKING:
    from epochly.gate.model import GateReport

SCHEMA = "epochly.report/1"
LIST_SCHEMA = "epochly.reports/1"
PROFILE_SCHEMA = "epochly.profile/1"
GATE_SCHEMA = "epochly.gate/1"


def report_document(report: Report) -> dict[str, Any]:
    """One report as plain JSON values."""
    return {"schema": SCHEMA, **_plain(asdict(report))}


def reports_document(reports: Sequence[Report]) -> dict[str, Any]:
    """Several reports as plain JSON values."""
    return {"schema": LIST_SCHEMA, "reports": [report_document(report) for report in reports]}


def profile_document(report: ProfileReport) -> dict[str, Any]:
    """A profile alone as plain JSON values, without its recording."""
    document: dict[str, Any] = _plain(asdict(report))
    del document["recording"]
    return {"schema": PROFILE_SCHEMA, **document}


def gate_document(report: GateReport) -> dict[str, Any]:
    """What a run of the gate found, as plain JSON values."""
    return {"schema": GATE_SCHEMA, **_plain(asdict(report))}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value - value != 0:
        return None
    return value
