"""What the body of a loop itself does to objects that outlive an iteration."""

from __future__ import annotations

import ast

from epochly.call import Refused
from epochly.code.loops import root_name

_CHANGING = frozenset(
    "add append appendleft clear discard extend fill insert pop popitem popleft remove "
    "resize reverse setdefault sort update".split()
)


def touches(part: ast.AST, private: set[str], out: str | None) -> Refused | None:
    """A store to, or a change of, something that outlives the iteration."""
    for inner in ast.walk(part):
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and not isinstance(
            inner.ctx, ast.Load
        ):
            if root_name(inner) not in private:
                what = f"it stores to {ast.unparse(inner)}"
                return Refused(what, inner.lineno, "return the value instead")
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            root = root_name(inner.func)
            own = root in private or (root == out and inner.func.attr == "append")
            if inner.func.attr in _CHANGING and not own:
                what = f"it changes {ast.unparse(inner.func)}"
                return Refused(what, inner.lineno, "return the value")
        elif isinstance(inner, ast.Name) and inner.id == out and not _is_append(part, inner):
            return Refused(
                f"it reads {out!r}, which earlier iterations filled", inner.lineno, "split the loop"
            )
    return None


def _is_append(part: ast.AST, name: ast.Name) -> bool:
    return any(
        isinstance(inner, ast.Attribute) and inner.value is name and inner.attr == "append"
        for inner in ast.walk(part)
    )
