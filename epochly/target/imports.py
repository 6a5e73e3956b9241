"""What a worker can import: the user's folder, but never in place of the libraries we stand on."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

PROTECTED = frozenset(
    {
        "cloudpickle",
        "cupy",
        "epochly",
        "epochly_backends",
        "epochly_cli",
        "epochly_fixtures",
        "joblib",
        "llvmlite",
        "numba",
        "numpy",
        "psutil",
        "scipy",
        "threadpoolctl",
        "yaml",
    }
)


def open_imports(directory: str) -> tuple[str, ...]:
    """Make a folder importable, after the standard library and without shadowing what we need.

    Parameters
    ----------
    directory : str

    Returns
    -------
    tuple of str
        One warning for each file or package in it that is not importable, and why.
    """
    folder = str(Path(directory).resolve())
    if folder not in sys.path:
        sys.path.insert(_after_standard_library(), folder)
    sys.meta_path.insert(0, _ProtectedFinder(folder))
    return tuple(_warnings(Path(folder)))


def is_shadowing(name: str) -> bool:
    """Whether a top-level module of that name would stand before one that must win."""
    return name in sys.stdlib_module_names or name in PROTECTED


def _after_standard_library() -> int:
    paths = sysconfig.get_paths()
    standard = {paths["stdlib"], paths["platstdlib"], str(Path(paths["stdlib"], "lib-dynload"))}
    positions = [index for index, entry in enumerate(sys.path) if entry in standard]
    return max(positions, default=len(sys.path) - 1) + 1


class _ProtectedFinder(importlib.abc.MetaPathFinder):
    """Finds the protected names as if the user's folder were not on the path."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if path is not None or not is_shadowing(name):
            return None
        elsewhere = [entry for entry in sys.path if entry != self._folder]
        return importlib.machinery.PathFinder.find_spec(name, elsewhere, target)


def _warnings(folder: Path) -> list[str]:
    found = []
    for entry in sorted(folder.iterdir()):
        name = entry.stem if entry.suffix == ".py" else entry.name
        package = entry.is_dir() and (entry / "__init__.py").is_file()
        if not (package or (entry.is_file() and entry.suffix == ".py")):
            continue
        if name in sys.stdlib_module_names:
            owner = "the standard library's"
        elif name in PROTECTED and not _is_the_real(name, entry):
            owner = "the installed"
        else:
            continue
        found.append(f"{entry} is not importable: {owner} {name!r} wins; rename it")
    return found


def _is_the_real(name: str, entry: Path) -> bool:
    spec = importlib.util.find_spec(name)
    origin = spec.origin if spec is not None else None
    return origin is not None and Path(origin).resolve() in {entry, entry / "__init__.py"}
