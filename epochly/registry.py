"""Backends by name, found through entry points and loaded only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from epochly.backend import Available, Backend
from epochly.errors import EpochlyError, UsageError, in_words
from epochly.levels import Level

GROUP = "epochly.backends"
OURS = "epochly_backends"


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def backend_names() -> tuple[str, ...]:
    """Names of every registered backend, in alphabetical order."""
    return tuple(sorted(_entry_points()))


def registered(name: str) -> EntryPoint:
    """Where a backend comes from, which is not imported.

    Raises
    ------
    UsageError
        When no backend of that name is registered.
    """
    # What a program gives may be anything, and need not even be hashable.
    entry = _entry_points().get(name) if isinstance(name, str) else None
    if entry is None:
        import difflib

        near = difflib.get_close_matches(str(name), backend_names(), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(
            f"there is no backend named {name!r}",
            remedy=f"{hint}`epochly backends` lists them: {', '.join(backend_names())}",
        )
    return entry


@cache
def get_backend(name: str) -> Backend:
    """Load a backend by its name; one of others is guarded, so that its faults stay its own.

    Raises
    ------
    EpochlyError
        As `load_backend` does.
    """
    backend, entry = load_backend(name), registered(name)
    if entry.module.partition(".")[0] == OURS:
        return backend
    from epochly.guarded import Guarded

    return Guarded(backend, provider_of(entry))


def load_backend(name: str) -> Backend:
    """Load a backend by its name, as it is.

    Raises
    ------
    UsageError
        When no backend of that name is registered.
    EpochlyError
        When it cannot be loaded.
    """
    entry = registered(name)
    try:
        backend = cast(Backend, entry.load()())
        level, _ = backend.level, (backend.name, backend.capabilities)
    except Exception as error:
        raise EpochlyError(
            f"the backend {name!r} cannot be loaded: {in_words(error)}",
            where=entry.value,
            remedy=f"reinstall {provider_of(entry)}, which provides it, or report it there",
        ) from error
    if not isinstance(level, Level):
        raise EpochlyError(
            f"the backend {name!r} says that its level is {level!r}, which is no epochly.Level",
            where=entry.value,
            remedy=f"report it to who provides {provider_of(entry)}",
        )
    return backend


def provider_of(entry: EntryPoint) -> str:
    """The distribution that registers a backend."""
    return entry.dist.name if entry.dist else "an unknown distribution"


@cache
def _loaded() -> tuple[tuple[Backend, ...], tuple[EpochlyError, ...]]:
    good, bad = [], []
    for name in backend_names():
        try:
            good.append(get_backend(name))
        except EpochlyError as error:
            bad.append(error)
    return tuple(good), tuple(bad)


def backends_of(level: Level) -> tuple[Backend, ...]:
    """Every backend of a level that can be loaded, in alphabetical order of their names."""
    return tuple(backend for backend in _loaded()[0] if backend.level == level)


def usable_backends(levels: Iterable[Level]) -> Iterator[Backend]:
    """Backends of some levels that can be used here and act inside a running interpreter.

    Whether one can be used is asked when it is reached: a driver takes 15 ms to be looked for.
    """
    for backend in (backend for level in levels for backend in backends_of(level)):
        if backend.capabilities.worker_environment:
            continue
        if isinstance(backend.availability(), Available):
            yield backend


def broken_backends() -> tuple[EpochlyError, ...]:
    """Why registered backends cannot be loaded; their level is therefore unknown."""
    return _loaded()[1]
