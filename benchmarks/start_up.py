"""How long `epochly --help` and `import epochly` take: medians of 20, alternating.

Limits: 1.5 times ``python -c "import typer"``, and 30 ms over a bare interpreter.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from command import EPOCHLY

ROUNDS = 20
PYTHON = sys.executable
COMMANDS = {
    "bare interpreter": [PYTHON, "-c", "pass"],
    "import epochly": [PYTHON, "-c", "import epochly"],
    "import typer": [PYTHON, "-c", "import typer"],
    "epochly --help": [str(EPOCHLY), "--help"],
}


def main() -> int:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            seconds[name].append(time.perf_counter() - started)
    median = {name: statistics.median(found) for name, found in seconds.items()}
    for name, value in median.items():
        print(f"{name:18} {1000 * value:6.1f} ms")
    over = median["import epochly"] - median["bare interpreter"]
    times = median["epochly --help"] / median["import typer"]
    print(f"import epochly: {1000 * over:.1f} ms over a bare interpreter (at most 30)")
    print(f"epochly --help: {times:.2f} times `import typer` (at most 1.5)")
    return 0 if over <= 0.030 and times <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
