"""``epochly init``: a commented ``epochly.yaml`` to fill in."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from epochly_cli import options as opt


def init(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="pkg.mod:func, pkg.mod:Class.method or path/to/file.py:func."
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    output_format: opt.FormatOption = opt.Format.RICH,
    output: opt.TableOutputOption = None,
) -> int:
    """Write a commented epochly.yaml for a function."""
    from epochly.errors import UsageError
    from epochly.measure.session import look
    from epochly.target.config import FILE_NAME
    from epochly.workload import Workload
    from epochly_cli.output import TABLE_ENDINGS, destination, write_file
    from epochly_cli.starter import starter_config
    from epochly_cli.workloads import current_directory

    where = destination(output_format, output, endings=TABLE_ENDINGS)
    if os.path.lexists(FILE_NAME) and not force:
        raise UsageError(
            f"{FILE_NAME} is there already and stays as it is",
            where=os.path.abspath(FILE_NAME),
            remedy="add a workload to it by hand, or replace it with --force",
        )
    found = look(Workload(target=target, directory=current_directory()))
    write_file(FILE_NAME, starter_config(found))
    first = "" if found.inputs else "look at `args`, then "
    document = {
        "schema": "epochly.init/1",
        "file": os.path.abspath(FILE_NAME),
        "target": target,
        "complete": bool(found.inputs),
    }
    where.write_line(f"wrote {FILE_NAME}: {first}run `epochly bench`", document)
    return 0
