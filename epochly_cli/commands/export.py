"""``epochly export``: results in a format that dashboards read."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer

from epochly_cli import options as opt


class Target(enum.StrEnum):
    """The formats that results are exported to."""

    BMF = "bmf"
    PYTEST_BENCHMARK = "pytest-benchmark"


def export(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="JSON that `bench`, `analyze` or `gate` wrote with --output."
        ),
    ],
    to: Annotated[
        Target, typer.Option("--to", help="bmf: Bencher Metric Format; or pytest-benchmark's JSON.")
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="FILE", help="Write to FILE (.json), not to standard output."
        ),
    ] = None,
) -> int:
    """Convert results to a format that dashboards read."""
    from epochly.exports.bmf import bmf
    from epochly.exports.measurements import measurements
    from epochly.exports.pytest_benchmark import pytest_benchmark
    from epochly_cli.output import destination, write_file
    from epochly_cli.render.json import json_text

    where = destination(opt.Format.JSON, output, endings=(".json",))
    found = measurements(_read(file), file)
    text = json_text((bmf if to is Target.BMF else pytest_benchmark)(found))
    if output is None:
        where.write(text)
    else:
        write_file(output, text)
    return 0


def _read(file: str) -> Any:
    import json

    from epochly.errors import UsageError

    remedy = "give a file that --output FILE.json wrote"
    try:
        with open(file, encoding="utf-8") as stream:
            return json.load(stream)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", remedy=remedy) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}", remedy=remedy) from error
