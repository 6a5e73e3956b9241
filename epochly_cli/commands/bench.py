"""``epochly bench``: every level of one function or of many workloads, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from epochly_cli import options as opt

if TYPE_CHECKING:
    from epochly.workload import Workload


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
    select: opt.SelectOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 if a level returned something different.")
    ] = False,
    bundled: Annotated[
        bool, typer.Option("--bundled", help="Run the bundled example workloads.")
    ] = False,
    guide: Annotated[
        bool, typer.Option("--guide", help="Run a workload for every case of the guide.")
    ] = False,
    save_baseline: opt.SaveBaselineOption = None,
    history: opt.HistoryOption = None,
    against_itself: opt.AgainstItselfOption = False,
) -> int:
    """Measure every level of a function or of workloads."""
    from epochly.errors import UsageError
    from epochly_cli.measuring import measure_all
    from epochly_cli.output import destination
    from epochly_cli.saving import baseline_saver
    from epochly_cli.workloads import bundled_config, of_config, of_target

    if target is not None and select:
        raise UsageError("--select and a TARGET exclude each other", remedy=_REMEDY)
    given = opt.Given(
        levels, budget, timeout, memory, exact, allow_effects, seed, args, setup, reset,
        against_itself,
    )  # fmt: skip
    if bundled or guide:
        _check_ours("--bundled" if bundled else "--guide", target, config, bundled and guide)
        config = bundled_config("guide" if guide else "")
    where = destination(output_format, output)
    options = replace(given.options(), yardstick=save_baseline is not None)
    if target is not None:
        workloads: tuple[Workload, ...] = (of_target(target, given, config),)
    else:
        flags = {"--strict": strict, "--save-baseline": save_baseline, "--history": history}
        judging = next((flag for flag, value in flags.items() if value), None)
        workloads = of_config(given, config, select or (), needed_by=judging)
    saver = None
    if save_baseline is not None:
        partly = target is not None or bool(select)
        saver = baseline_saver(save_baseline, workloads, partly=partly)
    single = target is not None
    return measure_all(
        workloads, options, where, single=single, strict=strict, save=saver, history=history
    )


def _check_ours(flag: str, target: str | None, config: str | None, both: bool) -> None:
    from epochly.errors import UsageError

    others = {"a TARGET": target is not None, "--config": config is not None, "--guide": both}
    for other, is_given in others.items():
        if is_given:
            raise UsageError(f"{flag} and {other} exclude each other", remedy=_REMEDY)


_REMEDY = "leave one of them out"
