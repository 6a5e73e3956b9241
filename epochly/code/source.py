"""The source of a live function, verified against its code object."""

from __future__ import annotations

import ast
import linecache
import os
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from epochly.code.parsing import parsed
from epochly.errors import SourceError

# What pytest's rewritten assertions refer to; no Python source can.
_PYTEST = "@pytest_ar"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Where a function stands in its file.

    Parameters
    ----------
    file : str
    line, end_line : int
        First (of the first decorator, where there is one) and last line.
    node : ast node
        With the file's line numbers; shared, so copy it before changing it.
    class_name : str or None
        The innermost class around it, which mangles private names.
    """

    file: str
    line: int
    end_line: int
    node: FunctionNode
    class_name: str | None


def source_of(function: FunctionType) -> Source:
    """Find a function's source and prove that it is what the function was made from.

    The file is compiled again, and a code object equal to the live one must be in it: a changed
    file, ``exec`` and tampered code are told apart, which `inspect.getsource` does not do.

    Raises
    ------
    SourceError
        When there is no source, or it is not the function's.
    """
    code = function.__code__
    file = code.co_filename
    where = f"{file}:{code.co_firstlineno}"
    try:
        text = _text(file) or text_without_file(file, function.__globals__)
        functions, codes = _compiled(file, text) if text else ((), ())
    except (SyntaxError, ValueError, OSError) as error:
        raise SourceError(f"the file cannot be read again: {error}", where=where) from error
    # Python 3.13 keeps the program of `-c` under the name that `exec` gives to any text.
    if not text or (file == "<string>" and code not in codes):
        raise SourceError(
            f"the source of {function.__qualname__} is not in a file",
            where=where,
            remedy="put the function into a module",
        )
    if code not in codes and _PYTEST in code.co_names:
        raise SourceError(
            f"pytest has rewritten the assert statements of {function.__qualname__}",
            where=where,
            remedy="move it out of the test module, or put PYTEST_DONT_REWRITE into its docstring",
        )
    if code not in codes:
        raise SourceError(
            f"the file no longer holds what {function.__qualname__} was made from",
            where=where,
            remedy="import the module again after changing it",
        )
    nodes = [found for found in functions if _stands_at(found[0], code)]
    if len(nodes) != 1:
        raise SourceError(
            f"the source of {function.__qualname__} cannot be told from others on its line",
            where=where,
            remedy="put each function on a line of its own",
        )
    node, class_name = nodes[0]
    end = node.end_lineno or code.co_firstlineno
    return Source(file, code.co_firstlineno, end, node, class_name)


def text_without_file(file: str, namespace: dict[str, Any] | None = None) -> str:
    """What `linecache` holds for a name that is no file's: a cell of a notebook, or of an archive.

    Parameters
    ----------
    file : str
    namespace : dict, optional
        Globals of the module, whose loader may be asked.

    Returns
    -------
    str
        Empty where there is none.
    """
    return "" if os.path.exists(file) else "".join(linecache.getlines(file, namespace))


def _text(file: str) -> str:
    try:
        state = os.stat(file)
    except OSError:
        return ""
    return _read(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _read(file: str, modified_ns: int, size: int) -> str:
    with tokenize.open(file) as stream:
        return stream.read()


@lru_cache(maxsize=64)
def _compiled(
    file: str, text: str
) -> tuple[list[tuple[FunctionNode, str | None]], frozenset[CodeType]]:
    """Every function of a file, with the class around it, and every code object."""
    tree = parsed(text, file)
    compiled = compile(text, file, "exec", dont_inherit=True)
    return _functions(tree, None), frozenset(_codes(compiled))


def _codes(code: CodeType) -> list[CodeType]:
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _codes(constant)
    return found


def _functions(node: ast.AST, class_name: str | None) -> list[tuple[FunctionNode, str | None]]:
    found: list[tuple[FunctionNode, str | None]] = []
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.ClassDef) else class_name
        if isinstance(child, FunctionNode):
            found.append((child, class_name))
        found += _functions(child, inner)
    return found


def _stands_at(node: FunctionNode, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        if code.co_name != "<lambda>" or node.lineno != code.co_firstlineno:
            return False
        columns = {
            (line, column)
            for line, _, column, _ in code.co_positions()
            if line is not None and column is not None and (line, column) != (node.lineno, 0)
        }
        first = (node.body.lineno, node.body.col_offset)
        last = (node.body.end_lineno or 0, node.body.end_col_offset or 0)
        return all(first <= place <= last for place in columns)
    if code.co_name != node.name:
        return False
    line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return line == code.co_firstlineno
