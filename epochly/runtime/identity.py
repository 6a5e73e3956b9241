"""What a decision is kept for: a function, the code it reaches, and a kind of arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from epochly.runtime.kinds import describe_kind, kind_of

if TYPE_CHECKING:
    from epochly.call import Arguments
    from epochly.code.function import Function
    from epochly.model import Identity


# The second is what multiprocessing calls it in processes that it has spawned.
_STARTED = ("__main__", "__mp_main__")


def identity_of(function: Function, arguments: Arguments) -> Identity | None:
    """The identity of a call; None for a function that is not written in Python.

    What a method is bound to counts among the arguments, as it does for a decorated method.
    """
    from epochly.model import Identity

    if function.plain is None:
        return None
    given = function.arguments_of_plain(arguments)
    kind = describe_kind(kind_of(given.args, given.kwargs))
    return Identity(name_of_function(function), kind, code_of(function))


def name_of_function(function: Function) -> str:
    """``module:qualname``.

    A function of the program that was started goes by the name that others import it by; two
    programs would otherwise take each other's decisions for stale ones of their own.
    """
    module = getattr(function.plain, "__module__", None) or "?"
    return f"{_name_of_main() if module in _STARTED else module}:{function.qualname}"


def _name_of_main() -> str:
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    # At the end of the program, Python has taken the file's name away.
    file = getattr(main, "__file__", None) or getattr(
        getattr(main, "__loader__", None), "path", None
    )
    return Path(file).stem if file else "__main__"


def code_of(function: Function) -> str:
    """Hash of everything that a function reaches; empty where it is not Python."""
    from epochly.code.fingerprint import fingerprint

    return fingerprint(function.plain)[:16] if function.plain is not None else ""
