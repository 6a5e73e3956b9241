"""Dependencies point one way: epochly_cli -> epochly <- epochly_backends, and none is heavy."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCREEN = frozenset({"typer", "click", "rich"})
FORBIDDEN = {
    "epochly": SCREEN | {"epochly_cli", "epochly_backends", "epochly_fixtures"},
    "epochly_cli": frozenset({"epochly_backends", "epochly_fixtures"}),
    "backends/epochly_backends": SCREEN | {"epochly_cli", "epochly_fixtures"},
    "fixtures/epochly_fixtures": SCREEN | {"epochly_cli", "epochly_backends"},
}
HEAVY = frozenset(
    {
        "numpy",
        "numba",
        "llvmlite",
        "scipy",
        "joblib",
        "cupy",
        "pandas",
        "rich",
        "psutil",
        "yaml",
        "cloudpickle",
    }
)
LIGHT_PACKAGES = ("epochly", "epochly_cli")


@dataclass(frozen=True, slots=True)
class Import:
    """A top-level module that a file imports."""

    name: str
    line: int
    at_import: bool


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Imports in statements and in ``import_module("...")``; those for type checking too."""
    yield from _imports(tree.body, at_import=True)


def _imports(nodes: Iterable[ast.AST], *, at_import: bool) -> Iterator[Import]:
    for node in nodes:
        now = at_import
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            now = False
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            now = False
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name.partition(".")[0], node.lineno, now)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield Import(node.module.partition(".")[0], node.lineno, now)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield Import(argument.value.partition(".")[0], node.lineno, now)
        yield from _imports(ast.iter_child_nodes(node), at_import=now)


def main() -> int:
    problems = []
    for package, forbidden in FORBIDDEN.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT)
            for found in imports_of(ast.parse(path.read_text(encoding="utf-8"))):
                if found.name in forbidden:
                    problems.append(f"{where}:{found.line}: must not import {found.name}")
                elif package in LIGHT_PACKAGES and found.name in HEAVY and found.at_import:
                    problems.append(f"{where}:{found.line}: must import {found.name} where used")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
