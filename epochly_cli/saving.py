"""What is kept of a run beyond its reports: decisions, and baselines for the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from epochly_cli.output import check_place
from epochly_cli.stderr import note

if TYPE_CHECKING:
    from epochly.gate.baseline import Baseline
    from epochly.gate.model import Side
    from epochly.model import Report
    from epochly.workload import Workload

Measured = Sequence[tuple["Workload", "Report"]]


def save_decisions(measured: Measured) -> None:
    """Keep what is recommended as the decision of functions that choose for themselves.

    Raises
    ------
    UsageError
        When the file cannot be written; a warning has said why.
    """
    from epochly.errors import UsageError
    from epochly.runtime.decision import decision_of
    from epochly.runtime.decisions import decision_file, decision_path

    file = decision_file(decision_path())
    saved = [file.put(decision_of(report)) for _, report in measured]
    if not all(saved):
        raise UsageError(
            f"the decision was not saved to {file.path}",
            remedy="mend the file, or see that it can be written, and run this again",
        )
    note(f"saved to {file.path}")


@dataclass(frozen=True, slots=True)
class BaselineSaver:
    """Keeps what was measured as the baseline of later runs.

    Parameters
    ----------
    path : str
    workloads : tuple of Workload
        Those of this run.
    old : Baseline or None
        What the file keeps already; None to begin anew.
    """

    path: str
    workloads: tuple[Workload, ...]
    old: Baseline | None

    def __call__(self, measured: Measured) -> None:
        """Write the file, and say what is in it that this run did not measure.

        Raises
        ------
        UsageError
            When it cannot be written; the old file stays whole.
        """
        from epochly.gate.baseline import Baseline, baseline_entry
        from epochly.gate.baseline_file import save_baseline

        if not measured:
            note(f"{self.path} is as it was, since nothing was measured")
            return
        fresh = [
            baseline_entry(workload, report, _head(workload.directory))
            for workload, report in measured
        ]
        baseline = (self.old or Baseline(())).with_entries(fresh)
        save_baseline(self.path, baseline)
        note(f"{len(fresh)} workload(s) saved to {self.path}")
        names = {entry.name for entry in fresh}
        kept = [entry.name for entry in baseline.entries if entry.name not in names]
        if kept:
            note(f"{self.path} keeps from before, not measured now: {', '.join(kept)}")
        asked = {workload.name or workload.target for workload in self.workloads}
        missing = sorted(asked - names - set(kept))
        if missing:
            note(f"not in {self.path}, since they could not be measured: {', '.join(missing)}")


def baseline_saver(path: str, workloads: Sequence[Workload], *, partly: bool) -> BaselineSaver:
    """Check before anything runs that a baseline can be saved.

    Parameters
    ----------
    path : str
    workloads : sequence of Workload
        Those of this run.
    partly : bool
        They are a selection, and the file keeps what it has of the others.

    Raises
    ------
    UsageError
        When nothing can be written there, another file is there, or the file that is to keep
        something is broken.
    """
    import os

    from epochly.gate.baseline_file import check_replaceable, load_baseline

    check_place("--save-baseline", path)
    check_replaceable(path)
    old = load_baseline(path) if partly and os.path.exists(path) else None
    return BaselineSaver(path, tuple(workloads), old)


def _head(directory: str) -> Side:
    """The commit of a directory, where git knows one."""
    from epochly.errors import UsageError
    from epochly.gate.model import Side
    from epochly.gate.repository import Repository

    try:
        return Repository(directory).head()
    except UsageError:
        return Side("head")
