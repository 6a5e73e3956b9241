"""Whether a function asks which thread or process runs it, or acts on that alone."""

from __future__ import annotations

import ast
import sys
from types import FunctionType

from epochly.code.callgraph import Call, body_of, call_graph, calls_in
from epochly.code.hashing import with_methods
from epochly.code.kinds import is_listed_as, qualified_name
from epochly.code.libraries import in_library
from epochly.code.outside import names_in
from epochly.code.scopes import live_value
from epochly.code.source import source_of
from epochly.errors import SourceError
from epochly.loaded import loaded


def place_asked_for(function: FunctionType, *, processes: bool) -> str | None:
    """What a function or a helper of it calls that answers otherwise in another place, or None.

    Parameters
    ----------
    function : FunctionType
    processes : bool
        Whether another process is meant, and not only another thread of this one.
    """
    for member in with_methods(call_graph(function).functions):
        try:
            body = body_of(source_of(member).node)
        except SourceError:
            continue
        named = _of_process(member, body) if processes else _of_sys(member, body, _STDIN)
        if named is not None:
            return f"{named} is of the process that asks"
        for call in (call for part in body for call in calls_in(member, part)):
            name = qualified_name(call.value) if call.found else ""
            if is_listed_as("of_its_thread", name):
                return f"{call.text} is about the thread that calls it"
            if processes and (is_listed_as("of_its_process", name) or _logs(member, call)):
                return f"{call.text} is about the process that calls it"
    return None


def depth_asked_for(function: FunctionType) -> bool:
    """Whether a function or a helper of it catches that calls went too deep, and so counts them."""
    members = with_methods(call_graph(function).functions)
    return any("RecursionError" in names_in(member.__code__) for member in members)


def _of_process(function: FunctionType, body: list[ast.AST]) -> str | None:
    """A part of ``sys``, or a module of the user's, that another process has of its own."""
    named = _of_sys(function, body, _OF_SYS)
    if named is not None:
        return named
    for node in (node for part in body for node in ast.walk(part)):
        imported: list[str] = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                return ast.unparse(node)
            module = node.module or ""
            imported = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        for name in imported:
            file = getattr(sys.modules.get(name), "__file__", None)
            if file is not None and not in_library(file):
                return ast.unparse(node)
    return None


def _of_sys(function: FunctionType, body: list[ast.AST], parts: frozenset[str]) -> str | None:
    for node in (node for part in body for node in ast.walk(part)):
        if isinstance(node, ast.Attribute) and node.attr in parts:
            known, owner = live_value(function, node.value)
            if known and owner is sys:
                return ast.unparse(node)
    return None


_OF_SYS = frozenset("meta_path modules path stderr stdin stdout".split())
# Whoever reads from it takes what the next one would have read.
_STDIN = frozenset({"stdin"})


def _logs(function: FunctionType, call: Call) -> bool:
    logging = loaded("logging")
    if logging is None or not isinstance(call.node.func, ast.Attribute):
        return False
    known, owner = live_value(function, call.node.func.value)
    return known and isinstance(owner, (logging.Logger, logging.LoggerAdapter))
