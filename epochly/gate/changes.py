"""Which workloads appeared, went or changed their names between two versions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of workloads, in the order of their version.

    Parameters
    ----------
    common : tuple of str
        In both, whatever they call.
    new, removed : tuple of str
        In the head alone, and in the reference alone.
    renamed : Mapping[str, str]
        For a name in the head alone, the name that the same call had in the reference.
    """

    common: tuple[str, ...]
    new: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: Mapping[str, str]


def changes(reference: Mapping[str, Hashable], head: Mapping[str, Hashable]) -> Changes:
    """Compare two sets of workloads.

    Parameters
    ----------
    reference, head : Mapping[str, Hashable]
        For each name what it calls: target, arguments and setup. Of several names for one call,
        the first that went is paired with the first that appeared.

    Returns
    -------
    Changes
    """
    gone = [name for name in reference if name not in head]
    new, renamed = [], {}
    for name, call in head.items():
        if name in reference:
            continue
        former = next((old for old in gone if reference[old] == call), None)
        if former is None:
            new.append(name)
        else:
            gone.remove(former)
            renamed[name] = former
    common = tuple(name for name in head if name in reference)
    return Changes(common, tuple(new), tuple(gone), renamed)
