"""Which files are a library's, and which the user's own."""

from __future__ import annotations

import importlib.util
import site
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import FunctionType

# What `functools.cache` and `lru_cache` make of a function.
CACHE = type(cache(len))
# What these do is known by name; following their source would add nothing but time.
_NEVER_ADOPTED = frozenset(
    {"cupy", "dask", "joblib", "numba", "numpy", "pandas", "polars", "requests", "scipy", "sklearn"}
)
_adopted: set[str] = set()


def in_library(file: str, adopted: Iterable[str] | None = None) -> bool:
    """Whether a file belongs to the standard library or to an installed package not adopted.

    Parameters
    ----------
    file : str
    adopted : iterable of str, optional
        Files and folders to take for the user's instead of those that were adopted by now.
    """
    own = tuple(_adopted if adopted is None else adopted)
    return file.startswith(library_folders()) and not file.startswith(own)


def adopt(function: FunctionType) -> None:
    """Take the package of a function that the user named for the user's own, if it is installed.

    Its helpers are then followed like those of any other code of the user's.
    """
    _adopted.update(adopted_with(function))


def adopted_with(function: FunctionType) -> list[str]:
    """The files and folders that are the user's own where a function is."""
    file = function.__code__.co_filename
    if file.startswith(own_folders()):
        # A program that backends are tested with; what runs it is not the user's.
        return [f"{Path(file).parent}/"]
    found = []
    for folder in _package_folders():
        if file.startswith(folder):
            top = Path(file[len(folder) :]).parts[0]
            if top.removesuffix(".py") not in _NEVER_ADOPTED:
                found.append(f"{folder}{top}" if top.endswith(".py") else f"{folder}{top}/")
    return found


@cache
def library_folders() -> tuple[str, ...]:
    """Where the standard library, installed packages and this one live, with a slash at the end."""
    paths = sysconfig.get_paths()
    standard = {f"{paths[name].rstrip('/')}/" for name in ("stdlib", "platstdlib")}
    return (*standard, *_package_folders(), *own_folders())


@cache
def own_folders() -> tuple[str, ...]:
    """Where this package and its backends live, each with a slash at its end."""
    backends = importlib.util.find_spec("epochly_backends")
    folders = () if backends is None else backends.submodule_search_locations or ()
    return tuple(f"{folder}/" for folder in (Path(__file__).parents[1], *folders))


@cache
def _package_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths["purelib"], paths["platlib"], *site.getsitepackages()}
    return tuple(f"{folder.rstrip('/')}/" for folder in folders)
