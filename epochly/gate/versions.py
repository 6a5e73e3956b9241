"""The two versions of a workload: where each lives, and the proof that each ran its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from epochly.errors import UsageError
from epochly.measure.contender import Contender
from epochly.measure.process import Surroundings
from epochly.measure.scratch import scratch_folder
from epochly.measure.surroundings import surroundings_of
from epochly.target.trees import Origins, Tree, site_of
from epochly.workload import Workload

BUILD_REMEDY = "compare with stored results instead (`epochly gate --baseline FILE`)"
COMPILED = (".so", ".pyd", ".dll", ".dylib")
ORIGINS_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Version:
    """One side of a comparison.

    Parameters
    ----------
    name : str
        ``head``, or what the reference is called.
    workload : Workload
        With the directory that it has in this side's tree.
    surroundings : Surroundings
    tree : Tree
    """

    name: str
    workload: Workload
    surroundings: Surroundings
    tree: Tree


@dataclass(frozen=True, slots=True)
class Trees:
    """The folders of both sides.

    Parameters
    ----------
    reference, head : str
        Roots.
    generated : tuple of str
        Paths of the head, relative to its root, that are not under version control.
    """

    reference: str
    head: str
    generated: tuple[str, ...]

    def in_reference(self, directory: str) -> str:
        """The counterpart of one of the head's folders or files.

        Raises
        ------
        UsageError
            When it lies outside the repository.
        """
        inside = os.path.relpath(os.path.realpath(directory), os.path.realpath(self.head))
        if inside.split(os.sep)[0] == os.pardir:
            raise UsageError(
                f"{directory} is not in the repository",
                where=self.head,
                remedy="keep epochly.yaml in the repository, or compare with --baseline FILE",
            )
        return os.path.join(self.reference, inside)


@contextlib.contextmanager
def both_versions(
    workload: Workload, trees: Trees, reference: str, memory_bytes: int | None
) -> Iterator[tuple[Version, Version]]:
    """The reference's and the head's version, with a service of its own each.

    Parameters
    ----------
    workload : Workload
        As the head defines it; both run with its arguments.
    trees : Trees
    reference : str
        What to call the reference.
    memory_bytes : int or None
        As `epochly.measure.session.Options` has it.
    """
    there = replace(workload, directory=trees.in_reference(workload.directory))
    shared = tuple(p for p in trees.generated if not p.endswith(COMPILED))
    before, now = Tree(trees.reference, trees.head, shared), Tree(trees.head, trees.reference)
    with (
        scratch_folder("site-") as first,
        scratch_folder("site-") as second,
        surroundings_of(there, memory_bytes, site_of(before, first)) as theirs,
        surroundings_of(workload, memory_bytes, site_of(now, second)) as ours,
    ):
        theirs = replace(theirs, chance=ours.chance)
        yield Version(reference, there, theirs, before), Version("head", workload, ours, now)


def prove(
    trees: Trees, reference: Version, theirs: Contender, head: Version, ours: Contender
) -> tuple[str, ...]:
    """Check that the workers of both sides run their own side's code.

    Parameters
    ----------
    trees : Trees
    reference, head : Version
    theirs, ours : Contender
        With their workers, after a call.

    Returns
    -------
    tuple of str
        Generated files that both sides share, relative to the root.

    Raises
    ------
    UsageError
        When one runs code of the other side or a copy installed elsewhere, or when a file that is
        not under version control makes the head differ.
    """
    found = _origins(reference, theirs), _origins(head, ours)
    if found[0] is None or found[1] is None:
        return ()
    compiled = [
        path
        for path in (os.path.relpath(file, trees.head) for file in found[1].own)
        if path.endswith(COMPILED) and not os.path.exists(os.path.join(trees.reference, path))
    ]
    if compiled:
        raise UsageError(
            f"only the head has {', '.join(compiled)}, which git does not track, so the reference "
            "would not run as it did",
            where=trees.head,
            remedy=BUILD_REMEDY,
        )
    return tuple(os.path.relpath(path, trees.head) for path in found[0].shared)


def _origins(version: Version, contender: Contender) -> Origins | None:
    answer = contender.ask("origins", ORIGINS_TIMEOUT_S)
    if answer is None:
        return None
    found = Origins(tuple(answer["own"]), tuple(answer["shared"]), tuple(answer["foreign"]))
    if found.foreign:
        raise UsageError(
            f"{version.name} ran code of the other version: {', '.join(found.foreign[:3])}",
            where=version.tree.root,
            remedy="import it relative to the project's folder, not by an absolute path",
        )
    file = answer["file"]
    if file is not None and not _within(file, version.tree.root):
        raise UsageError(
            f"{version.name} did not run its own version: the function was imported from {file}",
            where=version.tree.root,
            remedy="install the project in editable form (`pip install -e .`), or not at all",
        )
    return found


def _within(file: str, root: str) -> bool:
    return os.path.realpath(file).startswith(os.path.realpath(root) + os.sep)
