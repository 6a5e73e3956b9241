"""Source text to its tree, whatever other threads do meanwhile."""

from __future__ import annotations

import ast
from typing import Literal, overload

from epochly.forks import ProcessLock

MOST_TRIES = 20
# Collecting garbage may run a function that has us parse within a parse.
_turns = ProcessLock()


@overload
def parsed(text: str, file: str = ..., mode: Literal["exec"] = ...) -> ast.Module: ...


@overload
def parsed(text: str, file: str, mode: Literal["eval"]) -> ast.Expression: ...


def parsed(text: str, file: str = "<unknown>", mode: str = "exec") -> ast.AST:
    """`ast.parse`, where threads parse at the same time.

    CPython 3.11 counts how deep it is in one place for all threads, and raises `SystemError` when
    the counts of two got mixed, although nothing is wrong with the text (cpython#106905). Ours
    take turns; a thread of the user's may still get in the way, and then the text is parsed again.

    Raises
    ------
    SyntaxError
        Or ValueError, as `ast.parse` does.
    SystemError
        When others got in the way every time.
    """
    tries = 0
    while True:
        tries += 1
        try:
            with _turns:
                return ast.parse(text, file, mode)
        except SystemError:
            if tries == MOST_TRIES:
                raise
