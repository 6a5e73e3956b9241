"""The gate beside its peers: false alarms on equal code, true slowdowns found.

With the last core kept busy half of the time: 200 runs on equal code raise at most 2 alarms, and
slowdowns of 5 % and 10 % are found in at least 90 and 99 of 100 runs, each within 20 s. Every run
is a line in a file, and a run that is there is not repeated, so that the benchmark can be stopped
and started again.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EPOCHLY = Path(sys.executable).with_name("epochly")
PEERS = ("pytest_benchmark", "pyperf")
WORKLOADS = {
    "loop-of-50-us": ("loops", 50e-6),
    "loop-of-3-ms": ("loops", 3e-3),
    "text-of-10-ms": ("text", 10e-3),
    "table-of-40-ms": ("table", 40e-3),
    "loop-of-200-ms": ("loops", 0.2),
}
# A function does its work so many times more as SLOWER says.
PROGRAM = """SLOWER = {slower}


def loops(n):
    total = 0
    for i in range(round(n * SLOWER)):
        total += i * i % 7
    return total


def text(n):
    return len(" ".join([f"{{i}}:{{i * 3}}" for i in range(round(n * SLOWER))]).split())


def table(n):
    counts = {{}}
    for i in range(round(n * SLOWER)):
        counts[i % 1009] = counts.get(i % 1009, 0) + 1
    return sorted(counts.items())[-1]
"""
TEST = """import work


def test_it(benchmark):
    benchmark(work.{function}, {items})
"""
CASES = {"equal": (1.0, 200), "5 % slower": (1.05, 100), "10 % slower": (1.10, 100)}
BUDGET_S = 17
LONGEST_S = 20
BURST_S = 0.1


def main() -> int:
    """Run what is missing, then say what holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=Path("build/gate.jsonl"))
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so long")
    parser.add_argument("--part", default="1/1", help="every third run, from the second: 2/3")
    parser.add_argument("--peers", type=int, default=20, help="runs of each case with each peer")
    given = parser.parse_args()
    given.file.parent.mkdir(parents=True, exist_ok=True)
    done = [json.loads(line) for line in _lines(given.file)]
    known = {(one["case"], one["tool"], one["run"]) for one in done}
    until = time.monotonic() + 60 * given.minutes
    part, parts = map(int, given.part.split("/"))
    with _competitor(), tempfile.TemporaryDirectory() as folder, given.file.open("a") as file:
        project = Project(Path(folder))
        for key in list(_plan(given.peers))[part - 1 :: parts]:
            if key not in known and time.monotonic() < until:
                found = project.run(*key)
                done.append(found)
                file.write(json.dumps(found) + "\n")
                file.flush()
    return _report(done)


