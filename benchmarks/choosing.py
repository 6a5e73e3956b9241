"""100 calls under ``optimize()`` against 100 at each fixed level, over the bundled workloads.

    python benchmarks/choosing.py [--select NAME]... [--turns N] [epochly.yaml]...

Limits, on the total time of the calls in a process of its own, preparing included:

- 1.05 of the best fixed level's total, and one plain call and one more for each candidate that ran,
  as `explain` tells;
- 1.05 of the plain total, or 1 us a call where that is more;
- with a decision on disk, 1.05 of the best fixed level's total.

Each way starts with an empty cache, but the second automatic one, which finds what the first has
decided. A fixed level that refuses the function takes what plain calls take, where that is a
second. Processes that do the same differ by a fifth, and so does one minute from the next, so each
total is compared with those of its own turn, whose order is drawn, since what ran before leaves
memory behind, and the median of a few turns counts; one beyond its limit counts as missed where the
whole of its interval is. Where plain calls take long, they and the slower levels are run in the
first turn only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from unittest import mock

import numpy as np

import epochly
from epochly.measure.service import running_service
from epochly.target.config import load_config
from epochly.workload import Workload
from epochly_cli.workloads import bundled_config

CALLS = 100
TURNS = 6
SHORT_S = 1.0
LONG_S = 10.0
LONG_TURNS = 3
FIXED = ("0", "1", "2", "3", "4")
PROGRAM = """
import importlib, json, random, sys, time
import epochly

target, way, reset = sys.argv[1:4]
calls, seed, ends_where_refused = map(int, sys.argv[4:])
module, _, name = target.partition(":")
module = importlib.import_module(module)
function = getattr(module, name)
random.seed(seed)
if "numpy" in sys.modules:
    sys.modules["numpy"].random.seed(seed)
args, kwargs = getattr(module, name + "_inputs")()
again = compile(reset, "reset", "exec")
if way == "plain":
    run = function
elif way.isdigit():
    run = epochly.optimize(level=int(way))(function)
else:
    run = epochly.optimize()(function)
started = time.perf_counter()
for number in range(calls):
    if reset:
        exec(again, vars(module))
    run(*args, **kwargs)
    if not number and ends_where_refused:
        (one,) = epochly.get_metrics(run)["functions"].values()
        if one["realized"]["level"] != int(way):
            print("null")
            sys.exit()
seconds = time.perf_counter() - started
said = epochly.explain(run) if way == "auto" else ""
print(json.dumps({"seconds": seconds, "said": said}))
"""


def total(
    workload: Workload, way: str, cache: str, *, may_end: bool = False
) -> tuple[float, str] | None:
    """Seconds of all calls one way, and what `explain` said; None where it ended as refused."""
    reset = "" if workload.reset in (None, "pass") else str(workload.reset)
    numbers = CALLS, workload.seed, may_end
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, workload.target, way, reset, *(f"{n:d}" for n in numbers)],
        env={**os.environ, "EPOCHLY_CACHE_DIR": cache},
        # Away from decisions that the current directory may hold.
        cwd=cache,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return found and (found["seconds"], found["said"])


def turn_of(workload: Workload, known: dict[str, float]) -> tuple[dict[str, float], str]:
    """Seconds of all calls each way, but those that are known, and what `explain` said."""
    taken = dict(known)

    def take(way: str) -> None:
        if way not in taken:
            with tempfile.TemporaryDirectory() as cache:
                may_end = taken.get("plain", 0) >= SHORT_S and way != "0"
                found = total(workload, way, cache, may_end=may_end)
            taken[way] = taken["plain"] if found is None else found[0]

    take("plain")
    if taken["plain"] >= LONG_S:
        # It adds 0.4 us to a call.
        taken["0"] = taken["plain"]
    chosen = []
    ways = [*fixed_levels(), "auto", "auto"]
    random.shuffle(ways)
    with tempfile.TemporaryDirectory() as cache:
        for way in ways:
            if way == "auto":
                chosen.append(total(workload, way, cache))
            else:
                take(way)
    cold, decided = chosen
    assert cold is not None
    assert decided is not None
    in_order = {way: taken[way] for way in ("plain", *fixed_levels())}
    return in_order | {"cold": cold[0], "decided": decided[0]}, cold[1]


def fixed_levels() -> tuple[str, ...]:
    """The levels that this machine has."""
    return FIXED if epochly.has_gpu() else FIXED[:-1]


def measured(workload: Workload, most: int) -> bool:
    """Print the totals of one workload; whether all limits hold."""
    turn, said = turn_of(workload, {})
    turns, known = [turn], {}
    is_long = turn["plain"] >= LONG_S
    if is_long:
        again = {min(fixed_levels(), key=turn.__getitem__), "cold", "decided"}
        known = {way: seconds for way, seconds in turn.items() if way not in again}
    for _ in range((min(most, LONG_TURNS) if is_long else most) - 1):
        turn, said = turn_of(workload, known)
        turns.append(turn)
    taken = {way: [turn[way] for turn in turns] for way in turns[0]}
    best = min(fixed_levels(), key=lambda way: statistics.median(taken[way]))
    more = 1 + candidates_in(said)
    limits = {
        "cold": ("cold", lambda of: 1.05 * of[best] + more * of["plain"] / CALLS),
        "against plain": ("cold", lambda of: max(1.05 * of["plain"], of["plain"] + CALLS * 1e-6)),
        "decided": ("decided", lambda of: 1.05 * of[best]),
    }
    shares = {text: [of[way] / limit(of) for of in turns] for text, (way, limit) in limits.items()}
    shown = ", ".join(
        f"{text} {statistics.median(found):.2f} of its limit {verdict(found)}"
        for text, found in shares.items()
    )
    totals = ", ".join(f"{way} {statistics.median(spent):.4g}" for way, spent in taken.items())
    print(f"{workload.name:14} best {best}: {shown}", flush=True)
    print(f"           s, medians of {len(turns)}: {totals}")
    print(f"           {said.splitlines()[2].strip() if said else ''}", flush=True)
    return all(statistics.median(found) <= 1 for found in shares.values())


def candidates_in(said: str) -> int:
    """How many candidates ran in this process or the other: what is in use, and what was slower."""
    return said.count(": committed at level ") + len(re.findall(r"\w: [\d.e+-]+x", said))


def verdict(shares: Sequence[float]) -> str:
    """Whether a limit holds by the median of a few turns, and whether they can tell that it fails.

    The interval is that of Efron's percentile bootstrap of the median, for 95 %.
    """
    if statistics.median(shares) <= 1:
        return "ok"
    if len(set(shares)) == 1:
        return "MISSED"
    from scipy import stats

    found = stats.bootstrap((shares,), np.median, method="percentile", rng=0)
    low, high = found.confidence_interval
    return "MISSED" if low > 1 else f"TOO NOISY TO SAY ({low:.2f} to {high:.2f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", help="epochly.yaml files instead of the bundled one")
    parser.add_argument("--select", action="append", help="only these workloads")
    parser.add_argument("--turns", type=int, default=TURNS, help="for each workload")
    given = parser.parse_args()
    held = []
    for path in given.files or [bundled_config()]:
        for workload in load_config(path):
            if given.select and workload.name not in given.select:
                continue
            if workload.args is not None or workload.setup is not None:
                print(f"{workload.name}: left out, since its inputs come from no function")
                continue
            with (
                running_service(workload.service, os.getcwd(), {}) as found,
                mock.patch.dict(os.environ, found.environment if found else {}),
            ):
                held.append(measured(workload, given.turns))
    print(f"{sum(held)} of {len(held)} workloads within every limit")
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
