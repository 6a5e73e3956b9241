"""``epochly analyze``: everything about one function."""

from __future__ import annotations

from typing import Annotated

import typer

from epochly_cli import options as opt


def analyze(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="pkg.mod:func, pkg.mod:Class.method or path/to/file.py:func."
        ),
    ],
    args: opt.ArgsOption = None,
    setup: opt.SetupOption = None,
    levels: opt.LevelsOption = None,
    output_format: opt.FormatOption = opt.Format.RICH,
    output: opt.OutputOption = None,
    budget: opt.BudgetOption = 20.0,
    timeout: opt.TimeoutOption = None,
    memory: opt.MemoryOption = None,
    exact: opt.ExactOption = False,
    allow_effects: opt.EffectsOption = False,
    seed: opt.SeedOption = None,
    reset: opt.ResetOption = None,
    config: opt.ConfigOption = None,
    save: Annotated[
        bool,
        typer.Option("--save", help="Keep the recommendation for functions under @optimize()."),
    ] = False,
) -> int:
    """Run one function at every level, and recommend. Without arguments, only read it."""
    from epochly_cli.measuring import measure_all
    from epochly_cli.output import destination
    from epochly_cli.saving import save_decisions
    from epochly_cli.workloads import of_target

    given = opt.Given(
        levels, budget, timeout, memory, exact, allow_effects, seed, args, setup, reset
    )
    where = destination(output_format, output)
    options = given.options()
    workload = of_target(target, given, config)
    return measure_all(
        [workload],
        options,
        where,
        single=True,
        detail=True,
        reading=True,
        save=save_decisions if save else None,
    )
