"""From what was found of each workload to its verdict, and to the exit code of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from epochly.errors import NothingMeasuredError
from epochly.gate.model import Check, Comparison, Outcome, Settings, WorkloadResult
from epochly.gate.verdict import FEWEST_GENERATIONS, Limit, corrected
from epochly.units import seconds
from epochly.workload import Workload

# Of several exit codes the first here wins.
WORST_FIRST = (4, 1, 5, 2, 3)
_CODES: dict[Outcome, int] = {
    "different": 4,
    "slower": 1,
    "fallback": 1,
    "broken": 1,
    "broken_promise": 1,
    "unusable": 2,
    "undecided": 5,
    "unmeasured": 3,
}
_NOT_RUN = ("skipped", "removed")
_FAILED_CHECKS: tuple[tuple[str, Outcome], ...] = (
    ("realized", "fallback"),
    ("min_speedup", "broken_promise"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one workload, before the comparisons of all are corrected together.

    Parameters
    ----------
    workload : Workload
    outcome : str or None
        Set, with its message and remedy, where it follows from neither comparison nor check.
    file, line : str, int or None
        Where the function stands in the head.
    """

    workload: Workload
    outcome: Outcome | None = None
    message: str = ""
    remedy: str | None = None
    file: str | None = None
    line: int | None = None
    was: str | None = None
    comparisons: tuple[Comparison, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


def results(found: Sequence[Found], settings: Settings) -> tuple[WorkloadResult, ...]:
    """The verdicts, after Holm's correction over all comparisons."""
    flat = corrected([comparison for one in found for comparison in one.comparisons])
    rest = iter(flat)
    return tuple(
        _result(replace(one, comparisons=tuple(next(rest) for _ in one.comparisons)), settings)
        for one in found
    )


def exit_code(results: Iterable[WorkloadResult], settings: Settings) -> int:
    """The worst of what the results call for, as ``docs/exit-codes.md`` orders them."""
    known = tuple(results)
    codes = {code_of(result, settings) for result in known}
    if all(result.outcome in _NOT_RUN for result in known):
        codes.add(NothingMeasuredError.exit_code)
    return next((code for code in WORST_FIRST if code in codes), 0)


def code_of(result: WorkloadResult, settings: Settings) -> int:
    """The exit code that one result calls for."""
    if not result.failed:
        return 0
    if result.outcome == "undecided" and settings.undecided == "fail":
        return 1
    return _CODES.get(result.outcome, 1)


def limit_of(workload: Workload, settings: Settings) -> Limit:
    """A workload's own limits, else the settings'."""
    own = workload.limits
    return Limit(
        settings.max_slowdown if own.max_slowdown is None else own.max_slowdown,
        settings.min_delta_s if own.min_delta_s is None else own.min_delta_s,
    )


def _result(found: Found, settings: Settings) -> WorkloadResult:
    outcome, message, remedy = found.outcome, found.message, found.remedy
    if outcome is None:
        outcome, message, remedy = _follows(found)
    if found.was is not None and outcome == "passed":
        message = f"renamed from {found.was}; {message}"
        outcome = "renamed" if settings.renamed == "fail" else outcome
    workload = found.workload
    return WorkloadResult(
        name=workload.name or workload.target,
        target=workload.target,
        outcome=outcome,
        failed=_fails(outcome, settings),
        message=message,
        remedy=remedy,
        file=found.file,
        line=found.line,
        was=found.was,
        tags=workload.tags,
        comparisons=found.comparisons,
        checks=found.checks,
        notes=found.notes,
        seconds=found.seconds,
    )


def _fails(outcome: Outcome, settings: Settings) -> bool:
    if outcome == "new":
        return settings.new == "fail"
    if outcome == "removed":
        return settings.removed == "fail"
    if outcome == "renamed":
        return settings.renamed == "fail"
    if outcome == "undecided":
        return settings.undecided != "pass"
    return outcome not in ("passed", "skipped")


def _follows(found: Found) -> tuple[Outcome, str, str | None]:
    failed = [check for check in found.checks if check.state == "failed"]
    for check in failed:
        if check.kind == "equality":
            return "different", check.message, check.remedy
    for comparison in found.comparisons:
        if comparison.judgement == "slower":
            return "slower", _slower(comparison), None
    for kind, outcome in _FAILED_CHECKS:
        for check in failed:
            if check.kind == kind:
                return outcome, check.message, check.remedy
    for comparison in found.comparisons:
        if comparison.judgement == "undecided":
            return "undecided", _undecided(comparison), _more_time(comparison)
    for check in found.checks:
        if check.state == "undecided":
            return "undecided", check.message, check.remedy
    if not found.comparisons and not found.checks:
        return "unmeasured", "nothing of it could be measured", None
    return "passed", _passed(found.comparisons), None


def _slower(comparison: Comparison) -> str:
    return f"{_place(comparison)} is {_span(comparison)}, more than the {_limit(comparison)}"


def _undecided(comparison: Comparison) -> str:
    paired = comparison.noise_floor is not None
    few = paired and comparison.generations < FEWEST_GENERATIONS
    if comparison.low is None or few:
        return f"{_place(comparison)} was sampled in too few sets of processes to say anything"
    if (
        comparison.p_adjusted is not None
        and comparison.low is not None
        and (comparison.low > 1 + comparison.max_slowdown)
    ):
        return (
            f"{_place(comparison)} is {_span(comparison)}, which alone would be more than the "
            f"{_limit(comparison)}, but one of so many comparisons may be so by chance"
        )
    return (
        f"{_place(comparison)} is {_span(comparison)}: too noisy to tell from the "
        f"{_limit(comparison)}"
    )


def _more_time(comparison: Comparison) -> str:
    return "give it more time with --budget, a quieter machine, or a wider max_slowdown"


def _passed(comparisons: Sequence[Comparison]) -> str:
    if not comparisons:
        return "it does what it did"
    return "; ".join(f"{_place(one)} is {_span(one)}{_negligible(one)}" for one in comparisons)


def _negligible(comparison: Comparison) -> str:
    """Why a slowdown beyond the limit passes."""
    if comparison.low is None or comparison.low <= 1 + comparison.max_slowdown:
        return ""
    return f", which is less than min_delta, {seconds(comparison.min_delta_s)} a call"


def _place(comparison: Comparison) -> str:
    if comparison.measure == "speedup":
        return f"the gain of level {comparison.level:d} ({comparison.backend})"
    return f"level {comparison.level:d}" + (f" ({comparison.backend})" if comparison.level else "")


def _span(comparison: Comparison) -> str:
    assert comparison.slowdown is not None
    assert comparison.low is not None
    assert comparison.high is not None
    words = ("smaller", "larger") if comparison.measure == "speedup" else ("slower", "faster")
    shown = (
        f"{100 * abs(comparison.slowdown - 1):.1f} % {words[comparison.slowdown < 1]} "
        f"({_share(comparison.low)} to {_share(comparison.high)})"
    )
    if comparison.reference_s is None or comparison.head_s is None:
        return shown
    return f"{shown}, {seconds(comparison.reference_s)} to {seconds(comparison.head_s)}"


def _limit(comparison: Comparison) -> str:
    text = f"{100 * comparison.max_slowdown:.1f} % allowed"
    if comparison.max_slowdown > comparison.asked_slowdown:
        text += (
            f" (raised from {100 * comparison.asked_slowdown:.1f} %, since identical code "
            "differed by as much here)"
        )
    return text


def _share(times: float) -> str:
    return f"{100 * (times - 1):+.1f} %"
