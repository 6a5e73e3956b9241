"""Two trees of one project: imports stay within one of them, and prove it afterwards."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

# The workers' own code is the same for both trees, even where the project under test is this one.
_OURS = frozenset({"__main__", "epochly", "epochly_cli", "epochly_backends"})
_INSTALLED = frozenset({"site-packages", "dist-packages"})


# Runs at the start of a Python that a worker's own code starts, and lets another one run too.
_SITE = """\
import importlib.machinery
import importlib.util
import sys

sys.path[:] = [entry for entry in sys.path if entry != {folder!r}]
try:
    from epochly.target.trees import Tree, stay_in
except ImportError:
    pass
else:
    stay_in(Tree({root!r}, {other!r}, {shared!r}))
spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
if spec is not None and spec.loader is not None:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """The version of a project that a worker is to run.

    Parameters
    ----------
    root : str
        Its folder.
    other : str
        The folder of the version that it must not run.
    shared : tuple of str
        Paths, relative to either root, that may be taken from the other one where this one lacks
        them: what is generated and therefore not under version control.
    """

    root: str
    other: str
    shared: tuple[str, ...] = ()

    def counterpart(self, path: str) -> str | None:
        """The same path in this tree, of one that belongs to the other; None of any other."""
        inside = _inside(path, self.other)
        return None if inside is None else str(Path(self.root, inside))

    def shares(self, path: str) -> bool:
        """Whether a file of the other tree may be used here."""
        inside = _inside(path, self.other)
        return inside is not None and any(
            inside == Path(entry) or Path(entry) in inside.parents for entry in self.shared
        )


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the modules of a process come from.

    Parameters
    ----------
    own : tuple of str
        Files in its tree.
    shared, foreign : tuple of str
        Files of the other tree that were allowed, and that were not.
    """

    own: tuple[str, ...]
    shared: tuple[str, ...]
    foreign: tuple[str, ...]


def stay_in(tree: Tree) -> None:
    """Import from a tree whatever would be imported from the other.

    An editable installation, or a ``PYTHONPATH``, leads to the tree it was made for. Entries of
    ``sys.path`` are led to this tree, and what any finder finds in the other is looked up here.
    """
    for position, entry in enumerate(sys.path):
        sys.path[position] = tree.counterpart(entry) or entry
    sys.meta_path.insert(0, _TreeFinder(tree))


def pass_on(tree: Tree, folder: str) -> None:
    """Let every Python that this process starts from now on stay in a tree too.

    Parameters
    ----------
    tree : Tree
    folder : str
        One of its own, which lasts as long as this process.
    """
    os.environ.update(site_of(tree, folder))


def site_of(tree: Tree, folder: str) -> dict[str, str]:
    """Variables by which a Python that is started with them stays in a tree.

    One that is spawned or run as a command begins anew, and an editable installation would lead it
    to the other version.

    Parameters
    ----------
    tree : Tree
    folder : str
        Holds what it needs, for as long as it may run.
    """
    text = _SITE.format(folder=folder, root=tree.root, other=tree.other, shared=tree.shared)
    Path(folder, "sitecustomize.py").write_text(text, encoding="utf-8")
    # A Python that skips `sitecustomize` finds the tree by its path at least.
    before = os.environ.get("PYTHONPATH")
    entries = before.split(os.pathsep) if before else []
    led = [tree.counterpart(entry) or entry for entry in entries]
    return {"PYTHONPATH": os.pathsep.join([folder, *led])}


def origins(tree: Tree) -> Origins:
    """Which of the loaded modules lie in which tree."""
    own, shared, foreign = set(), set(), set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or name.partition(".")[0] in _OURS:
            continue
        if _inside(file, tree.root) is not None:
            own.add(file)
        elif tree.shares(file):
            shared.add(file)
        elif tree.counterpart(file) is not None:
            foreign.add(file)
    return Origins(tuple(sorted(own)), tuple(sorted(shared)), tuple(sorted(foreign)))


class _TreeFinder(importlib.abc.MetaPathFinder):
    """Asks the other finders, and leads what they find to the right tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in _OURS:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            moved = None if spec is None else self._moved(name, spec)
            if moved is not None:
                return moved
        return None

    def _moved(
        self, name: str, spec: importlib.machinery.ModuleSpec
    ) -> importlib.machinery.ModuleSpec | None:
        """What stands at the same place in this tree; None where nothing does."""
        origin = spec.origin if spec.has_location else None
        if origin is None and spec.submodule_search_locations is not None:
            moved = [self._tree.counterpart(p) or p for p in spec.submodule_search_locations]
            if moved != list(spec.submodule_search_locations):
                spec.submodule_search_locations = [p for p in moved if Path(p).is_dir()]
                return spec if spec.submodule_search_locations else None
            return spec
        here = None if origin is None else self._tree.counterpart(origin)
        if here is None:
            return spec
        if Path(here).is_file():
            package = spec.submodule_search_locations is not None
            locations = [str(Path(here).parent)] if package else None
            return importlib.util.spec_from_file_location(
                name, here, submodule_search_locations=locations
            )
        assert origin is not None
        return spec if self._tree.shares(origin) else None


def _inside(path: str, root: str) -> Path | None:
    """The path within a root, unless it belongs to an environment that lies there."""
    if not path:
        return None
    whole = Path(path).resolve()
    try:
        inside = whole.relative_to(Path(root).resolve())
    except ValueError:
        return None
    prefix = Path(sys.prefix).resolve()
    if _INSTALLED & set(inside.parts) or prefix in (whole, *whole.parents):
        return None
    return inside
