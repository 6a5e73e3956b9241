"""``epochly gate``: fail where a change made something slower, wrong or un-accelerated."""

from __future__ import annotations

from typing import Annotated

import typer

from epochly_cli import options as opt


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
    budget: opt.BudgetOption = 20.0,
    timeout: opt.TimeoutOption = None,
    memory: opt.MemoryOption = None,
    config: opt.ConfigOption = None,
) -> int:
    """Judge the work tree against a commit or against stored results."""
    import sys

    from epochly.gate.model import Settings
    from epochly.gate.session import Chosen, gate_against
    from epochly.report import gate_document
    from epochly.target.config import load_config
    from epochly_cli.render.json import json_text

    given = opt.Given(None, budget, timeout, memory, False, False, None)
    path = config or "epochly.yaml"
    w = load_config(path)
    report = gate_against(
        Chosen(w, w, path), Settings(max_slowdown=0.02, min_delta_s=0), given.options(), against
    )
    sys.stdout.write(json_text(gate_document(report)))
    return report.exit_code
