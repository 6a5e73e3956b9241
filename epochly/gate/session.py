"""One run of the gate: every workload against a commit, and the report."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from epochly.errors import ConfigError, EpochlyError
from epochly.gate.against import Conditions, against
from epochly.gate.alone import alone
from epochly.gate.changes import Changes, changes
from epochly.gate.model import GateReport, Settings, Side
from epochly.gate.outcome import Found, exit_code, results
from epochly.gate.repository import Repository
from epochly.gate.versions import Trees
from epochly.measure.machine import this_machine
from epochly.measure.session import Options, Progress
from epochly.measure.summary import now
from epochly.measure.surroundings import terminable
from epochly.target.config import load_config
from epochly.workload import Workload

Say = Callable[[Workload, Progress], None]


class InterruptedGateError(EpochlyError):
    """The run was interrupted; ``report`` holds the workloads finished until then."""

    exit_code = 130

    def __init__(self, report: GateReport) -> None:
        super().__init__("interrupted", remedy="run it again to judge the rest")
        self.report = report


@dataclass(frozen=True, slots=True)
class Chosen:
    """The workloads of a run.

    Parameters
    ----------
    workloads : tuple of Workload
        Those to judge, as the head defines them.
    known : tuple of Workload
        All that the head defines.
    config : str
        The file that defines them.
    """

    workloads: tuple[Workload, ...]
    known: tuple[Workload, ...]
    config: str


def gate_against(
    chosen: Chosen,
    settings: Settings,
    options: Options,
    reference: str | None,
    say: Say = lambda *_: None,
) -> GateReport:
    """Compare the work tree with a commit, workload by workload.

    Parameters
    ----------
    chosen : Chosen
    settings : Settings
    options : Options
        ``budget_s`` is for each workload, starting its processes included.
    reference : str or None
        A name that git knows; None is the merge base with the default branch.
    say : callable
        Called with a workload and its `Progress`.

    Returns
    -------
    GateReport

    Raises
    ------
    UsageError
        When there is no such commit, or no repository.
    InterruptedGateError
        On Ctrl-C or SIGTERM; it carries what was found until then.
    """
    with terminable():
        repository = Repository(os.path.dirname(os.path.abspath(chosen.config)))
        commit = repository.reference(reference)
        run = _Run(chosen, settings, options, say)
        run.reference, run.head = Side(commit.name, commit.commit), repository.head()
        if commit.commit == run.head.commit and not run.head.dirty:
            run.notes.append(
                f"the head is {commit.name} itself, without a change, so both sides are the same "
                "code; an older commit is given as in --against HEAD~1"
            )
        try:
            with repository.checkout(commit) as tree:
                run.judge(Trees(tree, repository.root, repository.generated()))
        except KeyboardInterrupt:
            raise InterruptedGateError(run.report(interrupted=True)) from None
    return run.report()


class _Run:
    """What a run of the gate against a commit has found until now."""

    def __init__(self, chosen: Chosen, settings: Settings, options: Options, say: Say) -> None:
        self._chosen, self._settings, self._options, self._say = chosen, settings, options, say
        self.reference, self.head = Side("reference"), Side("head")
        self.notes: list[str] = []
        self._found: list[Found] = []

    def judge(self, trees: Trees) -> None:
        """Judge every workload in turn."""
        before = self._workloads_before(trees)
        changed = changes(_calls(before), _calls(self._chosen.known))
        common = [w for w in self._chosen.workloads if w.name not in changed.new]
        conditions = Conditions(
            trees, self.reference.name, self._settings, self._options, max(1, len(common))
        )
        for workload in self._chosen.workloads:
            if workload.limits.skip is not None:
                found = Found(workload, "skipped", workload.limits.skip)
            elif workload.name in changed.new:
                found = self._new(workload)
            else:
                found = against(workload, conditions, self._sayer(workload))
                found = replace(found, was=changed.renamed.get(str(workload.name)))
            self._found.append(found)
        if self._chosen.workloads == self._chosen.known:
            self._found += _removed(before, changed, self.reference.name)

    def report(self, *, interrupted: bool = False) -> GateReport:
        """What is known now."""
        verdicts = results(self._found, self._settings)
        return GateReport(
            created=now(),
            machine=this_machine(),
            mode="against",
            compared="paired times",
            reference=self.reference,
            head=self.head,
            settings=self._settings,
            workloads=verdicts,
            exit_code=exit_code(verdicts, self._settings),
            notes=tuple(self.notes),
            interrupted=interrupted,
        )

    def _workloads_before(self, trees: Trees) -> tuple[Workload, ...]:
        """The reference's workloads; the head's where it has none that can be read."""
        config = trees.in_reference(os.path.abspath(self._chosen.config))
        if not os.path.isfile(config):
            self.notes.append(
                f"{self.reference.name} has no {os.path.basename(config)}, so the head's workloads "
                "stand for both"
            )
            return self._chosen.known
        try:
            return load_config(config)
        except ConfigError as error:
            self.notes.append(
                f"the workloads of {self.reference.name} cannot be read ({error.what}), so the "
                "head's stand for both"
            )
            return self._chosen.known

    def _new(self, workload: Workload) -> Found:
        """What can be said of a workload that the reference lacks."""
        message = f"{self.reference.name} has no workload of this name, so nothing was compared"
        remedy = "`new: fail` in epochly.yaml's `gate` would not let it pass"
        if not workload.limits.min_speedup and workload.levels is None:
            return Found(workload, "new", message, remedy)
        say = self._sayer(workload)
        found, _ = alone(workload, self._options, lambda p: say(p.stage, p.fraction))
        if found.outcome is not None or any(check.state == "failed" for check in found.checks):
            return found
        return replace(found, outcome="new", message=message, remedy=remedy)

    def _sayer(self, workload: Workload) -> Callable[[str, float], None]:
        return lambda stage, share: self._say(workload, Progress(stage, share))


def _removed(before: tuple[Workload, ...], changed: Changes, reference: str) -> list[Found]:
    message = f"{reference} has this workload, the head does not"
    return [
        Found(workload, "removed", message, "put it back, or allow it with `removed: allow`")
        for workload in before
        if workload.name in changed.removed
    ]


def _calls(
    workloads: tuple[Workload, ...],
) -> dict[str, tuple[str, str | None, str | None]]:
    return {str(w.name): (w.target, w.setup, w.args) for w in workloads}
