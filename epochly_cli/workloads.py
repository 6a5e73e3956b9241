"""Which workloads a command is about: a target, the directory's own, or the bundled ones."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from epochly_cli.stderr import note

if TYPE_CHECKING:
    from epochly.gate.session import Chosen
    from epochly.workload import Workload
    from epochly_cli.options import Given


def of_target(target: str, given: Given, config: str | None) -> Workload:
    """The workload of one target.

    Without ``--args`` and ``--setup``, a workload of the configuration file that has this very
    target gives the inputs.

    Raises
    ------
    UsageError
        When the configuration cannot be read, or has several workloads of this target.
    """
    from epochly.errors import UsageError
    from epochly.target.config import FILE_NAME, load_config
    from epochly.workload import Workload

    path = config or FILE_NAME
    complete = given.args is not None or given.setup is not None
    if config is not None and complete:
        raise UsageError(
            "--config and inputs on the command line exclude each other",
            remedy="leave out --config, or --args and --setup",
        )
    if not complete and (config is not None or os.path.lexists(path)):
        found = [workload for workload in load_config(path) if workload.target == target]
        if len(found) > 1:
            names = [str(workload.name) for workload in found]
            raise UsageError(
                f"several workloads have the target {target}: {', '.join(names)}",
                where=path,
                remedy=f"choose one, as in `epochly bench --select {names[0]}`",
            )
        if found:
            note(f"the inputs are those of the workload {found[0].name!r} in {path}")
            return _adjusted(found[0], given)
    plain = Workload(
        target=target, directory=current_directory(), args=given.args, setup=given.setup
    )
    return _adjusted(plain, given)


def current_directory() -> str:
    """The current directory.

    Raises
    ------
    UsageError
        When it was removed.
    """
    from epochly.errors import UsageError

    try:
        return os.getcwd()
    except OSError as error:
        raise UsageError(
            f"the current directory cannot be used: {error.strerror}",
            remedy="change to one that exists",
        ) from error


def of_config(
    given: Given, config: str | None, select: Sequence[str], needed_by: str | None = None
) -> tuple[Workload, ...]:
    """The workloads of the configuration file; the bundled ones where there is none.

    Parameters
    ----------
    needed_by : str or None
        The flag that means the user's own code, so that bundled workloads will not do.

    Raises
    ------
    UsageError
        When the file cannot be read, is needed and missing, or has no workload of a selected name
        or tag.
    """
    from epochly.errors import UsageError
    from epochly.target.config import FILE_NAME, load_config

    for flag, value in (("--args", given.args), ("--setup", given.setup)):
        if value is not None:
            raise UsageError(
                f"{flag} needs a TARGET", remedy=f"`epochly bench pkg.mod:func {flag} ...`"
            )
    if config is None and not os.path.lexists(FILE_NAME):
        if needed_by is not None:
            raise UsageError(
                f"{needed_by} needs workloads of your own, and there is no {FILE_NAME} here",
                remedy="`epochly init pkg.mod:func` writes one; --config names another, and "
                "--bundled means the bundled examples",
            )
        note(
            f"THERE IS NO {FILE_NAME} HERE: running the bundled examples, not your code; "
            "`epochly init pkg.mod:func` writes one"
        )
        config = bundled_config()
    path = config or FILE_NAME
    return tuple(_adjusted(one, given) for one in _selected(load_config(path), select, path))


def of_gate(given: Given, config: str | None, select: Sequence[str]) -> Chosen:
    """The workloads that the gate judges, and all that their file defines.

    Raises
    ------
    UsageError
        When there is no such file, or it has no workload of a selected name.
    """
    from epochly.gate.session import Chosen
    from epochly.target.config import FILE_NAME, load_config

    path = config or FILE_NAME
    known = tuple(_adjusted(workload, given) for workload in load_config(path))
    return Chosen(tuple(_selected(known, select, path)), known, path)


def _selected(
    workloads: Sequence[Workload], select: Sequence[str], path: str
) -> Sequence[Workload]:
    for word in select:
        _check_selects(word, workloads, path)
    return [one for one in workloads if not select or _words(one).intersection(select)]


def _words(workload: Workload) -> set[str]:
    """What selects a workload: its name and its tags."""
    return {str(workload.name), *workload.tags}


def _check_selects(word: str, workloads: Sequence[Workload], path: str) -> None:
    from epochly.errors import UsageError

    names = [str(workload.name) for workload in workloads]
    tags = sorted({tag for workload in workloads for tag in workload.tags})
    if word in names or word in tags:
        return
    near = difflib.get_close_matches(word, [*names, *tags], n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    tagged = f"; tags are {', '.join(tags)}" if tags else ""
    raise UsageError(
        f"there is no workload named or tagged {word!r}",
        where=path,
        remedy=f"{hint}the names are {', '.join(names)}{tagged}",
    )


def bundled_config(folder: str = "") -> str:
    """The ``epochly.yaml`` of the bundled examples, found without importing them.

    Parameters
    ----------
    folder : str
        Where it stands within them; ``guide`` holds the workloads of the level selection guide.

    Raises
    ------
    UsageError
        When they are not installed.
    """
    from importlib.util import find_spec

    from epochly.errors import UsageError
    from epochly.target.config import FILE_NAME

    spec = find_spec("epochly_fixtures")
    for root in (spec.submodule_search_locations if spec else None) or ():
        path = os.path.join(root, folder, FILE_NAME)
        if os.path.isfile(path):
            return path
    raise UsageError(
        "the bundled workloads are not installed",
        remedy="pip install --force-reinstall epochly-cli",
    )


def _adjusted(workload: Workload, given: Given) -> Workload:
    """What is given on the command line counts for more than the file."""
    levels = given.chosen_levels()
    return replace(
        workload,
        levels=workload.levels if levels is None else levels,
        seed=workload.seed if given.seed is None else given.seed,
        timeout_s=workload.timeout_s if given.timeout is None else given.timeout,
        reset=workload.reset if given.reset is None else given.reset,
        tolerance=replace(workload.tolerance, exact=workload.tolerance.exact or given.exact),
    )
