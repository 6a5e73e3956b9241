"""From measured rows to the level to apply, with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from epochly.levels import Level
from epochly.model import Confidence, LevelRow, Recommendation, TargetInfo
from epochly.recommend.gain import CLEAR_GAIN
from epochly.units import count, ratio, seconds

WORTHWHILE_EFFICIENCY = 0.2
ENOUGH_GENERATIONS = 5
MANY_CALLS = 1000

Tied = Callable[[LevelRow, LevelRow], bool]


def choose(
    rows: Sequence[LevelRow],
    *,
    tied: Tied,
    target: TargetInfo,
    path: Sequence[str] = (),
    nondeterministic: bool = False,
) -> tuple[tuple[LevelRow, ...], Recommendation]:
    """Recommend the level that pays.

    A level qualifies when its result was level 0's and the lower end of its interval clears
    `CLEAR_GAIN`. Of those, the fastest wins; one that cannot be told apart from a cheaper one, or
    whose gain takes far more CPU time than it saves, gives way to it.

    Parameters
    ----------
    rows : sequence of LevelRow
        Level 0's among them.
    tied : callable
        Whether the times of two rows cannot be told apart.
    target : TargetInfo
    path : sequence of str
        The way here, as `epochly.recommend.path` tells it; the last decisions are added.
    nondeterministic : bool
        Whether results could be compared by type, shape and dtype only.

    Returns
    -------
    (tuple of LevelRow, Recommendation)
        The rows, the best of each level marked, and the advice.
    """
    marked = _marked(rows)
    base = next((row for row in rows if row.level is Level.MONITOR), None)
    steps = list(path)
    if base is None or base.status != "measured" or base.median_s is None:
        why = (base.reason if base else None) or "it was not run"
        reason = f"level 0 gives nothing to compare with: {why}"
        return marked, Recommendation(None, None, None, "low", reason, tuple(steps))
    verified = [row for row in rows if _verified(row, nondeterministic)]
    usable = [row for row in verified if row.speedup is not None]
    gains = [row for row in usable if (row.speedup_low or 0.0) >= CLEAR_GAIN]
    worthwhile = [row for row in gains if _efficiency(row, base) >= WORTHWHILE_EFFICIENCY]
    for row in gains:
        if row not in worthwhile:
            steps.append(_wasteful(row, base))
    if not worthwhile:
        return marked, _stay(rows, verified, gains, base, steps)
    best = max(worthwhile, key=lambda row: row.speedup or 0.0)
    for row in sorted(worthwhile, key=_cost):
        if row is not best and _cost(row) < _cost(best) and tied(row, best):
            steps.append(
                f"level {best.level:d} ({best.backend}) is within noise of level {row.level:d} "
                f"({row.backend}), which is cheaper"
            )
            best = row
            break
    reason = _reason(best, base)
    confidence = _confidence(best, nondeterministic)
    apply = _apply(best, rows, target)
    return marked, Recommendation(
        best.level, best.backend, best.speedup, confidence, reason, tuple(steps), apply
    )


def _marked(rows: Sequence[LevelRow]) -> tuple[LevelRow, ...]:
    best: dict[Level, LevelRow] = {}
    for row in rows:
        if row.status == "measured" and row.median_s is not None:
            other = best.get(row.level)
            if other is None or (row.speedup or 0.0) > (other.speedup or 0.0):
                best.setdefault(row.level, row) if row.level is Level.MONITOR else best.update(
                    {row.level: row}
                )
    chosen = {id(row) for row in best.values()}
    return tuple(dataclasses.replace(row, best=id(row) in chosen) for row in rows)


def _verified(row: LevelRow, nondeterministic: bool) -> bool:
    verdicts = {"identical", "close", *(["unchecked"] if nondeterministic else [])}
    return (
        row.level is not Level.MONITOR
        and row.status == "measured"
        and row.equality.verdict in verdicts
        and row.realized is not None
        and row.realized.level is not Level.MONITOR
    )


def _efficiency(row: LevelRow, base: LevelRow) -> float:
    """Speedup for each unit of CPU time spent, against level 0; waiting costs no CPU."""
    if not row.cpu_s or not base.cpu_s or row.cpu_s <= base.cpu_s:
        return 1.0
    return (row.speedup or 0.0) / (row.cpu_s / base.cpu_s)


def _wasteful(row: LevelRow, base: LevelRow) -> str:
    times = (row.cpu_s or 0.0) / (base.cpu_s or 1.0)
    return (
        f"level {row.level:d} ({row.backend}) is {row.speedup:.3g}x faster but takes {times:.3g}x "
        "the CPU time, so it ranks below cheaper ones"
    )


def _stay(
    rows: Sequence[LevelRow],
    verified: Sequence[LevelRow],
    gains: Sequence[LevelRow],
    base: LevelRow,
    path: list[str],
) -> Recommendation:
    usable = [row for row in verified if row.speedup is not None]
    noisy = [
        row
        for row in usable
        if not row.converged and (row.speedup_low or 0) < CLEAR_GAIN <= (row.speedup_high or 0)
    ]
    if gains:
        reason = f"stay at level 0: {_wasteful(gains[0], base)}"
    elif noisy:
        row = max(noisy, key=lambda r: r.speedup_high or 0.0)
        reason = (
            f"too noisy to say: level {row.level:d} ({row.backend}) lies between "
            f"{ratio(row.speedup_low)} and {ratio(row.speedup_high)}; give more time with --budget"
        )
        return Recommendation(None, None, None, "low", reason, tuple(path))
    elif len(usable) < len(verified):
        row = next(row for row in verified if row.speedup is None)
        reason = (
            f"too few samples to say: level {row.level:d} ({row.backend}) took "
            f"{seconds(row.median_s)} where level 0 took {seconds(base.median_s)}; "
            "give more time with --budget"
        )
        return Recommendation(None, None, None, "low", reason, tuple(path))
    elif usable:
        row = max(usable, key=lambda r: r.speedup or 0.0)
        reason = (
            f"stay at level 0: the best other level, {row.level:d} ({row.backend}), is "
            f"{ratio(row.speedup)}, and {CLEAR_GAIN}x is not cleared"
        )
    elif any(row.status == "skipped" and row.doubt is None for row in rows):
        reason = "stay at level 0: the other levels were not run"
        return Recommendation(Level.MONITOR, base.backend, 1.0, "low", reason, tuple(path))
    elif any(row.status == "skipped" for row in rows):
        reason = (
            "stay at level 0: no other level is worth trying and can run it with the same result"
        )
        return Recommendation(Level.MONITOR, base.backend, 1.0, "medium", reason, tuple(path))
    elif all(row.level is Level.MONITOR for row in rows):
        reason = "stay at level 0: no other level was asked for"
        return Recommendation(Level.MONITOR, base.backend, 1.0, "low", reason, tuple(path))
    else:
        asked = "" if {row.level for row in rows} == set(Level) else " of those asked for"
        reason = f"stay at level 0: no other level{asked} can run it with the same result"
    confidence: Confidence = "high" if all(row.converged for row in usable) else "medium"
    return Recommendation(Level.MONITOR, base.backend, 1.0, confidence, reason, tuple(path))


def _cost(row: LevelRow) -> tuple[int, float]:
    return int(row.level), row.first_call_s or 0.0


def _reason(row: LevelRow, base: LevelRow) -> str:
    low, high = row.speedup_low or 0.0, row.speedup_high or 0.0
    same = "the same result"
    if row.equality.verdict == "unchecked":
        same = "a result of the same type and shape"
    text = (
        f"level {row.level:d} ({row.backend}) is {ratio(row.speedup)} faster "
        f"({ratio(low)} to {ratio(high)}) with {same}"
    )
    if row.breakeven_calls is None:
        return f"{text}; its first call is never paid back"
    calls = "call" if row.breakeven_calls == 1 else "calls"
    text += f"; it pays from {count(row.breakeven_calls)} {calls} on"
    if row.breakeven_calls > MANY_CALLS:
        text += ", so only in a long-running program"
    if row.cpu_s and base.cpu_s and row.cpu_s > 1.5 * base.cpu_s:
        text += f", and takes {row.cpu_s / base.cpu_s:.2g}x the CPU time"
    return text


def _confidence(row: LevelRow, nondeterministic: bool) -> Confidence:
    if nondeterministic or row.generations < 2:
        return "low"
    return "high" if row.converged and row.generations >= ENOUGH_GENERATIONS else "medium"


def _apply(row: LevelRow, rows: Sequence[LevelRow], target: TargetInfo) -> str:
    if row.backend == "cpython_jit":
        return "PYTHON_JIT=1"
    rivals = [other for other in rows if other.level == row.level and other.status == "measured"]
    backend = f', backend="{row.backend}"' if len(rivals) > 1 else ""
    return f"@epochly.optimize(level={row.level:d}{backend})"
