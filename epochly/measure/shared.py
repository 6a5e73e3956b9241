"""What all code of a process shares and the user's may change: put back, or told."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from epochly.errors import EpochlyError, TargetError, WorkerError, in_words
from epochly.measure.documents import defect

try:
    from resource import RLIMIT_NOFILE, getrlimit, setrlimit
except ImportError:  # pragma: no cover - Windows has no such limits
    getrlimit = None  # type: ignore[assignment]

# As many files are open in a worker that compiles, with some to spare.
FEWEST_FILES = 128
# Looked at after a call that may have replaced any function, so with syntax alone.
_BUILTINS: dict[str, Any] = vars(builtins)


class Shared:
    """The built-in functions and the limit of open files, as they are now."""

    def __init__(self) -> None:
        # Names that begin with an underscore are for tools, such as `gettext` and importers.
        self._own = {n: one for n, one in _BUILTINS.items() if not n.startswith("_")}
        self._functions = self._own
        self._files = None if getrlimit is None else getrlimit(RLIMIT_NOFILE)

    def restore(self) -> str:
        """Put them back after a call.

        Returns
        -------
        str
            The built-in functions that the call left replaced, by name; empty without any.

        Raises
        ------
        WorkerError
            When nothing can be opened any more.
        """
        replaced = _put_back(self._functions)
        self._restore_files()
        return _named(replaced)

    def accept(self) -> None:
        """Take the built-in functions as they are, since a module may replace some for good."""
        self._functions = {name: _BUILTINS.get(name, one) for name, one in self._own.items()}

    def blame(self, error: Exception) -> EpochlyError:
        """What to say of an exception in our own code: that the user's broke it, or a defect."""
        replaced = _put_back(self._own)
        if not replaced:
            return defect(error)
        return TargetError(
            f"it replaces {_named(replaced)}, and nothing runs with what it puts there: "
            f"{in_words(error)}",
            remedy="leave it as Python has it",
        )

    def _restore_files(self) -> None:
        if self._files is None or (now := getrlimit(RLIMIT_NOFILE)) == self._files:
            return
        try:
            setrlimit(RLIMIT_NOFILE, self._files)
        except (OSError, ValueError):
            # Only the soft limit may be raised again, and up to the hard one.
            setrlimit(RLIMIT_NOFILE, (now[1], now[1]))
            if now[1] < FEWEST_FILES:
                raise WorkerError(
                    f"the call lowered the limit of open files (RLIMIT_NOFILE) to {now[1]} for "
                    "good, with which nothing more can be measured",
                    remedy="lower the soft limit alone, or set it in the program that calls it",
                ) from None


def _put_back(functions: Mapping[str, Any]) -> list[str]:
    """Make these the built-in functions; the names of those that were others."""
    replaced = [
        name
        for name, function in functions.items()
        if name not in _BUILTINS or _BUILTINS[name] is not function
    ]
    for name in replaced:
        _BUILTINS[name] = functions[name]
    return replaced


def _named(names: list[str]) -> str:
    return ", ".join(f"builtins.{name}" for name in names)
