"""What a function imports itself: modules that are there already, and what library modules hold."""

from __future__ import annotations

import ast
import importlib.util
import sys
from types import FunctionType, ModuleType

_Import = ast.Import | ast.ImportFrom


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
