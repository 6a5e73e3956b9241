"""Decisions on disk: which level a function runs at, in a file that people read and commit."""

from __future__ import annotations

import contextlib
import logging
import os
import reprlib
import threading
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from epochly.files import plain_yaml, replace_file
from epochly.runtime.decision import Decision, decision_from, hardware, software
from epochly.runtime.places import VERSION, decisions_file, read_decisions
from epochly.runtime.placing import dumped, with_entry

logger = logging.getLogger("epochly")

LOCK_S = 5.0
_HEADER = (
    "# Levels that @epochly.optimize() chose, each after its result was compared with the\n"
    "# original's. Review and commit it, or delete entries to have them tried again.\n"
)


Key = tuple[str, str, str, str]
# An entry may be far longer in full than in the file, where YAML says the same thing once.
_SHORT = reprlib.Repr()
_SHORT.maxdict = 9
_SHORT.maxlevel = 2
# The largest file of decisions holds half as many.
_MOST_VALUES = 1 << 20
# Python writes 4300 digits.
_LONGEST_BITS = 14_000


class DecisionFile:
    """The decisions in one file; read at the first question, written whole and at once.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[Key, Decision] | None = None
        self._broken = False
        self._text = ""
        self._document: dict[str, Any] = {}
        self._entries: list[tuple[Key | None, Any]] = []
        self._lock = threading.Lock()

    @property
    def known(self) -> bool:
        """Whether there is any decision, in the file or from this process."""
        return bool(self._known) if self._known is not None else os.path.exists(self.path)

    def find(self, function: str, kind: str, code: str) -> Decision | None:
        """The decision for a function, a kind of arguments and this machine; None without one.

        One that was made for other code, or here with other software, is stale: it is ignored,
        with a warning. Those of other hardware are for other machines of a team.
        """
        known = self._all()
        found = known.get((function, kind, software(), hardware()))
        if found is not None and found.code == code:
            return found
        why = None if found is None else "its code has changed"
        if found is None:
            # Byte code, and with it the hash, is another one in each version of Python.
            wanted = function, kind, hardware()
            same = [d for d in known.values() if (d.function, d.kind, d.hardware) == wanted]
            why = (
                f"it was found with {same[-1].software}, and this is {software()}" if same else None
            )
        if why is not None:
            told = "%s: the decision for %s (%s) is stale, since %s; trying anew"
            logger.warning(told, self.path, function, kind, why)
        return None

    def to_stay(self, function: str, code: str) -> list[Decision]:
        """The decisions that have kinds of a function's calls stay at level 0 on this machine."""
        here = (software(), hardware())
        wanted = function, code, 0, False
        known = [
            d for d in self._all().values() if (d.function, d.code, d.level, d.unfinished) == wanted
        ]
        return [decision for decision in known if (decision.software, decision.hardware) == here]

    def put(self, decision: Decision, *, unless_finished: bool = False) -> bool:
        """Keep a decision, beside those that other processes have written in the meantime.

        Parameters
        ----------
        unless_finished : bool
            Not in the place of one for the same code for which all was tried.

        Returns
        -------
        bool
            Whether it was written. A file that cannot be is left alone, with a warning.
        """
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with _locked(self.path.with_suffix(".lock")):
                    known = self._read()
                    if self._broken:
                        logger.warning("%s: not saved, since the file is broken", self.path)
                        return False
                    there = known.get(decision.key) if unless_finished else None
                    if there and not there.unfinished and there.code == decision.code:
                        self._known = known
                        return False
                    known[decision.key] = decision
                    self._write(decision)
            # What is kept unread may be nested, or a number as long, as YAML cannot write it.
            except (OSError, RecursionError, ValueError) as error:
                logger.warning("%s: the decision cannot be saved: %s", self.path, error)
                return False
            self._known = known
            return True

    def _all(self) -> dict[Key, Decision]:
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known

    def _read(self) -> dict[Key, Decision]:
        import yaml

        self._broken, self._text, self._document, self._entries = False, "", {}, []
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
        odd = _unfit(document)
        if odd is not None:
            self._broken = True
            logger.warning("%s is ignored: %s", self.path, odd)
            return {}
        self._text = text
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
        known: dict[Key, Decision] = {}
        for entry in entries:
            made = decision_from(entry)
            if isinstance(made, str):
                # A later version, or who made the slip, may still know what it says.
                self._entries.append((None, entry))
                shown = _SHORT.repr(entry)
                logger.warning("%s: this entry is ignored, since %s: %s", self.path, made, shown)
            else:
                self._entries.append((made.key, entry))
                known[made.key] = made
        self._document = document
        return known

    def _write(self, decision: Decision) -> None:
        """Put a decision into the text that was read, in the place of one for the same."""
        keys = [key for key, _ in self._entries]
        same = [at for at, key in enumerate(keys) if key == decision.key]
        later = (at for at, key in enumerate(keys) if key is not None and key > decision.key)
        # Of several for the same the last one counts.
        place, replaces = (same[-1], True) if same else (next(later, len(keys)), False)
        self._entries[place : place + replaces] = [(decision.key, decision.entry)]
        entries = [entry for _, entry in self._entries]
        document = {**self._document, "version": VERSION, "decisions": entries}
        text = with_entry(self._text, place, decision.entry, replaces=replaces)
        if text is None or not _says(text, document):
            text = (_leading_comments(self._text) or _HEADER) + dumped(document)
        replace_file(str(self.path), text)


def _says(text: str, document: Any) -> bool:
    import yaml

    try:
        return bool(plain_yaml(text) == document)
    except yaml.YAMLError:
        return False


def _unfit(document: Any) -> str | None:
    """Why what YAML says cannot be compared, shown or written in full, if it cannot."""
    todo, left = [document], _MOST_VALUES
    while todo:
        value = todo.pop()
        if isinstance(value, int) and value.bit_length() > _LONGEST_BITS:
            return "it holds a number that is too long"
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, (list, tuple, set)):
            todo += value
        left -= 1
        if left < len(todo):
            return f"it leads back to itself, or says more than {_MOST_VALUES:,} values"
    return None


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
