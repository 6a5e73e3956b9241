"""Which workloads came, went, or only changed their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# What a workload runs: target, setup and arguments.
Call = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Changes:
    """The workloads of the head beside those of the reference, by name.

    Parameters
    ----------
    new, removed : frozenset of str
    renamed : Mapping[str, str]
        The head's name, and the one that the same call had.
    """

    new: frozenset[str]
    removed: frozenset[str]
    renamed: Mapping[str, str]


def changes(reference: Mapping[str, Call], head: Mapping[str, Call]) -> Changes:
    """What became of the reference's workloads.

    Parameters
    ----------
    reference, head : Mapping[str, Call]
        Names and what each runs.
    """
    came = [name for name in head if name not in reference]
    went = [name for name in reference if name not in head]
    renamed: dict[str, str] = {}
    for name in came:
        former = next(
            (old for old in went if reference[old] == head[name] and old not in renamed.values()),
            None,
        )
        if former is not None:
            renamed[name] = former
    return Changes(
        new=frozenset(came) - renamed.keys(),
        removed=frozenset(went) - frozenset(renamed.values()),
        renamed=renamed,
    )
