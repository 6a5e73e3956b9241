"""Running the command and reading what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EPOCHLY = Path(sys.executable).with_name("epochly")


def report(function: str, args: str, *options: str) -> dict[str, Any]:
    """The report of one run of ``epochly bench`` over a function of `programs`."""
    command = [str(EPOCHLY), "bench", f"{HERE / 'programs.py'}:{function}", "--args", args]
    done = subprocess.run(
        [*command, "--format", "json", *options], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def level(document: dict[str, Any], number: int) -> dict[str, Any]:
    """The measured row of a level."""
    rows = [r for r in document["levels"] if r["level"] == number and r["status"] == "measured"]
    found: dict[str, Any] = rows[-1]
    return found


def rounds_of(seconds: float) -> int:
    """How many rounds of `programs.busy` take about so long here."""
    import time

    import programs

    best = min(_timed(programs.busy, 100_000, time.perf_counter) for _ in range(5))
    return round(100_000 * seconds / best)


def _timed(function: Any, argument: int, clock: Any) -> float:
    started = clock()
    function(argument)
    return float(clock() - started)
