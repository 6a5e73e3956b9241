"""Public names resolve, are sorted and documented; so is every public function and class."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("epochly", "epochly_cli")


def problems_of_the_package() -> Iterator[str]:
    import epochly

    if list(epochly.__all__) != sorted(set(epochly.__all__)):
        yield "epochly.__all__ is not sorted"
    if dir(epochly) != sorted({*epochly.__all__, "__version__"}):
        yield "dir(epochly) shows other names than __all__ and __version__"
    for name in epochly.__all__:
        value = getattr(epochly, name, None)
        if value is None:
            yield f"epochly.{name} cannot be found"
        elif callable(value) and not (inspect.getdoc(value) or "").strip():
            yield f"epochly.{name} has no docstring"


def problems_of_a_module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = path.relative_to(ROOT)
    if tree.body and ast.get_docstring(tree) is None:
        yield f"{where}: the module has no docstring"
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if any(ast.unparse(one).endswith("overload") for one in node.decorator_list):
            continue
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield f"{where}:{node.lineno}: {node.name} has no docstring"


def main() -> int:
    problems = list(problems_of_the_package())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            problems += problems_of_a_module(path)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
