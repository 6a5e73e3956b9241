"""The worker process: loads the user's function, runs it at one level, and answers.

What it goes on with after a call, such as the clocks, is imported by name, here and in what it
uses: the user's code may replace whatever a module offers.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from time import perf_counter, process_time, thread_time
from typing import TYPE_CHECKING, Any

from epochly.call import Arguments
from epochly.errors import Deoptimize, EpochlyError, UnpicklableOutcomeError, in_words
from epochly.measure.documents import workload_of
from epochly.measure.layout import SmallBlocks
from epochly.measure.quiet import held_to, move_to, settle
from epochly.measure.shared import Shared
from epochly.measure.stdio import CaughtOutput
from epochly.measure.timing import DEEPEST, Sample, deeper, timed
from epochly.profile.counters import queued_s
from epochly.workload import Tolerance

if TYPE_CHECKING:
    from epochly.backend import Prepared
    from epochly.measure.guest import Guest


PUT_BACK = "it is put back after each, since all code of the process uses it"
KEPT = (
    "a call changes what the inputs are made from, so the next one begins with the change: make "
    "them in --args or --setup, or undo it with --reset"
)


class Worker:
    """One target at one level; every public method answers one verb."""

    def __init__(self, output: CaughtOutput, folder: str, generator: random.Random) -> None:
        self._output, self._folder, self._shared = output, folder, Shared()
        self._guest: Guest
        self._prepared: Prepared | None = None
        self._pid = os.getpid()
        self._generator = generator
        self._blocks = SmallBlocks(generator)
        self._forked = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._note_fork)
        _import_own()

    def load(
        self, workload: dict[str, Any], independent: bool, tree: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Import the user's module, from the one tree given, and find the function."""
        from epochly.measure.guest import Guest
        from epochly.target.trees import Tree

        only = None if tree is None else Tree(tree["root"], tree["other"], tuple(tree["shared"]))
        self._guest = Guest(
            workload_of(workload), independent=independent, tree=only, folder=self._folder
        )
        return self._guest.document()

    def origins(self) -> dict[str, Any]:
        """Which tree the modules loaded by now come from."""
        return self._guest.origins()

    def inputs(self) -> dict[str, Any]:
        """Set up, reset and make the inputs once, so that a mistake in them shows here."""
        self._guest.inputs.prepare()
        self._guest.fresh()
        self._shared.accept()
        return {}

    def understand(self, call: bool = True) -> dict[str, Any]:
        """What the source says, and with ``call`` what the arguments of a call add to it."""
        return self._guest.understood(call=call)

    def repetition(self) -> dict[str, Any]:
        """How the function, and what makes its inputs, touch the world outside the process."""
        return self._guest.repetition()

    def availability(self, backend: str) -> dict[str, Any]:
        """Whether a backend can be used in this process."""
        from epochly.backend import Unavailable
        from epochly.registry import get_backend

        state = get_backend(backend).availability()
        if isinstance(state, Unavailable):
            return {"available": False, "reason": state.reason, "remedy": state.remedy}
        return {"available": True, "detail": state.detail}

    def prepare(self, backend: str) -> dict[str, Any]:
        """Make the function ready to run at the level; answers a refusal as a fact."""
        from epochly.call import Refused
        from epochly.registry import get_backend

        example = self._guest.inputs.make()
        started = perf_counter()
        answer = get_backend(backend).prepare(self._guest.function, example)
        seconds = perf_counter() - started
        self._restore()
        if isinstance(answer, Refused):
            return {"refused": [answer.reason, answer.line, answer.remedy]}
        self._prepared = answer
        return {"seconds": seconds}

    def call(self, capture: str | None, profile: str | None) -> dict[str, Any]:
        """Run once under watch and keep the outcome in a file; ``profile`` names the sampler."""
        import warnings

        from epochly.profile.calls import call_once
        from epochly.verify.outcome import Watch, save

        arguments = self._fresh()
        watch = Watch(self._guest.function, arguments)
        raised: BaseException | None = None
        value: Any = None
        answer: dict[str, Any] = {}
        cpu, own, queued = process_time(), thread_time(), queued_s()
        with warnings.catch_warnings(record=True) as caught:
            started = perf_counter()
            try:
                if profile is not None:
                    in_process = profile == "in-process"
                    call = self._callable()
                    value, answer["profile"] = call_once(call, arguments, in_process=in_process)
                else:
                    value = self._run(arguments)
            except Deoptimize:
                raise
            except BaseException as error:  # noqa: BLE001 - any exception is an outcome
                raised = error
            answer["seconds"] = perf_counter() - started
            answer["own_s"] = thread_time() - own
            answer["queued_s"] = queued_s() - queued
        self.leave_if_forked()
        answer["cpu_s"] = process_time() - cpu
        replaced, left_alone = self._restore()
        answer["warnings"] = sorted(
            {in_words(w.message) for w in caught if isinstance(w.message, Warning)}
        )
        if replaced:
            answer["warnings"].append(f"the call leaves {replaced} replaced; {PUT_BACK}")
        answer["raised"] = self._described(raised, replaced)
        if capture is not None:
            printed = self._output.printed()
            if raised is None:
                outcome = watch.returned(value, printed)
            else:
                outcome = watch.raised(raised, printed)
            try:
                save(outcome, capture)
            except UnpicklableOutcomeError as error:
                answer["unsaved"] = error.what
            alone = left_alone and not replaced and raised is None
            # A child that comes back from one call would make the next ones too.
            once = self._guest.workload.reset is not None or self._forked
            answer["repeatable"] = alone and not once and self._guest.untouched(outcome)
        # Last, since what the inputs are made from may be changed or drawn on.
        if not self._guest.renews(watch):
            answer["warnings"].append(KEPT)
            answer["repeatable"] = False
        settle()
        return answer

    def repeat(self, profile: str, **limits: Any) -> dict[str, Any]:
        """Call a short function for a while, so that a sampler sees where its time goes."""
        from epochly.profile.calls import call_repeatedly

        in_process = profile == "in-process"
        answer: dict[str, Any] = {}
        raised: BaseException | None = None
        try:
            answer |= call_repeatedly(
                self._callable(), self._fresh, in_process=in_process, **limits
            )
        except EpochlyError:
            raise
        except BaseException as error:  # noqa: BLE001 - any exception is an outcome
            raised = error
        self.leave_if_forked()
        replaced, _ = self._restore()
        answer["raised"] = self._described(raised, replaced)
        settle()
        return answer

    def sample(self, loops: int, core: int | None = None, abreast: bool = False) -> dict[str, Any]:
        """Time ``loops`` calls on the same fresh inputs, begun on a core if one is given.

        With ``abreast`` they stay on it, beside other workers' that are on it at the same time.
        """
        making = perf_counter()
        arguments = self._fresh()
        making = perf_counter() - making
        call, depth = self._callable(), self._generator.randrange(DEEPEST)

        def run() -> Sample:
            # Last of all, since what is given back after it would be handed out first.
            self._blocks.shuffle()
            return timed(call, arguments, loops)

        if core is not None and not abreast:
            move_to(core)
        with contextlib.nullcontext() if core is None or not abreast else held_to(core):
            found = deeper(depth, run)
        self.leave_if_forked()
        replaced, _ = self._restore()
        settle()
        return {
            "seconds": found.seconds,
            "queued_s": found.queued_s,
            "cpu_s": found.cpu_s,
            "own_s": found.own_s,
            "make_s": making,
            "raised": self._described(found.raised, replaced),
        }

    def yardstick(self, loops: int) -> dict[str, Any]:
        """Time the fixed program that tells how fast the machine is at the moment."""
        from epochly.measure.yardstick import yardstick_s

        return {"seconds": yardstick_s(loops)}

    def children_cpu(self) -> dict[str, Any]:
        """CPU seconds of this worker's own children, living and reaped."""
        import resource

        from epochly.measure.tree import cpu_seconds_of_descendants

        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        alive = cpu_seconds_of_descendants(os.getpid())
        return {"cpu_s": alive + reaped.ru_utime + reaped.ru_stime}

    def realized(self) -> dict[str, Any]:
        """What really ran."""
        import dataclasses
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer: dict[str, Any] = {"peak_bytes": peak * (1 if sys.platform == "darwin" else 1024)}
        if self._prepared is not None:
            answer["realized"] = dataclasses.asdict(self._prepared.realized)
            answer["stats"] = dict(self._prepared.stats())
        return answer

    def compare(
        self, expected: str, actual: str, tolerance: dict[str, Any], shape_only: bool
    ) -> dict[str, Any]:
        """Compare two outcomes kept in files."""
        import dataclasses

        from epochly.call import Equality
        from epochly.verify.compare import compare
        from epochly.verify.outcome import load

        try:
            one, two = load(expected), load(actual)
            found = compare(one, two, Tolerance(**tolerance), shape_only=shape_only)
        except Exception as error:  # noqa: BLE001 - reading back and __eq__ run the user's code
            where = f"the outcomes cannot be compared: {in_words(error)}"
            found = Equality("unchecked", where=where)
        return dataclasses.asdict(found)

    def close(self) -> dict[str, Any]:
        """Give back pools and device memory, and run what the user registered for the end."""
        import atexit

        if self._prepared is not None:
            self._prepared.close()
        atexit._run_exitfuncs()
        return {}

    def blame(self, error: Exception) -> EpochlyError:
        """Whose an exception is that nobody meant to raise: the user's code may break ours."""
        return self._shared.blame(error)

    def leave_if_forked(self) -> None:
        """End a child that the user's code forked and that came back where only we may go on."""
        if os.getpid() != self._pid:
            os._exit(0)

    def _restore(self) -> tuple[str, bool]:
        """Put back what a call may have changed.

        Returns
        -------
        replaced, left_alone
            The built-in functions that it left replaced, and whether it left the streams alone.
        """
        # The limit of open files first, since the streams are opened anew.
        return self._shared.restore(), self._output.restore()

    def _described(self, error: BaseException | None, replaced: str) -> dict[str, Any] | None:
        """What a call raised, or our own code after it with the built-in functions it left."""
        if error is None:
            return None
        found = self._guest.described(error)
        return (
            {**found, "text": f"{found['text']}; it leaves {replaced} replaced"}
            if replaced
            else found
        )

    def _note_fork(self) -> None:
        self._forked = True

    def _callable(self) -> Any:
        return self._guest.function.original if self._prepared is None else self._prepared

    def _run(self, arguments: Arguments) -> Any:
        return self._callable()(*arguments.args, **arguments.kwargs)

    def _fresh(self) -> Arguments:
        self.leave_if_forked()
        arguments = self._guest.fresh()
        self._output.clear()
        return arguments


def _import_own() -> None:
    """Import what answers the later verbs, since the user's code may change ``sys.path``."""
    import cloudpickle  # noqa: F401
    import psutil  # noqa: F401

    import epochly.measure.repetition
    import epochly.measure.yardstick
    import epochly.profile.calls
    import epochly.verify.compare  # noqa: F401
    from epochly.code.libraries import own_folders
    from epochly.registry import backend_names

    backend_names()
    own_folders()
