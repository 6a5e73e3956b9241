"""Decisions on disk: which level a function runs at, in a file that people read and commit."""

from __future__ import annotations

import contextlib
import logging
import os
import reprlib
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochly.errors import UsageError
from epochly.files import plain_yaml, replace_file
from epochly.levels import Level
from epochly.runtime.places import VERSION, decisions_file, read_decisions

if TYPE_CHECKING:
    from epochly.model import Report

logger = logging.getLogger("epochly")

LOCK_S = 5.0
_HEADER = (
    "# Levels that @epochly.optimize() chose, each after its result was compared with the\n"
    "# original's. Review and commit it, or delete entries to have them tried again.\n"
)


# An entry may be far longer in full than in the file, where YAML says the same thing once.
_SHORT = reprlib.Repr()
_SHORT.maxdict = 9
_SHORT.maxlevel = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What was found for a function and a kind of arguments.

    Parameters
    ----------
    function : str
        ``module:qualname``.
    kind : str
        The kind of its arguments, in words.
    level : int
        The level that pays; 0 to stay with the original.
    backend : str
    speedup : float
        Over the original, as measured when it was decided.
    code : str
        Hash of everything that the function reaches.
    software, hardware : str
        Versions and hardware class that it was found with.
    reason : str
        Why it stays at level 0; empty otherwise.
    """

    function: str
    kind: str
    level: int
    backend: str
    speedup: float
    code: str
    software: str
    hardware: str
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What one decision is kept for; another one for the same takes its place."""
        return self.function, self.kind, self.software, self.hardware


def decision_of(report: Report) -> Decision:
    """What a report recommends, as a decision that the next process starts with.

    Raises
    ------
    UsageError
        When the report recommends nothing, or something that acts outside a running program.
    """
    from epochly.registry import get_backend

    advice, identity = report.recommendation, report.identity
    if advice.level is None or advice.backend is None or identity is None:
        raise UsageError(
            f"there is no decision to save: {advice.reason}",
            where=report.target.spec,
            remedy="give arguments, and time with --budget",
        )
    if get_backend(advice.backend).capabilities.worker_environment:
        raise UsageError(
            f"the recommended {advice.backend} is switched on when the program starts",
            where=report.target.spec,
            remedy=f"set {advice.apply} instead of saving a decision",
        )
    reason = advice.reason if advice.level is Level.MONITOR else ""
    return Decision(
        identity.function,
        identity.kind,
        int(advice.level),
        advice.backend,
        advice.speedup or 1.0,
        identity.code,
        software(),
        hardware(),
        reason,
    )


