"""100 calls under ``optimize()`` against 100 at each fixed level, over the bundled workloads.

Limits, on the total time of the calls in a process of its own, preparing included:

- 1.05 of the best fixed level's total, and one plain call and one more for a candidate;
- 1.05 of the plain total, or 1 us a call where that is more;
- with a decision on disk, 1.05 of the best fixed level's total.

Each way starts with an empty cache, but the last, which finds the decision of the one before.
Processes that do the same differ by a fifth, and so does one minute from the next, so each total
is compared with those of its own turn, and the median of a few turns counts; a long one is taken
once.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile

from epochly.measure.service import running_service

CALLS = 100
ROUNDS = 5
FEWEST_ROUNDS = 3
SHORT_S = 1.0
LONG_S = 10.0
FIXED = ("0", "1", "2", "3")
WORKLOADS = {
    "fetch": "epochly_fixtures.fetch:fetch_all",
    "energy": "epochly_fixtures.loops:energy",
    "pi": "epochly_fixtures.loops:estimate_pi",
    "multiply": "epochly_fixtures.loops:multiply",
    "fibonacci": "epochly_fixtures.loops:fibonacci",
    "batch": "epochly_fixtures.arrays:measure_all",
    "smooth": "epochly_fixtures.arrays:smooth",
    "tiny": "epochly_fixtures.arrays:scale",
}
PROGRAM = """
import importlib, json, sys, time
import epochly

target, way, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
module, _, name = target.partition(":")
module = importlib.import_module(module)
function = getattr(module, name)
args, kwargs = getattr(module, name + "_inputs")()
if way == "plain":
    run = function
elif way.isdigit():
    run = epochly.optimize(level=int(way))(function)
else:
    run = epochly.optimize()(function)
started = time.perf_counter()
for _ in range(calls):
    run(*args, **kwargs)
seconds = time.perf_counter() - started
said = epochly.explain(run) if way == "auto" else ""
print(json.dumps({"seconds": seconds, "said": said}))
"""


def total(target: str, way: str, cache: str) -> tuple[float, str]:
    """Seconds of all calls one way, and what `explain` said of it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, target, way, str(CALLS)],
        env={**os.environ, "EPOCHLY_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["said"]


def measured(name: str, target: str) -> bool:
    """Print the totals of one workload; whether all limits hold."""
    taken: dict[str, list[float]] = {"plain": []}
    said = ""
    while len(taken["plain"]) < rounds(taken["plain"]):
        with tempfile.TemporaryDirectory() as cache:
            taken["plain"].append(total(target, "plain", cache)[0])
        # Level 0 adds 0.4 us to a call, which is nothing to long ones.
        fixed = FIXED if taken["plain"][0] < LONG_S else FIXED[1:]
        taken |= {way: [] for way in (*fixed, "cold", "decided") if way not in taken}
        for way in fixed:
            with tempfile.TemporaryDirectory() as cache:
                taken[way].append(total(target, way, cache)[0])
        with tempfile.TemporaryDirectory() as cache:
            seconds, said = total(target, "auto", cache)
            taken["cold"].append(seconds)
            taken["decided"].append(total(target, "auto", cache)[0])
    best = min(fixed, key=lambda way: statistics.median(taken[way]))
    limits = {
        "cold": ("cold", lambda of: 1.05 * of[best] + 2 * of["plain"] / CALLS),
        "against plain": ("cold", lambda of: max(1.05 * of["plain"], of["plain"] + CALLS * 1e-6)),
        "decided": ("decided", lambda of: 1.05 * of[best]),
    }
    turns = [dict(zip(taken, turn, strict=True)) for turn in zip(*taken.values(), strict=True)]
    shares = {
        text: statistics.median(of[way] / limit(of) for of in turns)
        for text, (way, limit) in limits.items()
    }
    shown = ", ".join(
        f"{text} {share:.2f} of its limit {'ok' if share <= 1 else 'MISSED'}"
        for text, share in shares.items()
    )
    totals = ", ".join(f"{way} {statistics.median(spent):.4g}" for way, spent in taken.items())
    print(f"{name:10} best {best}: {shown}", flush=True)
    print(f"           s, medians of {len(turns)}: {totals}")
    print(f"           {said.splitlines()[2].strip() if said else ''}", flush=True)
    return max(shares.values()) <= 1


def rounds(plain: list[float]) -> int:
    """How often to take each total, after some: the shorter, the more often."""
    if not plain or plain[0] < SHORT_S:
        return ROUNDS
    return FEWEST_ROUNDS if plain[0] < LONG_S else 1


def main() -> int:
    held = []
    for name, target in WORKLOADS.items():
        service = "python -m epochly_fixtures.slow_server" if name == "fetch" else None
        with running_service(service, os.getcwd(), {}) as found:
            os.environ.update(found.environment if found else {})
            held.append(measured(name, target))
    print(f"{sum(held)} of {len(held)} workloads within every limit")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
