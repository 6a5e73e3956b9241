"""The random streams of a worker: the same in every process, from the first import on."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from random import seed as seed_python
from types import ModuleType


def seed_streams(seed: int) -> None:
    """Seed ``random`` and, where NumPy is loaded, ``np.random``."""
    seed_python(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)


def seed_from_now_on(seed: int) -> None:
    """Seed the streams, and NumPy's also when it is imported only later.

    What a module draws while it is imported is data of the workload like any other.
    """
    seed_streams(seed)
    if "numpy.random" not in sys.modules:
        sys.meta_path.insert(0, _SeedingFinder(seed))


class _SeedingFinder(importlib.abc.MetaPathFinder):
    """Seeds ``np.random`` as soon as it is there."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "numpy.random":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        loader = None if spec is None else spec.loader
        if not isinstance(loader, importlib.machinery.SourceFileLoader):
            return spec
        execute = loader.exec_module

        def execute_and_seed(module: ModuleType) -> None:
            execute(module)
            module.seed(self._seed)

        loader.exec_module = execute_and_seed  # type: ignore[method-assign]
        return spec
