"""The handler of a call: what translates a call of one known function."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from epochly_backends.numba_jit.values import Refusal, Value

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions

Handler = Callable[["Expressions", ast.Call], Value]


def positional(node: ast.Call, least: int, most: int) -> list[ast.expr]:
    """The arguments of a call that takes only positional ones."""
    if node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
        raise Refusal(f"keyword or unpacked arguments of {ast.unparse(node.func)}")
    if not least <= len(node.args) <= most:
        raise Refusal(f"{len(node.args)} arguments of {ast.unparse(node.func)}")
    return node.args
