"""Whether a level that the findings leave out wins on a kernel of NPBench.

    python benchmarks/skipped_winners.py CHECKOUT NAMES [--budget SECONDS] [--select NAME]...

CHECKOUT is a checkout of NPBench, NAMES a file with one kernel a line. Each kernel's NumPy function
runs with the inputs of preset S that the checkout's own description of it makes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from exhaustive import Judged, judged, table

from epochly.errors import EpochlyError
from epochly.workload import Workload

PRESET = "S"


def workload_of(checkout: Path, name: str) -> Workload:
    """A kernel with its inputs, as the checkout describes it."""
    text = (checkout / "bench_info" / f"{name}.json").read_text()
    about: dict[str, Any] = json.loads(text)["benchmark"]
    folder = checkout / "npbench" / "benchmarks" / about["relative_path"]
    module = about["module_name"]
    lines = [f"__data = {about['parameters'][PRESET]!r}"]
    made: dict[str, Any] = about.get("init") or {}
    if made:
        lines += [
            "import runpy",
            f"__init = runpy.run_path({str(folder / f'{module}.py')!r})[{made['func_name']!r}]",
        ]
    lines += ["def __inputs():", "    data = dict(__data)"]
    if made:
        lines += [
            f"    made = __init(*[data[name] for name in {made['input_args']!r}])",
            f"    made = made if len({made['output_args']!r}) > 1 else (made,)",
            f"    data.update(zip({made['output_args']!r}, made, strict=True))",
        ]
    lines += [f"    return [data[name] for name in {about['input_args']!r}]"]
    return Workload(
        target=f"{folder / f'{module}_numpy.py'}:{about['func_name']}",
        directory=str(folder),
        name=name,
        setup="\n".join(lines),
        args="*__inputs()",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("names", type=Path)
    parser.add_argument("--budget", type=float, default=5.0, help="seconds for each kernel")
    parser.add_argument("--select", action="append", help="only these kernels")
    given = parser.parse_args()
    found: list[Judged] = []
    for name in given.names.read_text().split():
        if given.select and name not in given.select:
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            one = judged(workload_of(given.checkout.resolve(), name), given.budget)
        except (EpochlyError, OSError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        if one is None:
            print(f"{name}: level 0 could not be measured", file=sys.stderr)
        else:
            found.append(one)
    if not found:
        print("nothing was measured")
        return 1
    lost = [one for one in found if one.skipped_winner]
    print(table(found))
    print(f"{len(found)} kernels, {sum(len(one.skipped) for one in found)} levels left out")
    for one in lost:
        print(f"{one.name}: {one.skipped_winner} wins, and would have been left out")
    print(f"winners left out: {len(lost)} (none)")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
