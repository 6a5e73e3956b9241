"""32 threads for 30 seconds while levels are set and chosen, contexts nest and calls fail.

Counts must be exact, results right, and resident memory flat over the second half.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from integration.soak import soak

SECONDS = 30.0
GROWTH = 20 * 2**20


def main() -> int:
    logging.getLogger("epochly").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["EPOCHLY_CACHE_DIR"] = cache
        found = soak(SECONDS)
    counted, errors = found.counted["total_calls"], found.counted["errors"]
    print(f"{found.calls} calls made, {counted} counted")
    print(f"{found.errors} exceptions made, {errors} counted")
    print(f"{len(found.wrong)} wrong results")
    print(f"resident memory: {found.growth / 2**20:.1f} MiB more over the second half (at most 20)")
    stood = ", ".join(f"{name} {state} at {level}" for name, state, level in sorted(found.stood))
    print(f"chosen: {stood}; {found.checks} checks")
    exact = (counted, errors) == (found.calls, found.errors)
    return 0 if exact and not found.wrong and found.growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
