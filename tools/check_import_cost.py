"""Importing the library and asking for help must load nothing heavy and take next to no time."""

from __future__ import annotations

import os
import subprocess
import sys
import time

HEAVY = (
    "numba",
    "llvmlite",
    "numpy",
    "scipy",
    "cupy",
    "pandas",
    "joblib",
    "rich",
    "psutil",
    "yaml",
    "cloudpickle",
    "threadpoolctl",
)
IMPORT_LIMIT_S = 0.030
HELP_LIMIT = 1.5
ROUNDS = 20

BARE = "pass"
IMPORT = "import epochly"
TYPER = "import typer"
HELP = "from epochly_cli.app import run; run(['--help'])"
LOADED = "; import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def loaded(code: str) -> set[str]:
    """Top-level modules that the code leaves in ``sys.modules``."""
    done = python(code + LOADED)
    return set(done.stdout.splitlines()[-1].split())


def python(code: str) -> subprocess.CompletedProcess[str]:
    # Typer's byte code was kept when it was installed; ours must be, or it is compiled each time.
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )


def fastest(*codes: str) -> list[float]:
    """Seconds of each code's fastest start, alternating, since noise only ever adds."""
    best = [float("inf")] * len(codes)
    for _ in range(ROUNDS):
        for position, code in enumerate(codes):
            start = time.perf_counter()
            python(code)
            best[position] = min(best[position], time.perf_counter() - start)
    return best


def main() -> int:
    problems = []
    for what, code, unwanted in (
        ("import epochly", IMPORT, (*HEAVY, "typer")),
        ("epochly --help", HELP, HEAVY),
    ):
        found = sorted(loaded(code) & set(unwanted))
        if found:
            problems.append(f"`{what}` loads {', '.join(found)}")
    bare, imported, typer, helped = fastest(BARE, IMPORT, TYPER, HELP)
    print(f"import epochly: {1000 * (imported - bare):.1f} ms over a bare interpreter")
    print(f"epochly --help: {helped / typer:.2f} times `import typer`")
    if imported - bare > IMPORT_LIMIT_S:
        problems.append(f"`import epochly` adds more than {1000 * IMPORT_LIMIT_S:.0f} ms")
    if helped / typer > HELP_LIMIT:
        problems.append(f"`epochly --help` takes more than {HELP_LIMIT} times `import typer`")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
