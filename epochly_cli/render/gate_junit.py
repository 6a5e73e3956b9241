"""A gate's report as JUnit XML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree

from epochly_cli.render import gate_wording as wording
from epochly_cli.render.junit import junit_document, xml_text

if TYPE_CHECKING:
    from epochly.gate.model import Check, Comparison, GateReport, Settings, WorkloadResult

Kind = Literal["failure", "error", "skipped"]

_UNDECIDED: dict[str, Kind | None] = {"error": "error", "fail": "failure", "pass": None}


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case: what it is called, what became of it, and what is to be said."""

    name: str
    kind: Kind | None
    message: str
    lines: tuple[str, ...] = ()
    seconds: float = 0.0


def gate_junit(report: GateReport) -> str:
    """One test suite for each workload, one test case for each of its levels.

    What failed the gate is a failure; what could not be compared, measured or decided is an
    error; what was left out, or has nothing to be compared with, is skipped. A workload that
    failed with all its levels in order has a case of its own.
    """
    return junit_document([_suite(result, report) for result in report.workloads])


def _suite(result: WorkloadResult, report: GateReport) -> ElementTree.Element:
    cases = _cases(result, report.settings)
    kinds = [case.kind for case in cases]
    suite = ElementTree.Element(
        "testsuite",
        name=xml_text(wording.title(result)),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        timestamp=xml_text(report.created),
        time=f"{result.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("verdict", result.message), *wording.facts(report)):
        ElementTree.SubElement(properties, "property", name=name, value=xml_text(value))
    suite.extend(_element(case, result) for case in cases)
    return suite


def _cases(result: WorkloadResult, settings: Settings) -> list[_Case]:
    levels = dict.fromkeys((one.level, one.backend) for one in result.comparisons)
    levels |= dict.fromkeys((one.level, one.backend) for one in result.checks)
    cases = []
    for level, backend in levels:
        here = (level, backend)
        comparisons = [one for one in result.comparisons if (one.level, one.backend) == here]
        checks = [one for one in result.checks if (one.level, one.backend) == here]
        name = f"level {wording.contender(level, backend)}"
        cases.append(_level_case(name, comparisons, checks, settings))
    kind = _own_kind(result, settings)
    if not cases or (kind in ("failure", "error") and not any(case.kind for case in cases)):
        cases.append(_Case("workload", kind, result.message, wording.remedies(result)))
    return cases


def _level_case(
    name: str, comparisons: list[Comparison], checks: list[Check], settings: Settings
) -> _Case:
    lines = [
        *(f"{wording.comparison(one)}; {wording.grounds(one)}" for one in comparisons),
        *(wording.check(one) for one in checks),
    ]
    failed = [wording.check(one) for one in checks if one.state == "failed"]
    failed += [wording.comparison(one) for one in comparisons if one.judgement == "slower"]
    undecided = [wording.check(one) for one in checks if one.state == "undecided"]
    undecided += [wording.comparison(one) for one in comparisons if one.judgement == "undecided"]
    kind: Kind | None = None
    if failed:
        kind = "failure"
    elif undecided:
        kind = _UNDECIDED[settings.undecided]
    lines += [f"remedy: {one.remedy}" for one in checks if one.state != "passed" and one.remedy]
    took = next((one.head_s for one in comparisons if one.head_s is not None), 0.0)
    return _Case(name, kind, "; ".join(failed or undecided), tuple(lines), took)


def _own_kind(result: WorkloadResult, settings: Settings) -> Kind | None:
    if result.outcome == "passed":
        return "failure" if result.failed else None
    if result.outcome == "undecided":
        return _UNDECIDED[settings.undecided]
    if result.outcome == "unusable" or (result.outcome == "unmeasured" and result.failed):
        return "error"
    return "failure" if result.failed else "skipped"


def _element(case: _Case, result: WorkloadResult) -> ElementTree.Element:
    element = ElementTree.Element(
        "testcase",
        classname=xml_text(result.target),
        name=xml_text(case.name),
        time=f"{case.seconds:.9f}",
    )
    if result.file is not None:
        element.set("file", xml_text(result.file))
    if result.line is not None:
        element.set("line", str(result.line))
    text = xml_text("\n".join(case.lines))
    if case.kind is None:
        if text:
            ElementTree.SubElement(element, "system-out").text = text
        return element
    attributes = {"message": xml_text(case.message or result.message)}
    if case.kind != "skipped":
        attributes["type"] = result.outcome
    ElementTree.SubElement(element, case.kind, attributes).text = text or None
    return element
