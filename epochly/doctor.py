"""What of this machine bears on the levels, each fact with a remedy where it stands in the way."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["ok", "warn"]
_SUPPORTED = ((3, 11), (3, 13))
_ANSWER_WITHIN_S = 20.0
_SMALL_SHM_BYTES = 256 * 2**20
_COARSE_CLOCK_S = 1e-6
_CLOCK_CALLS = 5_000
_CLOCK_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about this machine.

    Parameters
    ----------
    name : str
        What it is about.
    state : str
        ``ok``, or ``warn`` where it keeps a level or a measurement from its best.
    value : str
        What was found.
    remedy : str
        What would change it; empty where nothing needs to.
    """

    name: str
    state: State
    value: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class BackendFact:
    """One registered backend.

    Parameters
    ----------
    name, distribution : str
        The backend, and the installed distribution that provides it.
    level : int or None
        None where the backend cannot be imported.
    available : bool
        Whether it can be used here.
    detail : str
        What it found, or why it cannot be used.
    remedy : str
        What would make it available; empty where it is.
    """

    name: str
    level: int | None
    available: bool
    detail: str
    remedy: str
    distribution: str


def examine() -> tuple[Fact, ...]:
    """Everything the doctor looks at, in the order in which it matters."""
    checks: tuple[Callable[[], Fact], ...] = (
        _python,
        _cores,
        _gil,
        _cpython_jit,
        _numba,
        _blas,
        _py_spy,
        _gpu,
        _cupy,
        _shared_memory,
        _clock,
    )
    return tuple(check() for check in checks)


def examine_backends() -> tuple[BackendFact, ...]:
    """Every registered backend, by level and then by name; one that is broken says why."""
    from importlib.metadata import entry_points

    from epochly.registry import GROUP

    facts = [
        _backend(entry.name, entry.dist.name if entry.dist else "unknown")
        for entry in entry_points(group=GROUP)
    ]
    return tuple(sorted(facts, key=lambda fact: (fact.level is None, fact.level, fact.name)))


def _backend(name: str, distribution: str) -> BackendFact:
    from epochly.backend import Available
    from epochly.errors import EpochlyError
    from epochly.registry import get_backend

    try:
        backend = get_backend(name)
    except EpochlyError as error:
        return BackendFact(name, None, False, error.what, error.remedy or "", distribution)
    found = backend.availability()
    level = int(backend.level)
    if isinstance(found, Available):
        return BackendFact(name, level, True, found.detail, "", distribution)
    return BackendFact(name, level, False, found.reason, found.remedy, distribution)


def _python() -> Fact:
    name = platform.python_implementation()
    value = f"{name} {platform.python_version()} at {sys.executable}"
    low, high = _SUPPORTED
    if name != "CPython" or not low <= sys.version_info[:2] <= high:
        return Fact("python", "warn", value, "use CPython 3.11, 3.12 or 3.13, which are tested")
    return Fact("python", "ok", value)


def _cores() -> Fact:
    from epochly.cores import cores_by_affinity, cores_by_quota, usable_cores
    from epochly.errors import UsageError

    try:
        usable = usable_cores()
    except UsageError as error:
        return Fact("cores", "warn", error.what, error.remedy or "")
    quota = cores_by_quota()
    value = (
        f"{usable} usable: {cores_by_affinity()} of {os.cpu_count() or 1} by affinity, "
        f"{'no quota' if quota is None else f'a quota of {quota:g}'}"
    )
    if usable < 2:
        return Fact("cores", "warn", value, "level 3 needs 2: raise the affinity or the CPU quota")
    return Fact("cores", "ok", value)


def _gil() -> Fact:
    enabled = getattr(sys, "_is_gil_enabled", None)
    if enabled is not None and not enabled():
        return Fact("gil", "ok", "off: threads run Python code side by side")
    return Fact("gil", "ok", "on: threads overlap waiting and native code only")


def _cpython_jit() -> Fact:
    """``sys._jit`` tells from 3.14 on; before, only how the interpreter was configured."""
    import sysconfig

    jit = getattr(sys, "_jit", None)
    if jit is not None:
        built, enabled = bool(jit.is_available()), bool(jit.is_enabled())
    else:
        flag = "--enable-experimental-jit"
        configured = sysconfig.get_config_var("CONFIG_ARGS") or ""
        given = [part.strip("'\"") for part in configured.split() if flag in part]
        built = bool(given) and not given[-1].endswith(("=no", "=interpreter"))
        default = "0" if given and given[-1].endswith("=yes-off") else "1"
        enabled = built and os.environ.get("PYTHON_JIT", default) != "0"
    if enabled:
        return Fact("cpython jit", "ok", "built and enabled")
    if built:
        return Fact("cpython jit", "ok", "built, not enabled", "PYTHON_JIT=1 enables it")
    return Fact(
        "cpython jit",
        "warn",
        "not built into this interpreter",
        "use a CPython 3.13 or later configured with --enable-experimental-jit",
    )


