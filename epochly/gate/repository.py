"""The git repository around a project: its commits, and a second tree of one of them."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from epochly.errors import UsageError
from epochly.gate.model import Side
from epochly.measure.scratch import scratch_folder

DEFAULT_BRANCHES = ("main", "master")
# Where a CI server says which branch a change is to go to.
TARGET_VARIABLES = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
_SET_FOR_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
_WITHOUT_GIT = "or compare with stored results, as in `epochly gate --baseline FILE`"
_DEEPER = (
    "fetch the history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab, "
    "`git fetch --unshallow` by hand; or give a fetched commit with --against"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A commit to compare with.

    Parameters
    ----------
    name : str
        How it came to be chosen, as ``v1.2`` or ``merge base with origin/main``.
    commit : str
        Full hash.
    """

    name: str
    commit: str


class Repository:
    """A work tree of git.

    Parameters
    ----------
    directory : str
        Any folder within it.

    Raises
    ------
    UsageError
        Without git, outside a repository, and in a bare one.
    """

    def __init__(self, directory: str) -> None:
        self.root = directory
        if self._said("rev-parse", "--is-bare-repository") == "true":
            raise UsageError(
                "this is a bare repository, which has no files to measure",
                where=directory,
                remedy=f"run it in a clone with a work tree, {_WITHOUT_GIT}",
            )
        self.root = self._said("rev-parse", "--show-toplevel")

    def head(self) -> Side:
        """The work tree as it is, changes that are not committed included."""
        done = self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if done.returncode:
            raise UsageError(
                "the repository has no commit yet, so there is nothing to compare with",
                where=self.root,
                remedy=f"commit first, {_WITHOUT_GIT}",
            )
        # What the gate itself keeps there is no change of the project's.
        kept = ":(top,exclude,glob)**/.epochly/**"
        changed = self._said("status", "--porcelain", "--", ":/", kept)
        return Side("head", done.stdout.strip(), dirty=bool(changed))

    def reference(self, name: str | None) -> Reference:
        """The commit of a name; of None, the merge base with the default branch.

        Raises
        ------
        UsageError
            No such commit, or too shallow a clone to know it.
        """
        head = self.head()
        if name is not None:
            return Reference(name, self._commit(name))
        branch = self._default_branch()
        done = self._git("merge-base", "HEAD", branch)
        shallow = self._shallow()
        # Where history was cut off, a head without changes seems to be its own base.
        cut_off = shallow and not head.dirty and done.stdout.strip() == head.commit
        if done.returncode or cut_off:
            raise UsageError(
                f"there is no merge base with {branch}"
                + (", since the clone is shallow" if shallow else ""),
                where=self.root,
                remedy=_DEEPER if shallow else "give a commit, as in --against HEAD~1",
            )
        return Reference(f"merge base with {branch}", done.stdout.strip())

    def generated(self) -> tuple[str, ...]:
        """Files and folders that git ignores, relative to the root."""
        listed = self._said(
            "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"
        )
        return tuple(entry.rstrip("/") for entry in listed.split("\0") if entry)

    @contextlib.contextmanager
    def checkout(self, reference: Reference) -> Iterator[str]:
        """A second tree with a commit's files, removed afterwards.

        Raises
        ------
        UsageError
            When git cannot write it.
        """
        with scratch_folder("reference-") as folder:
            tree = os.path.join(os.path.realpath(folder), "tree")
            try:
                # A hook of the project's may do anything, installing included.
                done = self._git(
                    *("-c", f"core.hooksPath={os.devnull}"),
                    *("worktree", "add", "--quiet", "--detach", tree, reference.commit),
                )
                if done.returncode:
                    raise UsageError(
                        f"{reference.name} cannot be checked out: {_last(done.stderr)}",
                        where=tree,
                        remedy="make room there, or set TMPDIR to a folder with more",
                    )
                yield tree
            finally:
                self._git("worktree", "remove", "--force", "--force", tree)
                shutil.rmtree(folder, ignore_errors=True)
                self._forget(tree)

    def _forget(self, tree: str) -> None:
        """Drop what git still knows of a tree that it could not remove.

        Pruning would also forget trees of the user's that are only away for now, as on a disk that
        is not plugged in.
        """
        common = Path(self.root, self._git("rev-parse", "--git-common-dir").stdout.strip())
        for known in common.glob("worktrees/*/gitdir"):
            if known.read_text(errors="surrogateescape").strip() == os.path.join(tree, ".git"):
                shutil.rmtree(known.parent, ignore_errors=True)

    def _default_branch(self) -> str:
        wanted = [f"origin/{os.environ[v]}" for v in TARGET_VARIABLES if os.environ.get(v)]
        done = self._git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
        wanted += [done.stdout.strip()] if done.returncode == 0 else []
        wanted += [f"origin/{name}" for name in DEFAULT_BRANCHES] + list(DEFAULT_BRANCHES)
        for name in wanted:
            if self._known(name):
                return name
        shallow = self._shallow()
        raise UsageError(
            "the default branch is not known here" + (", in a shallow clone" if shallow else ""),
            where=self.root,
            remedy=_DEEPER if shallow else "name a commit, as in --against HEAD~1",
        )

    def _commit(self, name: str) -> str:
        done = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
        if done.returncode == 0:
            return done.stdout.strip()
        if self._shallow():
            raise UsageError(
                f"this shallow clone does not have {name!r}", where=self.root, remedy=_DEEPER
            )
        names = self._said("for-each-ref", "--format=%(refname:short)").split()
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(
            f"there is no commit {name!r}",
            where=self.root,
            remedy=f"{hint}`git branch --all` and `git tag` list the names; `git fetch` gets more",
        )

    def _known(self, name: str) -> bool:
        return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode == 0

    def _shallow(self) -> bool:
        return self._said("rev-parse", "--is-shallow-repository") == "true"

    def _said(self, *arguments: str) -> str:
        done = self._git(*arguments)
        if done.returncode == 0:
            return done.stdout.strip()
        if "not a git repository" in done.stderr:
            raise UsageError(
                "this is not in a git repository",
                where=self.root,
                remedy=f"run it in a clone, {_WITHOUT_GIT}",
            )
        safe = "dubious ownership" in done.stderr
        raise UsageError(
            f"git {arguments[0]} failed: {_last(done.stderr)}",
            where=self.root,
            remedy=(
                f"git config --global --add safe.directory {self.root}"
                if safe
                else f"make `git {' '.join(arguments)}` work there, {_WITHOUT_GIT}"
            ),
        )

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self.root,
                capture_output=True,
                text=True,
                errors="surrogateescape",
                check=False,
                env=_environment(),
            )
        except FileNotFoundError as error:
            if not Path(self.root).is_dir():
                raise
            raise UsageError(
                "git is not installed", remedy=f"install git, {_WITHOUT_GIT}"
            ) from error


def _environment() -> dict[str, str]:
    """Ours, without what git sets for its hooks, which would stand for another repository."""
    kept = {key: value for key, value in os.environ.items() if key not in _SET_FOR_HOOKS}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