class DecisionFile:
    """The decisions in one file; read at the first question, written whole and at once.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[tuple[str, str, str, str], Decision] | None = None
        self._broken = False
        self._head = _HEADER
        self._unread: list[Any] = []
        self._lock = threading.Lock()

    @property
    def known(self) -> bool:
        """Whether there is any decision, in the file or from this process."""
        return bool(self._known) if self._known is not None else os.path.exists(self.path)

    def find(self, function: str, kind: str, code: str) -> Decision | None:
        """The decision for a function, a kind of arguments and this machine; None without one.

        One that was made for other code is stale: it is ignored, with a warning.
        """
        with self._lock:
            if self._known is None:
                self._known = self._read()
            found = self._known.get((function, kind, software(), hardware()))
        if found is None or found.code == code:
            return found
        logger.warning(
            "%s: the decision for %s (%s) is stale, since its code has changed; trying anew",
            self.path, function, kind,
        )  # fmt: skip
        return None

    def put(self, decision: Decision) -> None:
        """Keep a decision, beside those that other processes have written in the meantime.

        A file that cannot be read or written is left alone, with a warning.
        """
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with _locked(self.path.with_suffix(".lock")):
                    known = self._read()
                    if self._broken:
                        logger.warning("%s: not saved, since the file is broken", self.path)
                        return
                    known[decision.key] = decision
                    self._write(known)
            # What is kept unread may be nested, or a number as long, as YAML cannot write it.
            except (OSError, RecursionError, ValueError) as error:
                logger.warning("%s: the decision cannot be saved: %s", self.path, error)
                return
            self._known = known

    def _read(self) -> dict[tuple[str, str, str, str], Decision]:
        import yaml

        self._broken, self._head, self._unread = False, _HEADER, []
        try:
            text = read_decisions(str(self.path)).decode()
            document = plain_yaml(text)
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
            self._broken = True
            said = _said(error)
            logger.warning("%s is ignored, since it cannot be read: %s", self.path, said)
            return {}
        self._head = _leading_comments(text) or _HEADER
        if document is None:
            return {}
        version = document.get("version") if isinstance(document, dict) else None
        if not isinstance(document, dict) or type(version) is not int or version != VERSION:
            self._broken = True
            logger.warning("%s is ignored: it is not of version %d", self.path, VERSION)
            return {}
        entries = document.get("decisions") or []
        if not isinstance(entries, list):
            self._broken = True
            logger.warning("%s is ignored: its decisions are no list", self.path)
            return {}
        known: dict[tuple[str, str, str, str], Decision] = {}
        for entry in entries:
            made = _decision(entry)
            if isinstance(made, str):
                self._unread.append(entry)
                shown = _SHORT.repr(entry)
                logger.warning("%s: this entry is ignored, since %s: %s", self.path, made, shown)
            else:
                known[made.key] = made
        return known

    def _write(self, known: Mapping[tuple[str, str, str, str], Decision]) -> None:
        import yaml

        entries: list[Any] = [_plain(decision) for _, decision in sorted(known.items())]
        # A later version, or who made the slip, may still know what these say.
        entries += self._unread
        dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        text = self._head + yaml.dump(
            {"version": VERSION, "decisions": entries}, Dumper=dumper, sort_keys=False, width=100
        )
        replace_file(str(self.path), text)


def _plain(decision: Decision) -> dict[str, Any]:
    document = asdict(decision)
    document["speedup"] = float(f"{decision.speedup:.3g}")
    return document if decision.reason else {k: v for k, v in document.items() if k != "reason"}


def _decision(entry: Any) -> Decision | str:
    """A decision from a file, or why the entry is none."""
    if not isinstance(entry, dict):
        return "it has no keys"
    given = {"reason": "", **entry}
    kinds = {field.name: field.type for field in fields(Decision)}
    odd = [f"{name} is missing" for name in kinds if name not in given]
    odd += [f"{name} is no key of a decision" for name in given if name not in kinds]
    texts = [name for name, kind in kinds.items() if kind == "str" and name in given]
    odd += [f"{name} is no text" for name in texts if not isinstance(given[name], str)]
    if odd:
        return ", ".join(odd)
    level, speedup = given["level"], given["speedup"]
    if type(level) is not int or level not in tuple(Level):
        return "level is none from 0 to 4"
    if isinstance(speedup, bool) or not isinstance(speedup, (int, float)):
        return "speedup is no number above 0"
    # An integer of YAML may be larger than any float.
    if not 0 < speedup <= sys.float_info.max:
        return "speedup is no number above 0"
    return Decision(**{**given, "speedup": float(speedup)})


def _leading_comments(text: str) -> str:
    """The comments and empty lines that a file begins with."""
    lines = text.splitlines(keepends=True)
    head = "".join(takewhile(lambda line: line.lstrip()[:1] in ("", "#"), lines))
    return head if not head or head.endswith("\n") else head + "\n"


def _said(error: Exception) -> str:
    """What reading failed for, with the line where there is one."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error).partition("\n")[0]
    return f"line {mark.line + 1}: {getattr(error, 'problem', None) or 'it is no YAML'}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=LOCK_S):
            yield
    except Timeout as error:
        raise OSError(f"another process holds {path}") from error


@cache
def decision_file(path: Path) -> DecisionFile:
    """The one object of this process for a file."""
    return DecisionFile(path)


def decision_path() -> Path:
    """Where decisions are kept now."""
    return Path(decisions_file())


@cache
def software() -> str:
    """Versions that a decision depends on, such as ``CPython 3.12, numpy 2.3, numba 0.62``."""
    import platform
    from importlib import metadata

    found = [f"{platform.python_implementation()} {platform.python_version()}"]
    for name in ("epochly-cli", "numpy", "numba", "joblib"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


@cache
def hardware() -> str:
    """The class of machine, such as ``x86_64, 16 cores, NVIDIA H200``."""
    import platform

    from epochly.cores import usable_cores
    from epochly.measure.machine import gpu_name

    return f"{platform.machine()}, {usable_cores()} cores, {gpu_name() or 'no GPU'}"
