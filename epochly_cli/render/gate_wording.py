"""What a gate's report says, in words; the renderers of it only lay it out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from epochly.levels import Level
from epochly.units import digits, ratio, seconds
from epochly_cli.render import wording

if TYPE_CHECKING:
    from epochly.gate.model import (
        Check,
        Comparison,
        GateReport,
        Outcome,
        Settings,
        Side,
        WorkloadResult,
    )

Severity = Literal["error", "warning", "notice"]

_HASH_DIGITS = 10
# From here on a slowdown is easier to read as a multiple than in per cent.
_MULTIPLE = 3.0
_VERDICTS = {
    0: "passed",
    1: "failed",
    2: "cannot compare",
    3: "nothing was measured",
    4: "failed",
    5: "undecided",
}
_OUTCOMES: dict[Outcome, str] = {
    "different": "different result",
    "slower": "slower",
    "fallback": "fell back",
    "broken_promise": "below its promised speedup",
    "broken": "runs no longer",
    "unusable": "cannot be compared",
    "undecided": "undecided",
    "unmeasured": "not measured",
    "removed": "removed",
    "renamed": "renamed",
    "new": "new",
    "skipped": "skipped",
    "passed": "passed",
}
_MILD: dict[Outcome, Severity] = {
    "undecided": "warning",
    "unmeasured": "warning",
    "new": "notice",
    "removed": "notice",
    "renamed": "notice",
}
_CHECKS = {"equality": "result", "realized": "what ran", "min_speedup": "promised speedup"}


def verdict(report: GateReport) -> str:
    """The verdict on everything, in a word or three."""
    said = _VERDICTS.get(report.exit_code, f"failed with exit code {report.exit_code}")
    return f"interrupted, {said} until then" if report.interrupted else said


def headline(report: GateReport) -> str:
    """The verdict with what became of how many workloads, worst first."""
    counts = Counter(result.outcome for result in report.workloads)
    told = [f"{counts[name]} {words}" for name, words in _OUTCOMES.items() if counts[name]]
    if report.interrupted and not told:
        return "interrupted before the first workload was judged"
    return f"{verdict(report)}: {', '.join(told) or 'there is no workload'}"


def severity(result: WorkloadResult, settings: Settings) -> Severity | None:
    """How loud a workload's outcome is; None for what needs nobody's attention."""
    if result.outcome == "undecided" and settings.undecided == "error":
        return "warning"
    if result.failed:
        return "error"
    return _MILD.get(result.outcome, "notice" if result.was is not None else None)


def by_severity(report: GateReport) -> tuple[tuple[WorkloadResult, Severity | None], ...]:
    """All workloads with how loud they are, the loudest first, else in the given order."""
    loud = [(result, severity(result, report.settings)) for result in report.workloads]
    order: tuple[Severity | None, ...] = ("error", "warning", "notice", None)
    return tuple(sorted(loud, key=lambda pair: order.index(pair[1])))


def outcome(result: WorkloadResult) -> str:
    """What became of a workload, in a word or two."""
    return _OUTCOMES[result.outcome]


def title(result: WorkloadResult) -> str:
    """The workload's name, and the one it had."""
    return f"{result.name} (was {result.was})" if result.was else result.name


def side(facts: Side) -> str:
    """One of the two versions, as ``main (0123456789, with changes not committed)``."""
    known = [] if facts.commit is None else [facts.commit[:_HASH_DIGITS]]
    known += ["with changes not committed"] if facts.dirty else []
    return f"{facts.name} ({', '.join(known)})" if known else facts.name


def facts(report: GateReport) -> list[tuple[str, str]]:
    """What was compared with what, where, and within which limits."""
    most, least = report.settings.max_slowdown, report.settings.min_delta_s
    return [
        ("reference", side(report.reference)),
        ("head", side(report.head)),
        ("compared", report.compared),
        ("limits", f"{share(most)} slower{_and_delta(least)}"),
        ("machine", wording.machine(report.machine)),
    ]


def contender(level: Level, backend: str) -> str:
    """The level with its name, and the backend where that is called otherwise."""
    name = level.name.lower()
    shown = f"{int(level)} {name}"
    return shown if name == backend else f"{shown} {backend}"


def share(value: float) -> str:
    """A share as per cent with a decimal where there is one: 5 %, 7.2 %, 0.04 %."""
    amount = 100 * value
    decimals = 1 if abs(amount) >= 0.1 or amount == 0 else 2
    return f"{amount:.{decimals}f}".removesuffix(".0") + " %"


def change(facts: Comparison) -> str:
    """How much slower or faster the head is."""
    if facts.slowdown is None:
        return "not known"
    more, less = ("slower", "faster") if facts.measure == "time" else ("less gain", "more gain")
    if facts.slowdown >= _MULTIPLE:
        return f"{digits(facts.slowdown)} times {more}"
    difference = facts.slowdown - 1
    return f"{share(abs(difference))} {more if difference >= 0 else less}"


