"""What a function imports itself: modules that are there already, and what library modules hold."""

from __future__ import annotations

import ast
import importlib.util
import sys
from functools import lru_cache
from opcode import opmap
from types import CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.scopes import bound_names, live_value, names_bound_by
from epochly.code.sharing import is_own_module
from epochly.code.source import source_of
from epochly.errors import SourceError

_Import = ast.Import | ast.ImportFrom


def value_of(function: FunctionType, expression: ast.expr) -> tuple[bool, Any]:
    """`live_value`, where the names that a function imports from libraries count as well.

    Parameters
    ----------
    function : FunctionType
    expression : ast.expr

    Returns
    -------
    (bool, object)
        Whether it was found, and the object.
    """
    path: list[str] = []
    root = expression
    while isinstance(root, ast.Attribute):
        path.append(root.attr)
        root = root.value
    if not isinstance(root, ast.Name) or root.id not in bound_names(function.__code__):
        return live_value(function, expression)
    found, value = _imported(function, root.id)
    if not found:
        return False, None
    # Looked up as what a global of this value would be.
    made = FunctionType((lambda: None).__code__, {root.id: value})
    return live_value(made, expression)


def is_imported(function: FunctionType, node: _Import) -> bool:
    """Whether every module of an import statement is there by now, so that it runs nothing.

    Parameters
    ----------
    function : FunctionType
        The function that the statement stands in.
    node : ast node
    """
    if isinstance(node, ast.Import):
        return all(alias.name in sys.modules for alias in node.names)
    home = _home(function, node)
    module = sys.modules.get(home)
    return isinstance(module, ModuleType) and all(
        alias.name in vars(module) or f"{home}.{alias.name}" in sys.modules for alias in node.names
    )


@lru_cache(maxsize=1024)
def imports(code: CodeType) -> bool:
    """Whether a function, or one within it, imports anything."""
    within = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return opmap["IMPORT_NAME"] in code.co_code[::2] or any(map(imports, within))


def _imported(function: FunctionType, name: str) -> tuple[bool, Any]:
    """What a name stands for that is only ever bound by importing it from a library."""
    if not imports(function.__code__):
        return False, None
    try:
        whole = source_of(function).node
    except SourceError:
        return False, None
    found: list[Any] = []
    for node in ast.walk(whole):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound = [alias for alias in node.names if name in names_bound_by(alias)]
            held = [_held(function, node, alias) for alias in bound]
            if None in held:
                return False, None
            found += held
        elif isinstance(node, ast.arg):
            if node.arg == name:
                return False, None
        elif not isinstance(node, ast.alias) and name in names_bound_by(node):
            return False, None
    same = bool(found) and all(one is found[0] for one in found)
    return same, found[0] if same else None


def _held(function: FunctionType, node: _Import, alias: ast.alias) -> Any:
    """What one name of an import statement gives; None where it is the user's, or not there."""
    if isinstance(node, ast.Import):
        home = alias.name if alias.asname else alias.name.partition(".")[0]
        module = sys.modules.get(home)
        return None if module is None or is_own_module(module) else module
    home = _home(function, node)
    module = sys.modules.get(home)
    if module is None or is_own_module(module):
        return None
    return vars(module).get(alias.name, sys.modules.get(f"{home}.{alias.name}"))


def _home(function: FunctionType, node: ast.ImportFrom) -> str:
    """The module from which something is imported."""
    package = function.__globals__.get("__package__")
    if not node.level:
        return node.module or ""
    if not isinstance(package, str):
        return ""
    try:
        return importlib.util.resolve_name("." * node.level + (node.module or ""), package)
    except ImportError:
        return ""
