"""What a report says, in words; the console, Markdown and JUnit only lay it out."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from epochly.units import count, digits, percent, ratio, seconds, size

if TYPE_CHECKING:
    from epochly.model import LevelRow, Machine, Profile, Recommendation, Report, TargetInfo


_MANY_ULP = 1e6
# What would be shown as 0 %.
_LEAST_SHARE = 0.005


def title(report: Report) -> str:
    """The workload's name, or the function's."""
    return report.workload or report.target.qualname


def call(target: TargetInfo) -> str:
    """The call that was measured, as code."""
    if target.inputs is not None:
        return f"args, kwargs = {target.inputs}(); {target.qualname}(*args, **kwargs)"
    return f"{target.qualname}({target.arguments})"


def place(file: str | None, line: int | None) -> str:
    """``file:line``, relative to the current directory where that is shorter."""
    if file is None:
        return "" if line is None else f"line {line}"
    shown = min(file, _from_here(file), key=len)
    return shown if line is None else f"{shown}:{line}"


def machine(facts: Machine) -> str:
    """One line about where it was measured."""
    parts = [
        f"{facts.implementation} {facts.python}",
        facts.processor,
        f"{facts.cores} core{'' if facts.cores == 1 else 's'}",
        size(facts.memory_bytes),
        facts.gpu or "no GPU",
    ]
    return " · ".join(part for part in parts if part)


def profile(facts: Profile) -> str:
    """One line about what a single plain call does."""
    parts = [
        f"{seconds(facts.wall_s)} a call",
        f"{seconds(facts.cpu_s)} CPU",
        *states(facts),
    ]
    if facts.peak_memory_bytes is not None:
        parts.append(f"peak {size(facts.peak_memory_bytes)}")
    parts += [
        f"{verb} {size(amount)}"
        for verb, amount in (("reads", facts.read_bytes), ("writes", facts.written_bytes))
        if amount
    ]
    if facts.sampler is not None:
        parts.append("sampled by py-spy" if facts.sampler == "py-spy" else sampler(facts))
    return " · ".join(parts)


def states(facts: Profile) -> tuple[str, ...]:
    """How the time of a call divides, as far as it is known."""
    parts = []
    if facts.wait_fraction is not None:
        parts.append(f"{percent(facts.wait_fraction)} waiting")
    if facts.gil_fraction is not None:
        parts.append(f"{percent(facts.gil_fraction)} holding the GIL")
    if facts.native_fraction is not None:
        parts.append(f"{percent(facts.native_fraction)} native without it")
    return tuple(parts)


def sampler(facts: Profile) -> str:
    """Who took the samples, and why it was not py-spy."""
    reason = f" ({facts.sampler_reason})" if facts.sampler_reason else ""
    if facts.sampler is None:
        return f"not sampled{reason}"
    return f"sampled {'by py-spy' if facts.sampler == 'py-spy' else 'in-process'}{reason}"


def hot_lines(report: Report) -> tuple[str, ...]:
    """The lines that take the time, largest share first."""
    if report.profile is None:
        return ()
    return tuple(
        f"{percent(hot.share)}  {place(hot.file, hot.line)}  in {hot.function}"
        for hot in report.profile.hot_lines
        if hot.share >= _LEAST_SHARE
    )


def level(row: LevelRow) -> str:
    """The level with its name: ``2 compile``."""
    return f"{int(row.level)} {row.name}"


def contender(row: LevelRow) -> str:
    """The level and its backend, once where they are called the same."""
    return level(row) if row.name == row.backend else f"{level(row)} {row.backend}"


def interval(row: LevelRow) -> str:
    """The 95 % interval of the speedup; empty for the row that all others are paired with."""
    if row.speedup_low is None or row.speedup_high is None:
        return ""
    return f"{digits(row.speedup_low)} – {digits(row.speedup_high)}"


def speedup(row: LevelRow) -> str:
    """The speedup; level 0 is what the others are compared with."""
    return "baseline" if row.level == 0 and row.speedup in (None, 1.0) else ratio(row.speedup)


def breakeven(row: LevelRow) -> str:
    """After how many calls the first call has paid for itself."""
    if row.level == 0 or row.median_s is None or row.speedup is None:
        return ""
    if row.breakeven_calls is None:
        return "never"
    if row.breakeven_calls <= 1:
        return "at once"
    return f"{count(row.breakeven_calls)} calls"


def result(row: LevelRow) -> str:
    """How the outcome compares with level 0's, and how far apart the numbers lie."""
    facts = row.equality
    if row.level == 0 and facts.verdict in {"identical", "unchecked"}:
        return "reference"
    if facts.verdict == "different":
        return "DIFFERENT"
    if facts.verdict == "close":
        if facts.max_ulp is not None and facts.max_ulp < _MANY_ULP:
            return f"within {math.ceil(facts.max_ulp)} ulp"
        return "close" if facts.max_rel is None else f"within {facts.max_rel:.1e}"
    return facts.verdict


