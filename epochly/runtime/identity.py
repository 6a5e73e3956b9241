"""What a decision is kept for: a function, the code it reaches, and a kind of arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epochly.model import Arguments, Identity
from epochly.runtime.kinds import describe_kind, kind_of

if TYPE_CHECKING:
    from epochly.code.function import Function


def identity_of(function: Function, arguments: Arguments) -> Identity | None:
    """The identity of a call; None for a function that is not written in Python.

    What a method is bound to counts among the arguments, as it does for a decorated method.
    """
    if function.plain is None:
        return None
    given = function.arguments_of_plain(arguments)
    kind = describe_kind(kind_of(given.args, given.kwargs))
    return Identity(name_of_function(function), kind, code_of(function))


def name_of_function(function: Function) -> str:
    """``module:qualname``."""
    module = getattr(function.plain, "__module__", None) or "?"
    return f"{module}:{function.qualname}"


def code_of(function: Function) -> str:
    """Hash of everything that a function reaches; empty where it is not Python."""
    from epochly.code.fingerprint import fingerprint

    return fingerprint(function.plain)[:16] if function.plain is not None else ""
