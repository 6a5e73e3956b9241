"""Running the gate and writing what it found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from epochly_cli.output import Destination
from epochly_cli.render.progress import progress_bar
from epochly_cli.stderr import tell

if TYPE_CHECKING:
    from epochly.gate.model import Settings
    from epochly.gate.session import Chosen
    from epochly.measure.session import Options, Progress
    from epochly.workload import Workload


def settings_of(
    chosen: Chosen,
    max_slowdown: str | None,
    min_delta: str | None,
    undecided: Literal["error", "pass", "fail"] | None,
) -> tuple[Settings, Chosen]:
    """The settings of the file, and what the command line puts in their place.

    Raises
    ------
    UsageError
        When the file or an option cannot be read.
    """
    from epochly.quantities import parse_duration, parse_share
    from epochly.target.config import load_gate_settings

    settings = load_gate_settings(chosen.config)
    workloads = chosen.workloads
    if max_slowdown is not None:
        with _named("--max-slowdown", max_slowdown):
            settings = replace(settings, max_slowdown=parse_share(max_slowdown))
        workloads = tuple(
            replace(w, limits=replace(w.limits, max_slowdown=None)) for w in workloads
        )
    if min_delta is not None:
        with _named("--min-delta", min_delta):
            settings = replace(settings, min_delta_s=parse_duration(min_delta))
        workloads = tuple(replace(w, limits=replace(w.limits, min_delta_s=None)) for w in workloads)
    if undecided is not None:
        settings = replace(settings, undecided=undecided)
    return settings, replace(chosen, workloads=workloads)


@contextlib.contextmanager
def _named(option: str, text: str) -> Iterator[None]:
    """Say of a mistake in an option's text which option it is."""
    from epochly.errors import UsageError

    try:
        yield
    except UsageError as error:
        raise UsageError(error.what, where=f"{option} {text}", remedy=error.remedy) from None


def judge(
    chosen: Chosen,
    settings: Settings,
    options: Options,
    destination: Destination,
    *,
    against: str | None,
    baseline: str | None,
    history: str | None,
) -> int:
    """Run the gate, write its report, and keep it in the history.

    Parameters
    ----------
    history : str or None
        The file to add to; None keeps nothing.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    EpochlyError
        When the reference cannot be had or the history cannot be written, or when the run was
        interrupted; what was found is written.
    """
    from epochly.errors import EpochlyError
    from epochly.gate.entries import entry_of_gate
    from epochly.gate.history import check_place
    from epochly.gate.session import InterruptedGateError, gate_against, gate_baseline
    from epochly_cli.gate_output import publish, write_gate
    from epochly_cli.history_output import keep

    if history is not None:
        check_place(Path(history))
    names = [w.name for w in chosen.workloads]
    with progress_bar("gate") as show:

        def say(workload: Workload, progress: Progress) -> None:
            place = names.index(workload.name)
            fraction = (place + progress.fraction) / len(names)
            show(replace(progress, stage=f"{workload.name}: {progress.stage}", fraction=fraction))

        try:
            if baseline is not None:
                report = gate_baseline(chosen, settings, options, baseline, say)
            else:
                report = gate_against(chosen, settings, options, against, say)
            interruption = None
        except InterruptedGateError as error:
            report, interruption = error.report, error
    write_gate(report, destination)
    publish(report)
    if history is not None:
        try:
            keep(entry_of_gate(report), history)
        except EpochlyError as error:
            # What was found counts for more than that it could not be kept.
            if report.exit_code == 0:
                raise
            tell(error)
    if interruption is not None:
        raise interruption
    return report.exit_code
