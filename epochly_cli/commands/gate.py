"""``epochly gate``: fail where a change made something slower, wrong or un-accelerated."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from epochly_cli import options as opt


class Undecided(enum.StrEnum):
    """What a workload counts as that could not be decided."""

    ERROR = "error"
    PASS = "pass"
    FAIL = "fail"


def gate(
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="GITREF",
            help="The commit to compare with (the merge base with the default branch).",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="Compare with what `epochly bench --save-baseline` stored instead.",
            show_default=False,
        ),
    ] = None,
    select: opt.SelectOption = None,
    levels: opt.GateLevelsOption = None,
    max_slowdown: Annotated[
        str | None,
        typer.Option(
            "--max-slowdown",
            metavar="SHARE",
            help="Largest slowdown that passes, as 5% (the file's, else 5%).",
            show_default=False,
        ),
    ] = None,
    min_delta: Annotated[
        str | None,
        typer.Option(
            "--min-delta",
            metavar="TIME",
            help="Differences below this pass, as 50us (the file's, else 50us).",
            show_default=False,
        ),
    ] = None,
    undecided: Annotated[
        Undecided | None,
        typer.Option(
            "--undecided",
            help="What too noisy to decide is: exit code 5, a pass or a failure (error).",
            show_default=False,
        ),
    ] = None,
    budget: opt.BudgetOption = 20.0,
    timeout: opt.TimeoutOption = None,
    memory: opt.MemoryOption = None,
    exact: opt.ExactOption = False,
    allow_effects: opt.EffectsOption = False,
    config: opt.ConfigOption = None,
    history: Annotated[
        str,
        typer.Option("--history", metavar="FILE", help="The file that keeps what every run found."),
    ] = ".epochly/history.jsonl",
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Do not keep what this run finds.")
    ] = False,
    output_format: opt.FormatOption = opt.Format.RICH,
    output: opt.OutputOption = None,
) -> int:
    """Judge the work tree against a commit, or against stored results."""
    from epochly.errors import UsageError
    from epochly_cli.gating import judge, settings_of
    from epochly_cli.output import destination
    from epochly_cli.workloads import of_gate

    if against is not None and baseline is not None:
        raise UsageError(
            "--against and --baseline exclude each other", remedy="leave one of them out"
        )
    given = opt.Given(levels, budget, timeout, memory, exact, allow_effects, seed=None)
    where = destination(output_format, output)
    chosen = of_gate(given, config, select or ())
    settings, chosen = settings_of(
        chosen, max_slowdown, min_delta, None if undecided is None else undecided.value
    )
    kept = None if no_history else history
    return judge(
        chosen, settings, given.options(), where, against=against, baseline=baseline, history=kept
    )
