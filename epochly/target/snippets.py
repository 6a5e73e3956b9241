"""The code of ``args``, ``setup`` and ``reset``."""

from __future__ import annotations

import ast
import traceback
from types import CodeType

from epochly.code.parsing import parsed
from epochly.errors import ArgumentsError

# What stands in the place of the target where ``args`` are evaluated.
CALL = "__epochly_call__"


def compiled(what: str, text: str | None) -> CodeType | None:
    """Compile the code of a key; None for none.

    Parameters
    ----------
    what : str
        ``args``, ``setup`` or ``reset``.
    text : str or None

    Raises
    ------
    ArgumentsError
        When it does not parse, from the error that says so.
    """
    if text is None:
        return None
    try:
        if what != "args":
            return compile(text, f"<{what}>", "exec", dont_inherit=True)
        call_of(text)
        return compile(_called_with(text), "<args>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise ArgumentsError(
            f"the {what} {text!r} cannot be parsed: {getattr(error, 'msg', error)}",
            where=f"<{what}>",
            remedy="write what would stand between the parentheses: data, n=3 (--args in quotes)"
            if what == "args"
            else "write Python statements",
            detail="".join(traceback.format_exception_only(error)).replace(f"{CALL}(", "("),
        ) from error


def call_of(text: str) -> ast.Call:
    """The call with the text between its parentheses.

    Raises
    ------
    SyntaxError, ValueError
    """
    call = parsed(_called_with(text), "<args>", "eval").body
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
        return call
    raise SyntaxError("it closes the parentheses of the call")


def _called_with(text: str) -> str:
    return f"{CALL}({text}\n)"
