"""One run of the gate: every workload against a commit or a baseline, and the report."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from epochly.errors import ConfigError, EpochlyError, UsageError
from epochly.gate.against import Conditions, against
from epochly.gate.alone import alone
from epochly.gate.changes import Changes, changes
from epochly.gate.model import GateReport, Mode, Settings, Side
from epochly.gate.outcome import Found, exit_code, limit_of, results
from epochly.gate.repository import Repository
from epochly.gate.versions import Trees
from epochly.measure.machine import this_machine
from epochly.measure.session import Options, Progress
from epochly.measure.summary import now
from epochly.measure.surroundings import terminable
from epochly.target.config import load_config
from epochly.workload import Workload

if TYPE_CHECKING:
    from epochly.gate.baseline import Baseline

# For a workload of which nothing but that it runs is of interest.
ONLY_TO_RUN_S = 1.0
Say = Callable[[Workload, Progress], None]
_COMPARED = {
    ("against",): "nothing",
    ("against", "time"): "paired times",
    ("baseline",): "nothing",
    ("baseline", "time"): "times, on the baseline's machine",
    ("baseline", "speedup"): "gains over level 0 alone, on another machine than the baseline's",
    ("baseline", "speedup", "time"): "times or gains over level 0, by the machine of each entry",
}


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
        run = _Run(chosen, settings, "against", Side(commit.name, commit.commit), repository.head())
        if commit.commit == run.head.commit and not run.head.dirty:
            run.notes.append(
                f"the head is {commit.name} itself, without a change, so both sides are the same "
                "code; an older commit is given as in --against HEAD~1"
            )
        with run.interruptible(), repository.checkout(commit) as tree:
            trees = Trees(tree, repository.root, repository.generated())
            before = _workloads_before(run, trees)
            changed = changes(_calls(before), _calls(chosen.known))
            count = sum(workload.name not in changed.new for workload in chosen.workloads)
            conditions = Conditions(trees, commit.name, settings, options, max(1, count))

            def compare(workload: Workload) -> Found:
                if workload.name in changed.new:
                    return _new(workload, _unnamed(commit.name), settings, options, say)
                found = against(workload, conditions, _sayer(workload, say))
                if found.outcome == "new":
                    return _new(workload, found.message, settings, options, say)
                return found

            run.judge(changed, compare, {str(w.name): w for w in before})
    return run.report()


def gate_baseline(
    chosen: Chosen,
    settings: Settings,
    options: Options,
    path: str,
    say: Say = lambda *_: None,
) -> GateReport:
    """Compare the work tree with stored results, workload by workload.

    Parameters
    ----------
    chosen : Chosen
    settings : Settings
    options : Options
    path : str
        The baseline's file.
    say : callable
        Called with a workload and its `Progress`.

    Returns
    -------
    GateReport

    Raises
    ------
    ConfigError
        When the baseline cannot be read, or is of other workloads.
    InterruptedGateError
        On Ctrl-C or SIGTERM; it carries what was found until then.
    """
    from epochly.gate.baseline import changes_since
    from epochly.gate.baseline_file import load_baseline
    from epochly.gate.stored import against_entry

    baseline = load_baseline(path)
    changed = changes_since(baseline, _calls(chosen.known), path)
    before = {
        entry.name: Workload(
            entry.target, os.path.dirname(chosen.config), entry.name, entry.args, entry.setup
        )
        for entry in baseline.entries
    }
    run = _Run(chosen, settings, "baseline", Side(path, _commit_of(baseline)), _head(chosen.config))

    def compare(workload: Workload) -> Found:
        name = str(workload.name)
        entry = baseline.entry(changed.renamed.get(name, name))
        if entry is None:
            return _new(workload, _unnamed(path), settings, options, say)
        limit = limit_of(workload, settings)
        return against_entry(workload, entry, path, limit, options, _sayer(workload, say))

    with terminable(), run.interruptible():
        run.judge(changed, compare, before)
    return run.report()


class _Run:
    """What a run of the gate has found until now."""

    def __init__(
        self, chosen: Chosen, settings: Settings, mode: Mode, reference: Side, head: Side
    ) -> None:
        self.chosen, self._settings, self._mode = chosen, settings, mode
        self._found: list[Found] = []
        self.reference, self.head = reference, head
        self.notes: list[str] = []

    def judge(
        self,
        changed: Changes,
        compare: Callable[[Workload], Found],
        before: Mapping[str, Workload],
    ) -> None:
        """Judge every workload in turn, then name those that went.

        Parameters
        ----------
        changed : Changes
        compare : callable
            Judges one workload.
        before : Mapping[str, Workload]
            The reference's workloads.
        """
        for workload in self.chosen.workloads:
            if workload.limits.skip is not None:
                self._found.append(Found(workload, "skipped", workload.limits.skip))
                continue
            former = changed.renamed.get(str(workload.name))
            self._found.append(replace(compare(workload), was=former))
        if len(self.chosen.workloads) == len(self.chosen.known):
            message = f"{self.reference.name} has this workload, the head does not"
            fails = self._settings.removed == "fail"
            remedy = "put it back, or allow it with `removed: allow`" if fails else None
            self._found += [
                Found(before[name], "removed", message, remedy) for name in sorted(changed.removed)
            ]

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Turn an interruption into an error that carries what was found."""
        try:
            yield
        except KeyboardInterrupt:
            raise InterruptedGateError(self.report(interrupted=True)) from None

    def report(self, *, interrupted: bool = False) -> GateReport:
        """What is known now."""
        verdicts = results(self._found, self._settings)
        measures = sorted({c.measure for w in verdicts for c in w.comparisons})
        return GateReport(
            created=now(),
            machine=this_machine(),
            mode=self._mode,
            compared=_COMPARED[self._mode, *measures],
            reference=self.reference,
            head=self.head,
            settings=self._settings,
            workloads=verdicts,
            exit_code=exit_code(verdicts, self._settings),
            notes=tuple(self.notes),
            interrupted=interrupted,
        )


