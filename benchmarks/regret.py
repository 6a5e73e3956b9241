"""How much slower the recommended level is than the best one, over the bundled workloads.

    python benchmarks/regret.py [--budget SECONDS] [--select NAME]... [epochly.yaml]...

Every level is measured, those that the findings call hopeless too. From the same run: the regret
of the recommendation, the regret of what the findings would have left in, and whether the best
level is one that they would have left out. Limits: 5 % each, 1 % on average, no such level.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from exhaustive import Judged, judged, table

from epochly.errors import EpochlyError
from epochly.target.config import load_config
from epochly_cli.workloads import bundled_config

EACH = 0.05
MEAN = 0.01


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", help="further epochly.yaml files")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds for each workload")
    parser.add_argument("--select", action="append", help="only these workloads")
    given = parser.parse_args()
    found: list[Judged] = []
    failed = 0
    for path in (bundled_config(), *given.files):
        for workload in load_config(path):
            if given.select and workload.name not in given.select:
                continue
            print(f"{workload.name} ...", file=sys.stderr, flush=True)
            try:
                one = judged(workload, given.budget)
            except EpochlyError as error:
                print(f"{workload.name}: {error}", file=sys.stderr)
                one = None
            if one is None:
                failed += 1
            else:
                found.append(one)
    if not found:
        print("nothing was measured")
        return 1
    print(table(found))
    return _verdict(found, failed)


def _verdict(found: list[Judged], failed: int) -> int:
    worst = max(found, key=lambda one: one.regret)
    mean = statistics.mean(one.regret for one in found)
    sure = max(one.sure_regret for one in found)
    lost = [one.name for one in found if one.skipped_winner]
    print(f"{len(found)} workloads, {failed} not measured")
    print(f"regret of the recommendation: mean {mean:.2%} (at most {MEAN:.0%}), largest ", end="")
    print(f"{worst.regret:.2%} in {worst.name} (at most {EACH:.0%})")
    print(f"largest regret that no interval explains: {sure:.2%}")
    print(f"best levels that would have been left out: {', '.join(lost) or 'none'}")
    left = sum(len(one.skipped) for one in found)
    print(f"levels left out: {left}")
    return 0 if mean <= MEAN and worst.regret <= EACH and not lost and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
