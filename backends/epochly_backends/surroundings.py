"""What a worker process shares with the caller besides the data of its items."""

from __future__ import annotations

import os
from typing import Any, cast

from epochly.code.patched import Parts

_CALLED = {
    "folder": "the working directory",
    "variables": "the environment variables",
    "errors": "what NumPy does at floating-point errors",
    "filters": "the filters of warnings",
    "recursion": "the recursion limit",
    "digits": "the longest number that may be a text",
    "printing": "how NumPy prints",
    "locale": "the locale",
}
# Libraries set these when they are imported, which the caller's process may have done long ago.
_SET_BY_IMPORTS = frozenset({"variables", "filters"})


class Surroundings:
    """What a worker must share with the caller besides its data."""

    def __init__(self, folder: str, variables: dict[str, str], decimals: Any, errors: Any) -> None:
        self.folder = folder
        self.variables = variables
        self.decimals = decimals
        self.errors = errors
        self.filters: list[Any] = []
        self.recursion = 0
        self.digits = 0
        self.printing: dict[str, Any] = {}
        self.locale = ""
        self.modules = 0
        self.streams: tuple[Any, ...] = ()
        self.library: Parts = {}

    @classmethod
    def now(cls) -> Surroundings:
        import decimal
        import locale
        import sys
        import warnings

        import numpy as np

        found = cls(_folder(), dict(os.environ), decimal.getcontext().copy(), np.geterr())
        found.filters = list(warnings.filters)
        found.recursion = sys.getrecursionlimit()
        found.digits = sys.get_int_max_str_digits()
        found.printing = dict(np.get_printoptions())
        found.locale = locale.setlocale(locale.LC_ALL)
        found.streams = _streams()
        found.modules = len(sys.modules)
        return found

    def differing(self, before: Surroundings) -> str | None:
        """Why the caller would miss something that items did to this process, or None."""
        cleared = [on and not self.decimals.flags[s] for s, on in before.decimals.flags.items()]
        if any(cleared) or _settings(self.decimals) != _settings(before.decimals):
            return "an item changed the decimal context"
        if self.streams != before.streams:
            return "an item drew random numbers"
        imported = self.modules != before.modules
        for name, called in _CALLED.items():
            if imported and name in _SET_BY_IMPORTS:
                continue
            if getattr(self, name) != getattr(before, name):
                return f"an item changed {called}"
        return None

    @staticmethod
    def signals() -> list[Any]:
        """What decimal arithmetic has signalled so far."""
        import decimal

        return [signal for signal, on in decimal.getcontext().flags.items() if on]

    def enter(self) -> None:
        import decimal
        import locale
        import sys
        import time
        import warnings

        import numpy as np

        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.variables)
        decimal.setcontext(self.decimals)
        np.seterr(**self.errors)
        warnings.resetwarnings()
        cast("list[Any]", warnings.filters).extend(self.filters)
        sys.setrecursionlimit(self.recursion)
        sys.set_int_max_str_digits(self.digits)
        np.set_printoptions(**self.printing)
        locale.setlocale(locale.LC_ALL, self.locale)
        if hasattr(time, "tzset"):
            time.tzset()


def _folder() -> str:
    """The working directory; nothing where it was removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _settings(context: Any) -> tuple[Any, ...]:
    return context.prec, context.rounding, context.traps, context.capitals, context.clamp


def _streams() -> tuple[Any, ...]:
    """The states of the global generators of random numbers."""
    import random

    import numpy as np

    drawn: Any = np.random.get_state()
    return random.getstate(), drawn[1].tobytes(), drawn[2:]
