"""The text by which a user names a function."""

from __future__ import annotations

from dataclasses import dataclass

from epochly.errors import TargetError

EXAMPLES = "name it as pkg.mod:func, pkg.mod:Class.method or path/to/file.py:func"


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """A target's name, taken apart.

    Parameters
    ----------
    text : str
    module : str or None
        Dotted name of a module, or
    file : str or None
        path of a file.
    attributes : tuple of str
        Names to follow from the module to the function.
    """

    text: str
    module: str | None
    file: str | None
    attributes: tuple[str, ...]


def parse_target(text: str) -> TargetSpec:
    """Take a target's name apart.

    Raises
    ------
    TargetError
        When it does not have the form of one.
    """
    place, colon, name = text.rpartition(":")
    attributes = tuple(name.split("."))
    if not colon or not place or not all(part.isidentifier() for part in attributes):
        raise TargetError(f"{text!r} does not name a function", remedy=_remedy(text))
    if place.endswith(".py") or "/" in place or "\\" in place:
        return TargetSpec(text, None, place, attributes)
    if not all(part.isidentifier() for part in place.split(".")):
        raise TargetError(f"{place!r} is neither a module nor a file", remedy=_remedy(text))
    return TargetSpec(text, place, None, attributes)


def _remedy(text: str) -> str:
    meant = _meant(text)
    return f"did you mean {meant!r}? {EXAMPLES}" if meant else EXAMPLES


def _meant(text: str) -> str | None:
    """What most likely was meant by a name as a call, an import or pytest writes it."""
    place, *names = (part.strip(" :") for part in text.partition("(")[0].split(":"))
    names = [name for name in names if name]
    if not names and not place.endswith(".py"):
        place, _, name = place.rpartition(".")
        names = [name]
    attributes = ".".join(names).split(".")
    if not place[-1:].isalnum() or not all(part.isidentifier() for part in attributes):
        return None
    is_module = all(part.isidentifier() for part in place.split("."))
    if not is_module and not place.endswith(".py"):
        place += ".py"
    return f"{place}:{'.'.join(attributes)}"
