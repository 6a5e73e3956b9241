"""Reports as JUnit XML, which continuous integration servers show as test results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from epochly_cli.render import wording

if TYPE_CHECKING:
    from epochly.model import LevelRow, Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUTCOMES = {
    "different": "failure",
    "failed": "error",
    "timeout": "error",
    "refused": "skipped",
    "unavailable": "skipped",
    "skipped": "skipped",
}


def junit_text(reports: Sequence[Report]) -> str:
    """One test suite for each report, one test case for each of its rows.

    A level that returned something different is a failure, one that failed or ran out of time
    an error, one that was refused, unavailable or skipped is skipped.
    """
    return junit_document([_suite(report) for report in reports])


def junit_document(suites: Sequence[ElementTree.Element]) -> str:
    """Test suites, counted, as a document."""
    root = ElementTree.Element("testsuites", name="epochly")
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(report: Report) -> ElementTree.Element:
    outcomes = [_OUTCOMES.get(row.status) for row in report.levels]
    suite = ElementTree.Element(
        "testsuite",
        name=xml_text(wording.title(report)),
        tests=str(len(outcomes)),
        failures=str(outcomes.count("failure")),
        errors=str(outcomes.count("error")),
        skipped=str(outcomes.count("skipped")),
        timestamp=xml_text(report.created),
        time=f"{sum(sum(row.samples_s) for row in report.levels):.6f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    advice = report.recommendation
    for name, value in (
        ("target", report.target.spec),
        ("machine", wording.machine(report.machine)),
        ("recommendation", f"{wording.verdict(advice)}: {wording.reason(advice)}"),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=xml_text(value))
    suite.extend(_case(row, report) for row in report.levels)
    return suite


def _case(row: LevelRow, report: Report) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=xml_text(report.target.spec),
        name=xml_text(f"level {wording.level(row)} ({row.backend})"),
        time=f"{row.median_s or 0.0:.9f}",
    )
    kind = _OUTCOMES.get(row.status)
    if kind is not None:
        message = xml_text(wording.outcome(row))
        attributes = {"message": message}
        if kind != "skipped":
            attributes["type"] = row.status
        outcome = ElementTree.SubElement(case, kind, attributes)
        outcome.text = xml_text("\n".join(wording.hints(row, report))) or None
    said = (
        [] if row.speedup is None else [f"{wording.speedup(row)} {wording.interval(row)}".strip()]
    )
    said += wording.remarks(row)
    if said:
        ElementTree.SubElement(case, "system-out").text = xml_text("\n".join(said))
    return case


def xml_text(text: str) -> str:
    """The text with whatever XML cannot carry, even escaped, spelled out."""
    return _NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
