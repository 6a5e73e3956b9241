"""From what a run knows to its report."""

from __future__ import annotations

import datetime
import functools
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.sampling import look
from epochly.measure.statistics import tied
from epochly.model import Identity, LevelRow, Profile, Recommendation, Report, TargetInfo
from epochly.recommend.facts import Facts

SMI_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a run knows at some moment.

    Parameters
    ----------
    target : TargetInfo
    workload : str or None
    baseline : Contender
    others : tuple of Contender
    facts : Facts
    understood : bool
        Whether the source and a call's arguments were read, which the facts come from.
    profile : Profile or None
    nondeterministic : bool
        Whether results could be compared by type, shape and dtype only.
    memory_bytes : int
        Most that the processes of one level may hold.
    notes : tuple of str
    interrupted : bool
    identity : Identity or None
        What a decision drawn from it would be kept for.
    """

    target: TargetInfo
    workload: str | None
    baseline: Contender
    others: tuple[Contender, ...]
    facts: Facts
    understood: bool
    profile: Profile | None
    nondeterministic: bool
    memory_bytes: int
    notes: tuple[str, ...]
    interrupted: bool
    identity: Identity | None


def summary(known: Known) -> Report:
    """Rows, findings, mistakes and the recommendation."""
    from epochly.cores import usable_cores
    from epochly.measure.machine import this_machine
    from epochly.recommend.choose import choose
    from epochly.recommend.evidence import Room
    from epochly.recommend.findings import about_memory
    from epochly.recommend.mistakes import mistakes
    from epochly.recommend.path import decision_path

    for contender in known.others:
        look(contender)
    base = known.baseline
    baseline_s = statistics.median(base.samples_s) if base.samples_s else None
    contenders = (base, *sorted(known.others, key=lambda other: (other.level, other.backend)))
    rows = tuple(contender.row(baseline_s) for contender in contenders)
    by_row = {(r.level, r.backend): c for r, c in zip(rows, contenders, strict=True)}

    def same(first: LevelRow, second: LevelRow) -> bool:
        one, two = by_row[first.level, first.backend], by_row[second.level, second.backend]
        return tied(_relative(one), _relative(two))

    marked, recommendation = choose(
        rows,
        tied=same,
        target=known.target,
        path=decision_path(known.facts, known.profile, rows) if known.understood else (),
        nondeterministic=known.nondeterministic,
    )
    card_bytes = free_card_bytes() if _concerns_a_card(known.facts, rows) else None
    room = Room(known.memory_bytes, usable_cores(), card_bytes)
    return Report(
        created=now(),
        machine=this_machine(),
        target=known.target,
        workload=known.workload,
        profile=known.profile,
        levels=marked,
        findings=(*known.facts.findings, *about_memory(known.profile)),
        mistakes=mistakes(marked, known.facts, known.profile, room),
        recommendation=recommendation,
        nondeterministic=known.nondeterministic,
        notes=known.notes,
        interrupted=known.interrupted,
        identity=known.identity,
    )


def static_report(target: TargetInfo, facts: Facts, why: str, remedy: str) -> Report:
    """A report of the source alone, for a function that was not run.

    Parameters
    ----------
    target : TargetInfo
    facts : Facts
    why, remedy : str
        Why nothing was run, and what would change that.
    """
    from epochly.measure.machine import this_machine
    from epochly.recommend.path import decision_path

    reason = f"nothing was run, since {why}: {remedy}"
    path = decision_path(facts, None)
    return Report(
        created=now(),
        machine=this_machine(),
        target=target,
        workload=None,
        profile=None,
        levels=(),
        findings=facts.findings,
        mistakes=(),
        recommendation=Recommendation(None, None, None, "low", reason, path),
        notes=("static findings alone: they come from the source, and nothing was run",),
        static=True,
    )


def now() -> str:
    """The time of a report, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


@functools.cache
def free_card_bytes() -> int | None:
    """Free memory of the card with most of it, as its driver's own command tells; else None."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    query = ["--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            [command, *query], capture_output=True, text=True, timeout=SMI_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    free = [int(line) for line in done.stdout.split() if line.isdecimal()]
    return max(free) * 2**20 if free else None


def _concerns_a_card(facts: Facts, rows: Sequence[LevelRow]) -> bool:
    if facts.request is not None and facts.request.level == int(Level.GPU):
        return True
    return any(
        row.level is Level.GPU and row.status in ("measured", "refused", "failed") for row in rows
    )


def _relative(contender: Contender) -> list[float]:
    """Times in units of level 0's in the same round."""
    return [other / base for pairs in contender.pairs for base, other in pairs]
