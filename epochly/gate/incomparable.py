"""Why a reference that cannot run a workload of the head's cannot, and what that means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from epochly.errors import ArgumentsError, EpochlyError, MissingFunctionError
from epochly.gate.versions import BUILD_REMEDY, COMPILED, Trees
from epochly.model import TargetInfo
from epochly.workload import Workload

# Where git keeps what the submodules of a commit are.
MODULES = ".gitmodules"


@dataclass(frozen=True, slots=True)
class Incomparable:
    """What the reference lacks.

    Parameters
    ----------
    outcome : str
        ``new`` where the function itself came with the head.
    message : str
        Goes on after the reference's name.
    remedy : str or None
    """

    outcome: Literal["new", "unusable"]
    message: str
    remedy: str | None = None


def incomparable(
    trees: Trees,
    workload: Workload,
    target: TargetInfo | None,
    reason: str,
    error: EpochlyError | None,
) -> Incomparable:
    """Why the reference does not run what the head runs.

    Parameters
    ----------
    trees : Trees
    workload, target : Workload, TargetInfo or None
        The head's.
    reason : str
        What the reference's failure said.
    error : EpochlyError or None
        The failure, where the function was not even called.
    """
    if isinstance(error, ArgumentsError):
        return Incomparable(
            "unusable",
            f"has a function that takes other arguments: {reason}",
            "give the workload another name, so that it counts as new, or arguments that both "
            "versions take",
        )
    if isinstance(error, MissingFunctionError) or _came_with_the_head(trees, target):
        return Incomparable("new", f"lacks the function ({reason}), so nothing was compared")
    file = _file_only_in_head(trees, workload.directory, reason)
    if file is not None:
        return Incomparable(
            "unusable",
            f"cannot be run: {file} is in the head only",
            f"commit what both need, or make it in `setup`; or {BUILD_REMEDY}",
        )
    missing = reason.partition("No module named ")[2].strip("'\" )").partition("'")[0]
    built = _module_only_in_head(trees, missing) if missing else None
    if built is not None:
        reason += f"; {built}, which git does not track, is in the head only"
    elif missing and os.path.isfile(os.path.join(trees.reference, MODULES)):
        built, reason = MODULES, f"{reason}; its submodules are not checked out"
    other = (
        f"give a commit that works with --against, or add `skip` to {workload.name} in epochly.yaml"
    )
    return Incomparable("unusable", f"cannot be run: {reason}", BUILD_REMEDY if built else other)


def _came_with_the_head(trees: Trees, target: TargetInfo | None) -> bool:
    """Whether the function's file is one of the head's own that the reference lacks."""
    if target is None or target.file is None:
        return False
    inside = Path(os.path.relpath(os.path.realpath(target.file), os.path.realpath(trees.head)))
    within = {inside, *inside.parents} - {Path()}
    return not (
        inside.parts[0] == os.pardir
        or any(Path(one) in within for one in trees.generated)
        # A submodule, which a reference does not check out.
        or any(Path(trees.head, folder, ".git").exists() for folder in within)
        or Path(trees.reference, inside).exists()
    )


def _module_only_in_head(trees: Trees, missing: str) -> str | None:
    """A generated file of the head that would be the module which the reference lacks."""
    path = missing.replace(".", os.sep)
    for entry in trees.generated:
        whole = os.path.join(trees.head, entry)
        files = (
            [os.path.join(entry, name) for name in os.listdir(whole)]
            if os.path.isdir(whole)
            else [entry]
        )
        for file in files:
            folder, name = os.path.split(file)
            if name.endswith(COMPILED) and os.path.join(folder, name.partition(".")[0]).endswith(
                path
            ):
                return file
    return None


def _file_only_in_head(trees: Trees, directory: str, reason: str) -> str | None:
    """The file that the reference did not find, where the head has it; relative to the root."""
    sought = re.search(r"No such file or directory: '([^']+)'", reason)
    if sought is None:
        return None
    path = os.path.relpath(os.path.join(trees.in_reference(directory), sought[1]), trees.reference)
    outside = path.split(os.sep)[0] == os.pardir
    return None if outside or not os.path.exists(os.path.join(trees.head, path)) else path
