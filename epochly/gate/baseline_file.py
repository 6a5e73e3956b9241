"""Baselines on disk, as YAML that people review and commit: ``epochly.baseline/1``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from epochly.errors import ConfigError, UsageError
from epochly.files import replace_file
from epochly.gate.baseline import Baseline, BaselineEntry, BaselineRow
from epochly.levels import Level
from epochly.model import Machine, Realized, Status, Verdict
from epochly.target.nodes import Nodes, compose, kind

if TYPE_CHECKING:
    import yaml

SCHEMA = "epochly.baseline/1"
SAVE = "epochly bench --save-baseline"
_SCHEMA = re.compile(r"epochly\.baseline/(\d{1,6})", re.ASCII)
_DIGITS = 6
GENERATIONS = ("generation_speedups", "generation_medians_s", "generation_relative")
_HEADER = (
    "# What `epochly bench --save-baseline` measured, for `epochly gate --baseline` to compare\n"
    "# with. Commit it; measure anew where something became slower, or other, on purpose.\n"
)


def load_baseline(path: str) -> Baseline:
    """Read a baseline.

    Parameters
    ----------
    path : str

    Returns
    -------
    Baseline

    Raises
    ------
    ConfigError
        When the file is missing, cut short, of a newer schema or otherwise not a baseline.
    """
    root = compose(path, option="--baseline FILE", missing=f"`{SAVE} {path}` writes one")
    if root is None:
        raise ConfigError("the file is empty", where=path, remedy=_anew(path))
    return _Reader(path).baseline(root)


def check_replaceable(path: str) -> None:
    """Check that a file is missing, empty or a baseline, whole or not.

    Raises
    ------
    ConfigError
        When something else is there.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return
    if text.strip() and not _SCHEMA.search(text):
        raise ConfigError(
            "another file than a baseline is there, and stays as it is",
            where=path,
            remedy="give another file to --save-baseline",
        )