class Project:
    """A repository with one function for each kind of work, and a change that slows them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._write(1.0)
        self._items = {name: _items(folder, *kind) for name, kind in WORKLOADS.items()}
        lines = [
            f"  {name}: {{target: 'work:{WORKLOADS[name][0]}', args: '{items}'}}"
            for name, items in self._items.items()
        ]
        (folder / "epochly.yaml").write_text("workloads:\n" + "\n".join(lines) + "\n")
        self._call("git", "init", "--quiet")
        self._call("git", "add", "work.py", "epochly.yaml")
        who = ("-c", "user.name=gate", "-c", "user.email=gate@localhost")
        self._call("git", *who, "commit", "--quiet", "--message", "reference")

    def run(self, case: str, tool: str, run: int) -> dict[str, Any]:
        """One run of a tool over the reference and a head of the case."""
        name = list(WORKLOADS)[run % len(WORKLOADS)]
        began = time.monotonic()
        found = getattr(self, tool)(name, CASES[case][0])
        seconds = time.monotonic() - began
        return {
            "case": case,
            "tool": tool,
            "run": run,
            "workload": name,
            "seconds": seconds,
            **found,
        }

    def epochly(self, name: str, slower: float) -> dict[str, Any]:
        self._write(slower)
        done = subprocess.run(
            [
                *(str(EPOCHLY), "gate", "--against", "HEAD", "--select", name),
                *("--max-slowdown", "2%", "--min-delta", "0", "--budget", str(BUDGET_S)),
                *("--format", "json"),
            ],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        result = json.loads(done.stdout)["workloads"][0]
        comparison = result["comparisons"][0]
        kept = ("low", "high", "max_slowdown", "noise_floor", "detectable", "generations")
        return {
            "alarm": done.returncode == 1,
            "undecided": done.returncode == 5,
            **{key: comparison[key] for key in kept},
        }

    def pytest_benchmark(self, name: str, slower: float) -> dict[str, Any]:
        function, items = WORKLOADS[name][0], self._items[name]
        (self._folder / "test_it.py").write_text(TEST.format(function=function, items=items))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
        shutil.rmtree(self._folder / ".benchmarks", ignore_errors=True)
        self._write(1.0)
        self._call(*command, "--benchmark-save=reference")
        self._write(slower)
        done = subprocess.run(
            [*command, "--benchmark-compare", "--benchmark-compare-fail=median:5%"],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return {"alarm": done.returncode != 0, "undecided": False}

    def pyperf(self, name: str, slower: float) -> dict[str, Any]:
        for slowness, file in ((1.0, "reference.json"), (slower, "head.json")):
            self._write(slowness)
            (self._folder / file).unlink(missing_ok=True)
            call = f"work.{WORKLOADS[name][0]}({self._items[name]})"
            self._call(
                *(sys.executable, "-m", "pyperf", "timeit", "--quiet", "--processes", "8"),
                *("--values", "4", "--output", file),
                *("--setup", f"import sys; sys.path.insert(0, {str(self._folder)!r}); import work"),
                call,
            )
        said = self._call(
            sys.executable, "-m", "pyperf", "compare_to", "reference.json", "head.json"
        )
        return {"alarm": "slower" in said, "undecided": "not significant" in said}

    def _write(self, slower: float) -> None:
        (self._folder / "work.py").write_text(PROGRAM.format(slower=slower))

    def _call(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=True)
        return done.stdout


def _plan(peers: int) -> Iterator[tuple[str, str, int]]:
    """All runs, the cases in turns, so that one that is stopped early has some of each."""
    for run in range(max(runs for _, runs in CASES.values())):
        for case, (_, runs) in CASES.items():
            if run < runs:
                yield case, "epochly", run
            for tool in PEERS:
                if run < min(peers, runs):
                    yield case, tool, run


def _items(folder: Path, function: str, seconds: float) -> int:
    """How many items take about so long here."""
    code = (
        "import time, work\n"
        "def timed(n):\n"
        "    began = time.perf_counter()\n"
        f"    work.{function}(n)\n"
        "    return time.perf_counter() - began\n"
        "print(min(timed(100_000) for _ in range(9)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return round(100_000 * seconds / float(done.stdout))


@contextlib.contextmanager
def _competitor() -> Iterator[None]:
    """Something that keeps the last core busy half of the time, in bursts of random length."""
    child = os.fork()
    if child == 0:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        generator, parent = random.Random(0), os.getppid()
        while os.getppid() == parent:
            until = time.monotonic() + generator.expovariate(1 / BURST_S)
            while time.monotonic() < until:
                pass
            time.sleep(generator.expovariate(1 / BURST_S))
        os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _report(done: list[dict[str, Any]]) -> int:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = collections.defaultdict(list)
    for one in done:
        groups[one["tool"], one["case"]].append(one)
    for (tool, case), runs in sorted(groups.items()):
        alarms = sum(one["alarm"] for one in runs)
        undecided = sum(one["undecided"] for one in runs)
        times = sorted(one["seconds"] for one in runs)
        print(
            f"{tool:16} {case:12} {alarms} alarms, {undecided} undecided in {len(runs)} runs; "
            f"{times[len(times) // 2]:.1f} s, at most {times[-1]:.1f} s"
        )
        for name in WORKLOADS if tool == "epochly" else ():
            of = [one for one in runs if one["workload"] == name]
            print(f"{'':29} {name}: {sum(one['alarm'] for one in of)} of {len(of)}")
    ours = {case: groups["epochly", case] for case in CASES}
    whole = all(len(ours[case]) == runs for case, (_, runs) in CASES.items())
    alarms = {case: sum(one["alarm"] for one in runs) for case, runs in ours.items()}
    held = alarms["equal"] <= 2 and alarms["5 % slower"] >= 90 and alarms["10 % slower"] >= 99
    quick = all(one["seconds"] <= LONGEST_S for runs in ours.values() for one in runs)
    print("all runs done" if whole else "not all runs are done; start it again to go on")
    return 0 if whole and held and quick else 1


if __name__ == "__main__":
    sys.exit(main())
