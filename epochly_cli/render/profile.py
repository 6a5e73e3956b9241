"""A profile alone: counters, the three states, and a table of lines."""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING

from epochly.units import count, percent, seconds, size
from epochly_cli.render import wording
from epochly_cli.render.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from epochly.model import Profile, ProfileReport


def print_profile(report: ProfileReport, console: Console) -> None:
    """Print it for a person at a terminal."""
    from epochly_cli.render.layout import print_facts, print_section, print_table

    print_facts(_title(report), _facts(report), console)
    if report.profile.hot_lines:
        console.print()
        print_table(_lines(report), console)
    print_section("Notes", report.notes, console)


def profile_markdown(report: ProfileReport) -> str:
    """It as GitHub-flavoured Markdown."""
    from epochly_cli.render.markdown import facts_markdown, section_markdown, table_markdown

    blocks = [facts_markdown(_title(report), _facts(report))]
    if report.profile.hot_lines:
        blocks.append(table_markdown(_lines(report)))
    blocks.append(section_markdown("Notes", report.notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _title(report: ProfileReport) -> str:
    return report.workload or report.target.qualname


def _facts(report: ProfileReport) -> list[tuple[str, str]]:
    target, found = report.target, report.profile
    where = wording.place(target.file, target.line)
    facts = [
        ("target", f"{target.spec}  {where}".rstrip()),
        ("call", wording.call(target)),
        ("machine", wording.machine(report.machine)),
        ("time", _times(found)),
        ("states", " · ".join(wording.states(found)) + _error(found)),
        ("sampling", _sampling(found)),
    ]
    peak = "in this call" if found.peak_of_call else "since the process began"
    for label, amounts in (
        ("memory", {f"peak {peak}": found.peak_memory_bytes}),
        ("bytes", {"read": found.read_bytes, "written": found.written_bytes}),
        (
            "storage",
            {"read": found.storage_read_bytes, "written": found.storage_written_bytes},
        ),
    ):
        told = [f"{size(amount)} {what}" for what, amount in amounts.items() if amount is not None]
        if told:
            facts.append((label, " · ".join(told)))
    for label, numbers in (
        ("page faults", {"minor": found.minor_faults, "major": found.major_faults}),
        (
            "switches",
            {"voluntary": found.voluntary_switches, "involuntary": found.involuntary_switches},
        ),
    ):
        told = [f"{count(number)} {what}" for what, number in numbers.items() if number is not None]
        if told:
            facts.append((label, " · ".join(told)))
    return facts


def _times(found: Profile) -> str:
    parts = [f"{seconds(found.wall_s)} a call", f"{seconds(found.cpu_s)} CPU"]
    if found.thread_cpu_s is not None:
        parts.append(f"{seconds(found.thread_cpu_s)} of it in the calling thread")
    if found.children_cpu_s:
        parts.append(f"{seconds(found.children_cpu_s)} CPU of child processes")
    return " · ".join(parts)


def _error(found: Profile) -> str:
    return (
        ""
        if found.fraction_error is None
        else f" (standard error {100 * found.fraction_error:.1f} points)"
    )


def _sampling(found: Profile) -> str:
    if found.sampler is None:
        return wording.sampler(found)
    calls = "one call" if found.sampled_calls == 1 else f"{count(found.sampled_calls)} calls"
    return f"{wording.sampler(found)}: {count(found.samples)} samples of {calls}"


def _lines(report: ProfileReport) -> Table:
    rows = tuple(
        (
            percent(hot.share),
            wording.place(hot.file, hot.line),
            hot.function,
            linecache.getline(hot.file, hot.line).strip(),
        )
        for hot in report.profile.hot_lines
    )
    return Table(("share", "line", "function", "source"), rows)