def save_baseline(path: str, baseline: Baseline) -> None:
    """Write a baseline in one step; where that fails, the old file stays whole.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    try:
        replace_file(path, baseline_text(baseline))
    except OSError as error:
        raise UsageError(
            f"the baseline cannot be written: {error.strerror}",
            where=path,
            remedy="make room there, or give another file to --save-baseline",
        ) from error


def baseline_text(baseline: Baseline) -> str:
    """A baseline as YAML.

    The machines come last, and of each its packages in braces: since every workload names its
    machine, a file that is cut short anywhere lacks something.
    """
    import yaml

    document = {
        "schema": SCHEMA,
        "workloads": {entry.name: _entry(entry) for entry in baseline.entries},
        "machines": {_label(entry.machine): _machine(entry.machine) for entry in baseline.entries},
    }
    return _HEADER + yaml.safe_dump(document, sort_keys=False, default_flow_style=None, width=100)


def _label(machine: Machine) -> str:
    return "m" + hashlib.sha256(repr(sorted(_machine(machine).items())).encode()).hexdigest()[:8]


def _machine(machine: Machine) -> dict[str, Any]:
    facts = asdict(machine)
    packages = dict(facts.pop("packages"))
    return {**{key: fact for key, fact in facts.items() if fact is not None}, "packages": packages}


def _entry(entry: BaselineEntry) -> dict[str, Any]:
    said = {
        "target": entry.target,
        "args": entry.args,
        "setup": entry.setup,
        "kind": entry.kind,
        "measured": entry.measured,
        "commit": entry.commit,
        "dirty": entry.dirty or None,
        "machine": _label(entry.machine),
        "levels": [_row(row) for row in entry.rows],
    }
    return {key: value for key, value in said.items() if value is not None}


def _row(row: BaselineRow) -> dict[str, Any]:
    said: dict[str, Any] = {"level": int(row.level), "backend": row.backend, "status": row.status}
    if row.reason is not None:
        said["reason"] = row.reason
    if row.realized is not None:
        said["realized"] = {"level": int(row.realized.level), "backend": row.realized.backend}
    said["equality"] = row.equality
    if row.median_s is not None:
        said["median_s"] = _rounded(row.median_s)
    if None not in (row.speedup, row.speedup_low, row.speedup_high):
        said["speedup"] = _rounded(row.speedup)
        said["interval"] = [_rounded(row.speedup_low), _rounded(row.speedup_high)]
    for key in GENERATIONS:
        values: tuple[float, ...] = getattr(row, key)
        if values:
            said[key] = [_rounded(value) for value in values]
    return said


def _rounded(value: float | None) -> float:
    assert value is not None
    return float(f"{value:.{_DIGITS}g}")


class _Reader(Nodes):
    """Turns the nodes of one file into a baseline. Unknown keys are a later version's."""

    def baseline(self, root: yaml.Node) -> Baseline:
        top = self.mapping(root, "a baseline", None, remedy=_anew(self.path))
        self.schema(root, top)
        workloads = self.inner(top, "workloads", root)
        machines = {
            label: self.machine(node) for label, node in self.inner(top, "machines", root).items()
        }
        if not workloads:
            self.fail(top["workloads"], "there is no workload in it", _anew(self.path))
        return Baseline(tuple(self.entry(name, node, machines) for name, node in workloads.items()))

    def schema(self, root: yaml.Node, top: Mapping[str, yaml.Node]) -> None:
        node = top.get("schema")
        match = None if node is None else _SCHEMA.fullmatch(str(node.value))
        if node is None or match is None:
            self.fail(
                node or root,
                f"this is not a baseline: `schema` is not {SCHEMA}",
                f"give a file that `{SAVE} FILE` wrote",
            )
        if match[0] != SCHEMA:
            self.fail(
                node,
                f"the baseline has the schema {match[0]}, and this version reads {SCHEMA}",
                f"pip install --upgrade epochly-cli, or {_anew(self.path)}",
            )

    def entry(self, name: str, node: yaml.Node, machines: Mapping[str, Machine]) -> BaselineEntry:
        keys = self.mapping(node, f"the workload {name!r}", None, remedy=_anew(self.path))
        label = self.words(keys, "machine", node)
        if label not in machines:
            self.cut(keys["machine"], f"`machines` has no {label!r}")
        return BaselineEntry(
            name=name,
            target=self.words(keys, "target", node),
            args=self.optional(keys, "args"),
            setup=self.optional(keys, "setup"),
            kind=self.optional(keys, "kind"),
            measured=self.words(keys, "measured", node),
            commit=self.optional(keys, "commit"),
            dirty="dirty" in keys and self.value(keys["dirty"]) is True,
            machine=machines[label],
            rows=tuple(self.row(item) for item in self.items(keys, "levels", node)),
        )

    def row(self, node: yaml.Node) -> BaselineRow:
        keys = self.mapping(node, "a level", None, remedy=_anew(self.path))
        low, high = self.numbers(keys, "interval", 2) or (None, None)
        generations = {key: self.numbers(keys, key) for key in GENERATIONS}
        return BaselineRow(
            level=self.level(keys, node),
            backend=self.words(keys, "backend", node),
            status=self.word(keys, "status", node, Status),
            reason=self.optional(keys, "reason"),
            realized=self.realized(keys["realized"]) if "realized" in keys else None,
            equality=self.word(keys, "equality", node, Verdict),
            median_s=self.amount(keys, "median_s"),
            speedup=self.amount(keys, "speedup"),
            speedup_low=low,
            speedup_high=high,
            **generations,
        )

    def realized(self, node: yaml.Node) -> Realized:
        keys = self.mapping(node, "`realized`", None, remedy=_anew(self.path))
        return Realized(self.level(keys, node), self.words(keys, "backend", node))

    def machine(self, node: yaml.Node) -> Machine:
        keys = self.mapping(node, "a machine", None, remedy=_anew(self.path))
        packages = self.inner(keys, "packages", node)
        return Machine(
            python=self.words(keys, "python", node),
            implementation=self.words(keys, "implementation", node),
            platform=self.words(keys, "platform", node),
            processor=self.words(keys, "processor", node),
            cores=self.whole(keys, "cores", node),
            memory_bytes=self.whole(keys, "memory_bytes", node),
            gpu=self.optional(keys, "gpu"),
            packages={name: self.text(item, name) for name, item in packages.items()},
            host=self.optional(keys, "host"),
        )

    def needed(self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node) -> yaml.Node:
        if key not in keys:
            self.cut(node, f"`{key}` is missing")
        return keys[key]

    def inner(
        self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node
    ) -> dict[str, yaml.Node]:
        found = self.needed(keys, key, node)
        return self.mapping(found, f"`{key}`", None, remedy=_anew(self.path))

    def items(self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node) -> list[yaml.Node]:
        import yaml

        found = self.needed(keys, key, node)
        if not isinstance(found, yaml.SequenceNode):
            self.fail(found, f"`{key}` must be a list, not {kind(found)}", _anew(self.path))
        return list(found.value)

    def optional(self, keys: Mapping[str, yaml.Node], key: str) -> str | None:
        """Text that may be missing, or empty."""
        node = keys.get(key)
        if node is None:
            return None
        return str(node.value) if kind(node) == "text" else self.text(node, key)

    def words(self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node) -> str:
        return self.text(self.needed(keys, key, node), key)

    def word(self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node, of: Any) -> Any:
        return self.choice(self.needed(keys, key, node), key, get_args(of))

    def level(self, keys: Mapping[str, yaml.Node], node: yaml.Node) -> Level:
        number = self.whole(keys, "level", node)
        if number not in tuple(Level):
            self.fail(keys["level"], f"there is no level {number}", _anew(self.path))
        return Level(number)

    def whole(self, keys: Mapping[str, yaml.Node], key: str, node: yaml.Node) -> int:
        found = self.number(self.needed(keys, key, node), key, _anew(self.path))
        if not found.is_integer():
            self.fail(keys[key], f"`{key}` must be an integer, not {found}", _anew(self.path))
        return int(found)

    def amount(self, keys: Mapping[str, yaml.Node], key: str) -> float | None:
        return self.positive(keys[key], key, _anew(self.path)) if key in keys else None

    def numbers(
        self, keys: Mapping[str, yaml.Node], key: str, count: int | None = None
    ) -> tuple[float, ...]:
        """A list of numbers above 0, of a length; empty where the key is missing."""
        if key not in keys:
            return ()
        nodes = self.items(keys, key, keys[key])
        if count is not None and len(nodes) != count:
            self.fail(
                keys[key], f"`{key}` must have {count} numbers, not {len(nodes)}", _anew(self.path)
            )
        return tuple(self.positive(item, key, _anew(self.path)) for item in nodes)

    def cut(self, node: yaml.Node, what: str) -> NoReturn:
        self.fail(node, f"{what}, so the file is cut short or was edited", _anew(self.path))


def _anew(path: str) -> str:
    return f"save it anew with `{SAVE} {path}`, or take it from version control"
