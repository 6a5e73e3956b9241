"""``epochly.yaml``: the workloads of a directory and the gate's settings, key by key."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from epochly.errors import ArgumentsError, ConfigError, TargetError, UsageError
from epochly.gate.model import Settings
from epochly.levels import Level, parse_levels
from epochly.quantities import DURATION_REMEDY, SHARE_REMEDY, parse_duration, parse_share
from epochly.target.nodes import Nodes, compose, kind
from epochly.target.snippets import compiled
from epochly.target.spec import EXAMPLES, parse_target
from epochly.workload import Limits, Tolerance, Workload

if TYPE_CHECKING:
    import yaml

FILE_NAME = "epochly.yaml"
KEYS = (
    "target",
    "setup",
    "args",
    "reset",
    "levels",
    "seed",
    "timeout_s",
    "verify",
    "service",
    "tags",
    "max_slowdown",
    "min_delta",
    "min_speedup",
    "skip",
)
VERIFY_KEYS = ("rtol", "atol", "exact")
CHOICES = {
    "undecided": ("error", "pass", "fail"),
    "new": ("allow", "fail"),
    "removed": ("allow", "fail"),
    "renamed": ("allow", "fail"),
}
GATE_KEYS = ("max_slowdown", "min_delta", *CHOICES)
LARGEST_SEED = 2**32 - 1
_PROMISED = ("1", "2", "3", "4")
_EXAMPLE = "workloads:\n  mean:\n    target: shop.stats:mean\n    args: '[1.0, 2.0]'"


def load_config(path: str) -> tuple[Workload, ...]:
    """Read the workloads of an ``epochly.yaml``.

    Parameters
    ----------
    path : str
        The file; its directory becomes the directory of every workload.

    Returns
    -------
    tuple of Workload
        In the order of the file.

    Raises
    ------
    ConfigError
        When the file cannot be read, is not YAML, or says something unknown; with the line.
    """
    root, top, reader = _opened(path)
    if "gate" in top:
        reader.settings(top["gate"])
    if "workloads" not in top:
        reader.fail(root, "`workloads` is missing", f"name a workload:\n{_EXAMPLE}")
    return reader.workloads(top["workloads"])


def load_gate_settings(path: str) -> Settings:
    """Read what the gate of an ``epochly.yaml`` says for all workloads.

    Parameters
    ----------
    path : str

    Returns
    -------
    Settings
        The defaults for what the file does not say.

    Raises
    ------
    ConfigError
        When the file cannot be read, is not YAML, or says something unknown; with the line.
    """
    _, top, reader = _opened(path)
    return reader.settings(top["gate"]) if "gate" in top else Settings()


def _opened(path: str) -> tuple[yaml.Node, dict[str, yaml.Node], _Reader]:
    root = compose(
        path, option=f"--config {FILE_NAME}", missing="`epochly init pkg.mod:func` writes one"
    )
    if root is None:
        raise ConfigError("the file is empty", where=path, remedy=f"name a workload:\n{_EXAMPLE}")
    reader = _Reader(path)
    return root, reader.mapping(root, "the file", ("workloads", "gate")), reader


class _Reader(Nodes):
    """Turns the composed nodes of one file into workloads and settings."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.directory = os.path.dirname(os.path.abspath(path))

    def workloads(self, node: yaml.Node) -> tuple[Workload, ...]:
        remedy = f"give each workload a name:\n{_EXAMPLE}"
        named = self.mapping(node, "`workloads`", None, remedy=remedy)
        if not named:
            self.fail(node, "there is no workload", f"name one:\n{_EXAMPLE}")
        return tuple(self.workload(name, node) for name, node in named.items())

    def workload(self, name: str, node: yaml.Node) -> Workload:
        keys = self.mapping(node, f"the workload {name!r}", KEYS)
        if "target" not in keys:
            self.fail(
                node, f"the workload {name!r} has no `target`", "add `target: pkg.mod:func` to it"
            )

        def code(key: str) -> str | None:
            return self.code(keys[key], key) if key in keys else None

        levels = self.levels(keys["levels"]) if "levels" in keys else None
        return Workload(
            target=self.target(keys["target"]),
            directory=self.directory,
            name=name,
            args=code("args"),
            setup=code("setup"),
            reset=code("reset"),
            levels=levels,
            seed=self.seed(keys["seed"]) if "seed" in keys else 0,
            timeout_s=(
                self.positive(keys["timeout_s"], "timeout_s", "give seconds, as in timeout_s: 60")
                if "timeout_s" in keys
                else None
            ),
            tolerance=self.tolerance(keys["verify"]) if "verify" in keys else Tolerance(),
            service=self.command(keys["service"]) if "service" in keys else None,
            tags=self.tags(keys["tags"]) if "tags" in keys else (),
            limits=self.limits(keys, levels),
        )

    def code(self, node: yaml.Node, key: str) -> str:
        text = self.text(node, key)
        try:
            compiled(key, text)
        except ArgumentsError as error:
            within = getattr(error.__cause__, "lineno", None) or 1
            line = node.start_mark.line + min(within, len(text.splitlines()) or 1)
            raise ConfigError(
                error.what,
                # A block begins in the line after its sign.
                where=f"{self.path}:{line + (getattr(node, 'style', None) in ('|', '>'))}",
                remedy=error.remedy,
                detail=error.detail,
            ) from error
        return text

    def target(self, node: yaml.Node) -> str:
        text = self.text(node, "target")
        try:
            return parse_target(text).text
        except TargetError as error:
            self.fail(node, f"`target`: {error.what}", error.remedy or EXAMPLES)

    def command(self, node: yaml.Node) -> str:
        text = self.text(node, "service")
        try:
            shlex.split(text)
        except ValueError as error:
            self.fail(
                node,
                f"`service` is not a command: {str(error).lower()}",
                'write it as a shell would take it, as in service: python "my server.py"',
            )
        return text

    def tags(self, node: yaml.Node) -> tuple[str, ...]:
        import yaml

        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found = [self.text(item, "tags").strip() for item in items]
        for tag, item in zip(found, items, strict=True):
            if "," in tag:
                parts = [part.strip() for part in tag.split(",")]
                self.fail(item, f"a tag has no comma: {tag!r}", f"write tags: [{', '.join(parts)}]")
        return tuple(dict.fromkeys(found))

    def limits(self, keys: Mapping[str, yaml.Node], levels: tuple[Level, ...] | None) -> Limits:
        said = self.thresholds(keys)
        if "min_speedup" in keys:
            said["min_speedup"] = self.promises(keys["min_speedup"], levels)
        if "skip" in keys:
            said["skip"] = self.text(keys["skip"], "skip")
        return Limits(**said)

    def promises(self, node: yaml.Node, levels: tuple[Level, ...] | None) -> dict[Level, float]:
        """The speedup that each level owes, where one number stands for the only level."""
        import yaml

        remedy = "give a number above 0 for each level, as in min_speedup: {2: 20}"
        if isinstance(node, yaml.MappingNode):
            named = self.mapping(node, "`min_speedup`", _PROMISED)
            given = {Level(int(number)): value for number, value in named.items()}
            if not given:
                self.fail(node, "`min_speedup` is empty", remedy)
        else:
            faster = [level for level in levels or () if level is not Level.MONITOR]
            if len(faster) != 1:
                self.number(node, "min_speedup", remedy)
                self.fail(
                    node,
                    "`min_speedup` does not say of which level, nor does `levels` name just one",
                    remedy,
                )
            given = {faster[0]: node}
        for level, value in given.items():
            if levels is not None and level not in levels:
                self.fail(
                    value,
                    f"`min_speedup` is about level {level:d}, which `levels` leaves out",
                    f"add {level:d} to `levels`, or remove it here",
                )
        return {level: self.positive(one, "min_speedup", remedy) for level, one in given.items()}

    def settings(self, node: yaml.Node) -> Settings:
        keys = self.mapping(node, "`gate`", GATE_KEYS)
        said = self.thresholds(keys)
        for key, words in CHOICES.items():
            if key in keys:
                said[key] = self.choice(keys[key], key, words)
        return Settings(**said)

    def thresholds(self, keys: Mapping[str, yaml.Node]) -> dict[str, Any]:
        """The two limits that both a workload and the gate may give, as far as they do."""
        said = {}
        if "max_slowdown" in keys:
            said["max_slowdown"] = self.quantity(
                keys["max_slowdown"], "max_slowdown", parse_share, SHARE_REMEDY
            )
        if "min_delta" in keys:
            said["min_delta_s"] = self.quantity(
                keys["min_delta"], "min_delta", parse_duration, DURATION_REMEDY
            )
        return said

    def quantity(
        self, node: yaml.Node, key: str, parse: Callable[[str], float], remedy: str
    ) -> float:
        if not node.tag.endswith((":str", ":int", ":float")):
            self.fail(node, f"`{key}` cannot be {kind(node)}", remedy)
        try:
            return parse(node.value)
        except UsageError as error:
            self.fail(node, f"`{key}`: {error.what}", error.remedy or remedy)

    def seed(self, node: yaml.Node) -> int:
        value = self.value(node)
        remedy = f"give an integer from 0 to {LARGEST_SEED}, as in seed: 1"
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(node, f"`seed` must be an integer, not {kind(node)}", remedy)
        if not 0 <= value <= LARGEST_SEED:
            self.fail(
                node, f"`seed` must lie between 0 and {LARGEST_SEED}, not {node.value:.40}", remedy
            )
        return value

    def levels(self, node: yaml.Node) -> tuple[Level, ...]:
        import yaml

        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not items:
            self.fail(node, "`levels` is empty", "give levels from 0 to 4, as in levels: 0-4")
        chosen: set[Level] = set()
        for item in items:
            value = self.value(item)
            if isinstance(value, bool) or not isinstance(value, (int, str)):
                self.fail(
                    item,
                    f"`levels` must be levels, not {kind(item)}",
                    "give levels from 0 to 4, as in levels: 0-4 or levels: [0, 2]",
                )
            try:
                chosen.update(parse_levels(str(value)))
            except UsageError as error:
                self.fail(item, error.what, "give levels from 0 to 4, as in levels: 0-4")
        return tuple(sorted(chosen))

    def tolerance(self, node: yaml.Node) -> Tolerance:
        keys = self.mapping(node, "`verify`", VERIFY_KEYS)
        remedy = "give a number, as in rtol: 1e-9"
        rtol = self.number(keys["rtol"], "rtol", remedy) if "rtol" in keys else None
        atol = self.number(keys["atol"], "atol", remedy) if "atol" in keys else 0.0
        exact = self.value(keys["exact"]) if "exact" in keys else False
        if not isinstance(exact, bool):
            self.fail(
                keys["exact"],
                f"`exact` must be true or false, not {kind(keys['exact'])}",
                "write exact: true",
            )
        return Tolerance(rtol=rtol, atol=atol, exact=exact)