def interval(facts: Comparison) -> str:
    """The 95 % interval of the slowdown; empty where it is not known."""
    if facts.low is None or facts.high is None:
        return ""
    if facts.low >= _MULTIPLE:
        return f"{digits(facts.low)}x to {digits(facts.high)}x"
    return f"{_signed(facts.low - 1).removesuffix(' %')} to {_signed(facts.high - 1)}"


def both(facts: Comparison) -> tuple[str, str]:
    """The reference's and the head's figure."""
    if facts.measure == "speedup":
        return ratio(facts.reference_speedup), ratio(facts.head_speedup)
    return seconds(facts.reference_s), seconds(facts.head_s)


def limit(facts: Comparison) -> str:
    """The limit that was applied, and why it is not the one that was set."""
    delta = _and_delta(facts.min_delta_s) if facts.measure == "time" else ""
    said = f"{share(facts.max_slowdown)}{delta}"
    if facts.max_slowdown <= facts.asked_slowdown:
        return said
    why, floor = "", facts.noise_floor
    if floor:
        further = "since" if floor <= facts.max_slowdown else "no further, although"
        why = f", {further} the same code differed from itself by {share(floor)} here"
    return f"{said} (raised from {share(facts.asked_slowdown)}{why})"


def detectable(facts: Comparison) -> str:
    """The smallest slowdown that could have been seen; empty where it is not known."""
    return "" if facts.detectable is None else share(facts.detectable)


def sight(report: GateReport) -> str:
    """One sentence on the smallest slowdowns that could have been seen; empty if unknown."""
    found = [
        (one.detectable, result.name)
        for result in report.workloads
        for one in result.comparisons
        if one.detectable is not None
    ]
    if not found:
        return ""
    (least, best), (most, worst) = min(found), max(found)
    said = f"the smallest slowdown that nine runs of ten would have found: {share(least)}"
    return said if least == most else f"{said} ({best}) to {share(most)} ({worst})"


def evidence(facts: Comparison) -> str:
    """How much was measured, and how sure the verdict is."""
    sets = "1 set" if facts.generations == 1 else f"{facts.generations} sets"
    parts = [
        f"{facts.rounds} paired samples in {sets} of processes",
        "" if facts.p_adjusted is None else f"p = {facts.p_adjusted:.2g} after Holm's correction",
    ]
    return ", ".join(part for part in parts if part)


def comparison(facts: Comparison) -> str:
    """One comparison in a sentence."""
    within = interval(facts)
    doubt = "undecided, " if facts.judgement == "undecided" else ""
    around = f" (95 % interval {within})" if within else ""
    said = f"{doubt}{change(facts)}{around}, {' → '.join(both(facts))}"
    return f"{contender(facts.level, facts.backend)}: {said}"


def grounds(facts: Comparison) -> str:
    """What a judgement stands on: the limit, what could have been seen, and the evidence."""
    seen = detectable(facts)
    parts = [
        f"limit {limit(facts)}",
        f"could have seen {seen}" if seen else "",
        evidence(facts),
    ]
    return "; ".join(part for part in parts if part)


def check(facts: Check) -> str:
    """One check in a sentence."""
    about = f"{contender(facts.level, facts.backend)}, {_CHECKS[facts.kind]}"
    return f"{about}: {facts.state}, {facts.message}"


def remedies(result: WorkloadResult) -> tuple[str, ...]:
    """What to do about it, each once."""
    told = [result.remedy, *(one.remedy for one in result.checks if one.state != "passed")]
    return tuple(dict.fromkeys(remedy for remedy in told if remedy))


def reasons(result: WorkloadResult) -> tuple[str, ...]:
    """What the message and the figures beside it do not say yet, and what would help."""
    return (
        *(
            check(one)
            for one in result.checks
            if one.state != "passed" and one.message != result.message
        ),
        *(
            f"{contender(one.level, one.backend)}: {grounds(one)}"
            for one in result.comparisons
            if one.judgement != "passed"
        ),
        *(f"remedy: {text}" for text in remedies(result)),
    )


def place(result: WorkloadResult) -> str:
    """Where the function stands."""
    return wording.place(result.file, result.line) if result.file is not None else result.target


def notes(report: GateReport) -> tuple[str, ...]:
    """Remarks on the whole run and on single workloads, and why some were skipped."""
    lines = list(report.notes)
    for result in report.workloads:
        lines += [f"{result.name}: {note}" for note in result.notes]
        if result.outcome == "skipped":
            lines.append(f"{result.name} is skipped: {result.message}")
    return tuple(lines)


def _and_delta(min_delta_s: float) -> str:
    return f" and {seconds(min_delta_s)} a call" if min_delta_s > 0 else ""


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{share(abs(value))}"
