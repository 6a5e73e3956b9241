"""Level 0 against itself: the 95 % interval holds 1.0 in at least 183 of 200 runs."""

from __future__ import annotations

import sys
import time

from command import level, report, rounds_of

RUNS = 200
CALL_S = 0.004
BUDGET_S = "1.2"


def main() -> int:
    rounds = str(rounds_of(CALL_S))
    hits, widths = 0, []
    started = time.monotonic()
    for number in range(1, RUNS + 1):
        row = level(report("busy", rounds, "--against-itself", "--budget", BUDGET_S), 0)
        hits += row["speedup_low"] <= 1.0 <= row["speedup_high"]
        widths.append(row["speedup_high"] / row["speedup_low"] - 1)
        if number % 20 == 0:
            minutes = (time.monotonic() - started) / 60
            print(f"{hits} of {number}, {minutes:.1f} min", flush=True)
    width = sorted(widths)[RUNS // 2]
    print(f"{hits} of {RUNS} intervals hold 1.0 (at least 183); median width {width:.1%}")
    return 0 if hits >= 183 else 1


if __name__ == "__main__":
    sys.exit(main())