def _numba() -> Fact:
    try:
        import numba
    except ImportError as error:
        return Fact("numba", "warn", f"not usable: {error}", "pip install numba")
    return Fact("numba", "ok", str(numba.__version__))


def _blas() -> Fact:
    import numpy.linalg  # noqa: F401 - loads the library that is asked about
    from threadpoolctl import threadpool_info

    from epochly.cores import cores_by_affinity

    pools: list[dict[str, Any]] = [
        pool for pool in threadpool_info() if pool.get("user_api") == "blas"
    ]
    if not pools:
        return Fact("blas", "warn", "none that can be controlled", "pip install numpy from PyPI")
    value = ", ".join(
        f"{pool['internal_api']} {pool.get('version') or ''}".strip()
        + f" with {pool['num_threads']} threads"
        for pool in pools
    )
    cores = cores_by_affinity()
    if any(pool["num_threads"] > cores for pool in pools):
        return Fact("blas", "warn", value, f"set OPENBLAS_NUM_THREADS={cores}")
    return Fact("blas", "ok", value)


def _py_spy() -> Fact:
    """Look for py-spy, and let it read the stack of a child of ours, as a profile does."""
    from epochly.profile import pyspy

    found = pyspy.program()
    if found is None:
        return Fact("py-spy", "warn", "not installed", "pip install py-spy")
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        done = _answer([found, "dump", "--pid", str(child.pid)])
    finally:
        child.kill()
        child.communicate()
    if done is not None and done.returncode == 0:
        return Fact("py-spy", "ok", f"may trace, {found}")
    said = done.stderr.strip().splitlines()[0] if done and done.stderr.strip() else "no answer"
    return Fact("py-spy", "warn", f"may not trace: {said}", pyspy.remedy())


def _gpu() -> Fact:
    query = ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    found = shutil.which("nvidia-smi")
    done = _answer([found, *query]) if found else None
    if done is None or done.returncode != 0:
        reason = "nvidia-smi is not installed" if found is None else "nvidia-smi fails"
        return Fact("gpu", "warn", f"none: {reason}", "level 4 needs an NVIDIA GPU and its driver")
    cards = [line.split(", ") for line in done.stdout.splitlines() if line.count(", ") == 2]
    if not cards:
        return Fact("gpu", "warn", "none: nvidia-smi lists no card", "check the driver")
    return Fact(
        "gpu",
        "ok",
        "; ".join(f"{name}, {memory}, driver {driver}" for name, driver, memory in cards),
    )


def _cupy() -> Fact:
    remedy = 'pip install "epochly-cli[gpu]", or any CuPy that fits the driver'
    try:
        import cupy
    except ImportError as error:
        return Fact("cupy", "warn", f"not usable: {error}", remedy)
    try:
        devices = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return Fact("cupy", "warn", f"{cupy.__version__}, but {error}", "check the driver")
    return Fact("cupy", "ok", f"{cupy.__version__}, {devices} device(s)")


def _shared_memory() -> Fact:
    if not os.path.isdir("/dev/shm"):
        return Fact("/dev/shm", "ok", "not used on this platform")
    usage = shutil.disk_usage("/dev/shm")
    value = f"{usage.free / 2**20:,.0f} MiB free of {usage.total / 2**20:,.0f} MiB"
    if usage.free < _SMALL_SHM_BYTES:
        remedy = "in a container, start it with --shm-size=1g; otherwise remove what lies there"
        return Fact("/dev/shm", "warn", value, remedy)
    return Fact("/dev/shm", "ok", value)


def _clock() -> Fact:
    info = time.get_clock_info("perf_counter")
    clock = time.perf_counter
    costs_s = []
    for _ in range(_CLOCK_ROUNDS):
        start = clock()
        for _ in range(_CLOCK_CALLS):
            clock()
        costs_s.append((clock() - start) / _CLOCK_CALLS)
    cost_s = min(costs_s)
    value = f"resolution {info.resolution * 1e9:.3g} ns, {cost_s * 1e9:.3g} ns a call"
    value += f", {info.implementation}"
    if max(info.resolution, cost_s) > _COARSE_CLOCK_S:
        remedy = "prefer the tsc clock source: /sys/devices/system/clocksource"
        return Fact("clock", "warn", value, remedy)
    return Fact("clock", "ok", value)


def _answer(command: list[str]) -> subprocess.CompletedProcess[str] | None:
    """What a tool says, or None where it cannot be run or does not answer in time."""
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ANSWER_WITHIN_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
