"""Level 0's median against pyperf's, timing the same function: within 3 %, alternated 20 times."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from command import HERE, level, report, rounds_of

ROUNDS = 20
CALL_S = 0.02


def by_epochly(rounds: int) -> float:
    document = report("busy", str(rounds), "--levels", "0", "--budget", "4")
    return float(level(document, 0)["median_s"])


def by_pyperf(rounds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pyperf.json"
        subprocess.run(
            [
                *(sys.executable, "-m", "pyperf", "timeit", "--quiet", "--processes", "8"),
                *("--values", "12", "--warmups", "1", "--loops", "1", "--output", str(path)),
                *("--setup", f"import sys; sys.path.insert(0, {str(HERE)!r}); import programs"),
                f"programs.busy({rounds})",
            ],
            check=True,
            capture_output=True,
        )
        runs = json.loads(path.read_text())["benchmarks"][0]["runs"]
    return statistics.median(value for run in runs for value in run.get("values", ()))


def main() -> int:
    rounds = rounds_of(CALL_S)
    ours, theirs = [], []
    for number in range(ROUNDS):
        pair = (by_epochly, ours), (by_pyperf, theirs)
        for timer, found in pair if number % 2 else reversed(pair):
            found.append(timer(rounds))
        print(f"{1000 * ours[-1]:.3f} ms, pyperf {1000 * theirs[-1]:.3f} ms", flush=True)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"medians: {ratio:.4f} of pyperf's (within 3 %)")
    return 0 if abs(ratio - 1) <= 0.03 else 1


if __name__ == "__main__":
    sys.exit(main())