def is_recommended(row: LevelRow, report: Report) -> bool:
    """Whether this is the row to apply; ``best`` alone is only the best of its level."""
    advice = report.recommendation
    return row.best and (row.level, row.backend) == (advice.level, advice.backend)


def was_timed(row: LevelRow) -> bool:
    """Whether the row has a time to show."""
    return row.median_s is not None


def outcome(row: LevelRow) -> str:
    """What became of a level that is not simply measured: the status and why."""
    reason = row.reason
    if row.status == "different" and not reason:
        reason = f"returned something else at {row.equality.where or 'an unknown place'}"
    return f"{row.status}: {reason}" if reason else row.status


def hints(row: LevelRow, report: Report) -> tuple[str, ...]:
    """Where a reason lies and what would help."""
    # What a function raised says by itself where it did, in whatever file that was.
    known = row.line is None or row.status == "failed"
    where = "" if known else place(report.target.file, row.line)
    return tuple(text for text in (where, row.remedy and f"remedy: {row.remedy}") if text)


def realized(row: LevelRow) -> tuple[str, ...]:
    """What really ran, where that is not simply the whole function as asked for."""
    if row.realized is None:
        return ()
    lines = []
    if (row.realized.level, row.realized.backend) != (row.level, row.backend):
        lines.append(f"really ran at level {int(row.realized.level)}, {row.realized.backend}")
    for part in row.realized.parts:
        span = (
            f"line {part.line}"
            if part.line == part.end_line
            else (f"lines {part.line}–{part.end_line}")
        )
        where = f" of {place(part.file, None)}" if part.file is not None else ""
        lines.append(f"{span}{where}: {part.what} ({part.backend})")
    return tuple(lines)


def remarks(row: LevelRow) -> tuple[str, ...]:
    """What a reader must know to trust a measured row."""
    lines = [*realized(row), *(f"warning: {text}" for text in row.warnings)]
    if row.equality.verdict == "unchecked" and row.equality.where and was_timed(row):
        lines.append(f"unchecked: {row.equality.where}")
    if row.status == "measured" and row.reason:
        lines.append(row.reason)
    if row.status == "measured" and row.doubt:
        lines.append(f"it was not expected to pay: {row.doubt}")
    if row.status == "measured" and row.speedup is not None and row.level and not row.converged:
        lines.append("the interval is wider than 5 %: a larger --budget narrows it")
    return tuple(lines)


def verdict(facts: Recommendation) -> str:
    """The recommendation in one line."""
    if facts.level is None:
        return "no recommendation"
    if facts.level == 0:
        return "stay at level 0"
    gain = f", {ratio(facts.speedup)}" if facts.speedup is not None else ""
    return f"level {int(facts.level)} with {facts.backend}{gain}"


def reason(facts: Recommendation) -> str:
    """Why, without repeating the one line."""
    return facts.reason.removeprefix(f"{verdict(facts)}: ")


def notes(report: Report) -> tuple[str, ...]:
    """Remarks on the whole report."""
    lines = list(report.notes)
    if report.interrupted:
        lines.append("interrupted: this is what was measured until then")
    return tuple(lines)


def findings(report: Report) -> tuple[str, ...]:
    """What was seen in the source or the run."""
    lines = []
    for finding in report.findings:
        about = "" if finding.level is None else f" (level {int(finding.level)})"
        where = f"{place(report.target.file, finding.line)}  " if finding.line is not None else ""
        lines.append(f"{where}{finding.message}{about}, confidence {finding.confidence}")
    return tuple(lines)


def mistakes(report: Report) -> tuple[str, ...]:
    """Common mistakes found on this workload."""
    lines = []
    for mistake in report.mistakes:
        where = f"{place(report.target.file, mistake.line)}  " if mistake.line is not None else ""
        lines.append(f"{where}{mistake.message}; {mistake.remedy}")
    return tuple(lines)


def _from_here(file: str) -> str:
    try:
        return os.path.relpath(file) if os.path.isabs(file) else file
    except (OSError, ValueError):
        # The current directory is gone, or on another drive.
        return file
