"""A gate's report as GitHub-flavoured Markdown, short enough for a comment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochly_cli.render import gate_wording as wording
from epochly_cli.render.markdown import bullets, escaped, table_markdown
from epochly_cli.render.table import Table

if TYPE_CHECKING:
    from epochly.gate.model import Comparison, GateReport, WorkloadResult
    from epochly_cli.render.gate_wording import Severity

_SIGNS: dict[Severity | None, str] = {"error": "❌", "warning": "⚠️", "notice": "ℹ️", None: "✅"}
_COLUMNS = ("", "workload", "level", "change", "95 % interval", "time", "limit")
_ALL_COLUMNS = (*_COLUMNS, "could have seen", "measured")
_SKIPPED = "⏭️"
_CODE_SIGNS = {0: "✅", 5: "⚠️"}


def gate_markdown(report: GateReport, *, detail: bool = True) -> str:
    """The verdict, a table of what needs attention, and what to do about it.

    Parameters
    ----------
    report : GateReport
    detail : bool
        Add every comparison, check and note, folded away.
    """
    loud = [(result, how) for result, how in wording.by_severity(report) if how is not None]
    sign = _CODE_SIGNS.get(report.exit_code, "❌")
    blocks = [
        f"## {sign} Performance gate: {escaped(wording.headline(report))}",
        escaped(
            f"{wording.side(report.head)} against {wording.side(report.reference)}: "
            f"{report.compared}"
        ),
    ]
    rows = [row for result, how in loud for row in _rows(result, how, detail=False)]
    if rows:
        blocks.append(table_markdown(Table(_COLUMNS, tuple(rows))))
    blocks.append("\n".join(line for result, _ in loud for line in _said(result)))
    seen = wording.sight(report)
    blocks.append(escaped(f"{seen[:1].upper()}{seen[1:]}.") if seen else "")
    if detail:
        blocks.append(_details(report))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _said(result: WorkloadResult) -> list[str]:
    first = f"{wording.title(result)} ({wording.place(result)}): {result.message}"
    return [
        f"- {escaped(first)}",
        *(f"  - {escaped(reason)}" for reason in wording.reasons(result)),
    ]


def _rows(result: WorkloadResult, how: Severity | None, *, detail: bool) -> list[tuple[str, ...]]:
    """A line for each comparison worth showing; one without figures where there is none."""
    shown = [one for one in result.comparisons if detail or one.judgement != "passed"]
    if not shown:
        return [_blank(result, how, detail=detail)]
    return [_row(one, result, how, detail=detail) for one in shown]


def _row(
    one: Comparison, result: WorkloadResult, how: Severity | None, *, detail: bool
) -> tuple[str, ...]:
    cells = (
        _SIGNS[how] if one.judgement != "passed" or not detail else _SIGNS[None],
        wording.title(result),
        wording.contender(one.level, one.backend),
        wording.change(one),
        wording.interval(one),
        " → ".join(wording.both(one)),
        wording.limit(one) if detail else wording.share(one.max_slowdown),
    )
    return (*cells, wording.detectable(one), wording.evidence(one)) if detail else cells


def _blank(result: WorkloadResult, how: Severity | None, *, detail: bool) -> tuple[str, ...]:
    sign = _SKIPPED if result.outcome == "skipped" else _SIGNS[how]
    cells = (sign, wording.title(result), "", wording.outcome(result))
    width = len(_ALL_COLUMNS if detail else _COLUMNS)
    return cells + ("",) * (width - len(cells))


def _details(report: GateReport) -> str:
    count = len(report.workloads)
    rows = [
        row
        for result, how in wording.by_severity(report)
        for row in _rows(result, how, detail=True)
    ]
    checks = [
        f"{wording.title(result)}, {wording.check(one)}"
        for result in report.workloads
        for one in result.checks
    ]
    facts = [f"{label}: {value}" for label, value in wording.facts(report)]
    blocks = [
        f"<details><summary>{count} workload{'' if count == 1 else 's'} in full</summary>",
        table_markdown(Table(_ALL_COLUMNS, tuple(rows))) if rows else "",
        _section("Checks", checks),
        _section("Compared", facts),
        _section("Notes", wording.notes(report)),
        "</details>",
    ]
    return "\n\n".join(block for block in blocks if block)


def _section(heading: str, lines: Sequence[str]) -> str:
    return f"**{heading}**\n\n{bullets(lines)}" if lines else ""
