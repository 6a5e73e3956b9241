"""The user's function in a worker: loaded, understood, and given its inputs."""

from __future__ import annotations

import dataclasses
import tempfile
from typing import Any

from epochly.call import Arguments
from epochly.code.function import function_of
from epochly.measure.documents import described
from epochly.measure.repetition import repetition_of
from epochly.target.imports import open_imports
from epochly.target.inputs import Inputs
from epochly.target.load import describe, load_target
from epochly.target.seeding import seed_from_now_on
from epochly.target.trees import Tree, origins, pass_on, stay_in
from epochly.verify.compare import compare
from epochly.verify.outcome import Outcome, Watch, are_still
from epochly.workload import Tolerance, Workload


class Guest:
    """A workload's function, imported into this process.

    Parameters
    ----------
    workload : Workload
    independent : bool
        The user's word that its calls do not depend on each other.
    tree : Tree or None
        The only one that its modules may come from.
    folder : str
        Scratch folder of this process.

    Raises
    ------
    EpochlyError
        When it cannot be imported, or its inputs cannot be had.
    """

    def __init__(
        self, workload: Workload, *, independent: bool, tree: Tree | None, folder: str
    ) -> None:
        self.workload = workload
        self._tree = tree
        self._setup_anew = False
        self._warnings = open_imports(workload.directory)
        if tree is not None:
            stay_in(tree)
            pass_on(tree, tempfile.mkdtemp(prefix="site-", dir=folder))
        seed_from_now_on(workload.seed)
        target = load_target(workload.target, workload.directory)
        self.function = dataclasses.replace(target.function, independent=independent)
        self._target = dataclasses.replace(target, function=self.function)
        self.inputs = Inputs(self._target, workload)
        if self.function.caches:
            found = self.function.without_python()
            self._warnings += (f"{found.reason}; remedy: {found.remedy}",)

    def document(self) -> dict[str, Any]:
        """What it is, and what of its folder cannot be imported."""
        found = describe(self._target, self.workload.args or "", self.inputs.made_by)
        return {"warnings": self._warnings, "target": dataclasses.asdict(found)}

    def origins(self) -> dict[str, Any]:
        """Which tree the modules loaded by now come from."""
        assert self._tree is not None
        return {**dataclasses.asdict(origins(self._tree)), "file": self.function.file}

    def understood(self, *, call: bool) -> dict[str, Any]:
        """What the source says, and with ``call`` what the arguments of a call add to it."""
        from epochly.recommend.facts import facts_document
        from epochly.recommend.understanding import understand
        from epochly.runtime.identity import identity_of

        arguments = self.inputs.make() if call else None
        identity = None if arguments is None else identity_of(self.function, arguments)
        return {
            "identity": None if identity is None else dataclasses.asdict(identity),
            "repetition": self.repetition(),
            "facts": facts_document(understand(self.function, arguments)),
        }

    def repetition(self) -> dict[str, Any]:
        """How the function, and what makes its inputs, touch the world outside the process."""
        found = repetition_of(self.function)
        maker, text = self.inputs.maker, (self.workload.setup, self.workload.reset)
        known = maker is None or repetition_of(function_of(maker))["certain"]
        return {**found, "certain": found["certain"] and known and text == (None, None)}

    def described(self, error: BaseException) -> dict[str, Any]:
        """An exception that it raised."""
        return described(error, self.function.file)

    def fresh(self) -> Arguments:
        """New arguments for a call, the world reset before."""
        if self._setup_anew:
            self.inputs.prepare()
        self.inputs.reset()
        return self.inputs.make()

    def renews(self, watch: Watch) -> bool:
        """Whether the next call finds the inputs as this one did.

        Where the call changed what ``setup`` had made, ``setup`` runs before each call from now on.
        """
        left = watch.changed_arguments()
        if not left or not are_still(left, self.fresh()):
            return True
        if self.workload.setup is None or self._setup_anew:
            return False
        self._setup_anew = True
        return not are_still(left, self.fresh())

    def untouched(self, outcome: Outcome) -> bool:
        """Whether a call left its arguments, globals and cells as it found them."""
        if any(root != "arguments" for root, _ in outcome.changed):
            return False
        # The same data may be pickled in another way afterwards, so arguments are looked at too.
        found = Watch(self.function, self.fresh()).returned(None, outcome.printed)
        after = dataclasses.replace(found, arguments=outcome.arguments, unchanged=outcome.unchanged)
        return compare(found, after, Tolerance(exact=True)).verdict == "identical"
