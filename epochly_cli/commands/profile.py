"""``epochly profile``: where the time of one function goes, without running any level."""

from __future__ import annotations

from typing import Annotated

import typer

from epochly_cli import options as opt


def profile(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="pkg.mod:func, pkg.mod:Class.method or path/to/file.py:func."
        ),
    ],
    args: opt.ArgsOption = None,
    setup: opt.SetupOption = None,
    output_format: opt.FormatOption = opt.Format.RICH,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write to FILE too: .json, .md, .svg (flamegraph), .speedscope.json, .collapsed.",
        ),
    ] = None,
    budget: Annotated[
        float,
        typer.Option("--budget", metavar="SECONDS", help="Seconds to repeat a short function."),
    ] = 3.0,
    timeout: opt.TimeoutOption = None,
    memory: opt.MemoryOption = None,
    allow_effects: opt.EffectsOption = False,
    seed: opt.SeedOption = None,
    reset: opt.ResetOption = None,
    config: opt.ConfigOption = None,
) -> int:
    """Show where one function's time goes. Tells waiting, Python and native code apart by line."""
    from epochly.measure import session
    from epochly_cli.output import PROFILE_ENDINGS, destination
    from epochly_cli.render.progress import progress_bar
    from epochly_cli.workloads import of_target

    given = opt.Given(None, budget, timeout, memory, False, allow_effects, seed, args, setup, reset)
    where = destination(output_format, output, endings=PROFILE_ENDINGS)
    options = given.options()
    workload = of_target(target, given, config)
    with progress_bar(workload.name or workload.target) as show:
        found = session.profile(workload, options, show, keep=where.recording())
    where.write_profile(found)
    return 0
