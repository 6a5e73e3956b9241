"""What the decorator costs a call, beside the cheapest honest wrapper and prometheus_client.

Limits: at level 0 at most 1.25 times a wrapper of two clock readings and two additions, and 0.35 of
``prometheus_client.Summary.time()``; for a committed function 1.5 us over calling what the backend
prepared; for ten decorated functions 5 ms over the same program with `epochly` imported and none
decorated. Every ratio is the median over pairs taken one right after the other; the first calls,
which are looked at one by one, are measured apart.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import prometheus_client

import epochly
from epochly.code.function import function_of
from epochly.model import Arguments, Refused
from epochly.registry import get_backend

PAIRS = 101
CALLS = 20_000
STARTS = 41
PLAIN = "".join(f"def f{n}(x):\n    return x\n" for n in range(10))
DECORATED = "".join(f"@epochly.optimize(level=0)\ndef f{n}(x):\n    return x\n" for n in range(10))


def nothing(x: Any) -> Any:
    return x


async def nothing_later(x: Any) -> Any:
    return x


def squares(n: int) -> int:
    total = 0
    for i in range(n):
        total += i * i
    return total


def cheapest(function: Callable[..., Any]) -> Callable[..., Any]:
    """Two clock readings, two additions, and the exception goes on."""
    calls = nanoseconds = 0
    clock = time.perf_counter_ns

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls, nanoseconds
        started = clock()
        try:
            return function(*args, **kwargs)
        finally:
            nanoseconds += clock() - started
            calls += 1

    return wrapper


def seconds_a_call(function: Callable[..., Any], argument: Any, calls: int = CALLS) -> float:
    repeats = range(calls)
    started = time.perf_counter()
    for _ in repeats:
        function(argument)
    return (time.perf_counter() - started) / calls


def compared(
    one: Callable[..., Any], other: Callable[..., Any], argument: Any
) -> tuple[float, float, list[float]]:
    """Median seconds a call of each, and the ratios of the pairs; who goes first alternates."""
    times: tuple[list[float], list[float]] = ([], [])
    for pair in range(PAIRS):
        for which in (0, 1) if pair % 2 else (1, 0):
            times[which].append(seconds_a_call((one, other)[which], argument))
    ratios = [a / b for a, b in zip(*times, strict=True)]
    return statistics.median(times[0]), statistics.median(times[1]), ratios


def told(what: str, ratios: list[float], limit: float) -> bool:
    low, _, high = statistics.quantiles(ratios, n=4)
    middle = statistics.median(ratios)
    print(f"{what}: {middle:.2f}, quartiles {low:.2f} to {high:.2f} (at most {limit})")
    return middle <= limit


def level_0() -> bool:
    function = epochly.optimize(level=0)(nothing)
    first = seconds_a_call(function, 1, 1)
    looked_at = seconds_a_call(function, 1, 500)
    ours, theirs, ratios = compared(function, cheapest(nothing), 1)
    print(f"level 0: {1e9 * ours:.0f} ns a call, cheapest wrapper {1e9 * theirs:.0f} ns")
    good = told("  in units of the cheapest wrapper", ratios, 1.25)
    registry = prometheus_client.CollectorRegistry()
    summary = prometheus_client.Summary("seconds", "Seconds of calls", registry=registry)
    _, theirs, ratios = compared(function, summary.time()(nothing), 1)
    print(f"  prometheus_client.Summary.time() {1e9 * theirs:.0f} ns")
    good &= told("  in units of it", ratios, 0.35)
    plain = seconds_a_call(nothing, 1)
    print(f"  plain {1e9 * plain:.0f} ns; the first call {1e6 * first:.0f} us more, ", end="")
    print(f"the next 500 {1e6 * (looked_at - plain):.2f} us more")
    with epochly.optimize_context(level=0):
        inside = seconds_a_call(function, 1)
    print(f"  inside a context {1e6 * (inside - plain):.2f} us more")
    return good


def asynchronous() -> None:
    function = epochly.optimize(level=0)(nothing_later)

    async def many(target: Callable[..., Any]) -> float:
        started = time.perf_counter()
        for _ in range(CALLS):
            await target(1)
        return (time.perf_counter() - started) / CALLS

    more = [asyncio.run(many(function)) - asyncio.run(many(nothing_later)) for _ in range(9)]
    print(f"level 0, asynchronous: {1e6 * statistics.median(more):.2f} us more than awaiting it")


def committed() -> bool:
    function = epochly.optimize(level=2, strict=True)(squares)
    function(1)
    prepared = get_backend("numba").prepare(function_of(squares), Arguments((1,)))
    assert not isinstance(prepared, Refused)
    for _ in range(1000):
        function(1)
    ours, theirs, _ = compared(function, prepared, 1)
    more = ours - theirs
    print(f"committed: {1e6 * ours:.2f} us a call, prepared {1e6 * theirs:.2f} us: ", end="")
    print(f"{1e6 * more:.2f} us more (at most 1.5)")
    return more <= 1.5e-6


def start() -> bool:
    codes = (PLAIN, f"import epochly\n{PLAIN}", f"import epochly\n{DECORATED}")
    times: tuple[list[float], ...] = ([], [], [])
    for _ in range(STARTS):
        for code, found in zip(codes, times, strict=True):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            found.append(time.perf_counter() - started)
    bare, imported, decorated = times
    over = statistics.median(b - a for a, b in zip(imported, decorated, strict=True))
    whole = statistics.median(b - a for a, b in zip(bare, decorated, strict=True))
    print(f"ten decorated functions: {1000 * over:.1f} ms over `import epochly` (at most 5), ")
    print(f"  {1000 * whole:.1f} ms over the program without it")
    return over <= 0.005


def main() -> int:
    good = [level_0(), committed(), start()]
    asynchronous()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
