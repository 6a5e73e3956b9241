"""``epochly bench``: every level of one function or of many workloads, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from epochly_cli import options as opt


def bench(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]",
            help="pkg.mod:func or path/to/file.py:func; without it, the workloads of epochly.yaml.",
            show_default=False,
        ),
    ] = None,
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
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="NAME", help="Only this workload; may be repeated."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 if a level returned something different.")
    ] = False,
    bundled: Annotated[
        bool, typer.Option("--bundled", help="Run the bundled example workloads.")
    ] = False,
    against_itself: opt.AgainstItselfOption = False,
) -> int:
    """Measure every level of a function or of workloads."""
    from epochly_cli.measuring import measure_all
    from epochly_cli.output import destination
    from epochly_cli.workloads import bundled_config, of_config, of_target

    given = opt.Given(
        levels, budget, timeout, memory, exact, allow_effects, seed, args, setup, reset,
        against_itself,
    )  # fmt: skip
    _check(target, config, select, bundled)
    where = destination(output_format, output)
    options = given.options()
    if target is not None:
        workload = of_target(target, given, config)
        return measure_all([workload], options, where, single=True, strict=strict)
    workloads = of_config(given, bundled_config() if bundled else config, select or ())
    return measure_all(workloads, options, where, single=False, strict=strict)


def _check(target: str | None, config: str | None, select: list[str] | None, bundled: bool) -> None:
    from epochly.errors import UsageError

    if target is not None and (select or bundled):
        raise UsageError(
            f"{'--bundled' if bundled else '--select'} and a TARGET exclude each other",
            remedy="leave one of them out",
        )
    if bundled and config is not None:
        raise UsageError(
            "--bundled and --config exclude each other", remedy="leave one of them out"
        )