def _workloads_before(run: _Run, trees: Trees) -> tuple[Workload, ...]:
    """The reference's workloads; the head's where it has none that can be read."""
    chosen = run.chosen
    config = trees.in_reference(os.path.abspath(chosen.config))
    if not os.path.isfile(config):
        run.notes.append(
            f"{run.reference.name} has no {os.path.basename(config)}, so the head's workloads "
            "stand for both"
        )
        return chosen.known
    try:
        return load_config(config)
    except ConfigError as error:
        run.notes.append(
            f"the workloads of {run.reference.name} cannot be read ({error.what}), so the "
            "head's stand for both"
        )
        return chosen.known


def _unnamed(reference: str) -> str:
    return f"{reference} has no workload of this name, so nothing was compared"


def _new(workload: Workload, message: str, settings: Settings, options: Options, say: Say) -> Found:
    """What can be said of a workload that the reference lacks."""
    remedy = "`new: fail` in epochly.yaml's `gate` would not let it pass"
    if settings.new == "fail":
        remedy = "let it in with `new: allow` in epochly.yaml's `gate`"
    if not workload.limits.min_speedup:
        options = replace(options, budget_s=min(options.budget_s, ONLY_TO_RUN_S))
    found, _ = alone(workload, options, lambda progress: say(workload, progress))
    if found.outcome is not None or any(check.state == "failed" for check in found.checks):
        return found
    return replace(found, outcome="new", message=message, remedy=remedy)


def _sayer(workload: Workload, say: Say) -> Callable[[str, float], None]:
    return lambda stage, share: say(workload, Progress(stage, share))


def _head(config: str) -> Side:
    """The work tree, without a commit where there is no repository."""
    try:
        return Repository(os.path.dirname(os.path.abspath(config))).head()
    except UsageError:
        return Side("head")


def _commit_of(baseline: Baseline) -> str | None:
    """The commit of all its entries, if it is one."""
    commits = {entry.commit for entry in baseline.entries}
    return commits.pop() if len(commits) == 1 else None


def _calls(
    workloads: tuple[Workload, ...],
) -> dict[str, tuple[str, str | None, str | None]]:
    return {str(w.name): (w.target, w.setup, w.args) for w in workloads}
