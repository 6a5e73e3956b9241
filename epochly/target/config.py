"""``epochly.yaml``: the workloads of a directory, validated key by key."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from epochly.errors import ConfigError, UsageError
from epochly.levels import Level, parse_levels
from epochly.workload import Tolerance, Workload

if TYPE_CHECKING:
    import yaml

FILE_NAME = "epochly.yaml"
KEYS = ("target", "setup", "args", "reset", "levels", "seed", "timeout_s", "verify", "service")
VERIFY_KEYS = ("rtol", "atol", "exact")
LARGEST_SEED = 2**32 - 1
_STRING = "tag:yaml.org,2002:str"
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
    import yaml

    text = _read(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(
            f"this is not YAML: {error.problem or error.context}",
            where=f"{path}:{mark.line + 1}" if mark else path,
            remedy="check the indentation, the quotes and the colons of this line",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(
            f"the character {chr(error.character)!r} is not allowed in YAML",
            where=f"{path}:{line}",
            remedy="remove it",
        ) from error
    except RecursionError as error:
        raise ConfigError(
            "the file is nested too deeply", where=path, remedy="a workload needs two levels"
        ) from error
    return _Reader(path).workloads(root)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError as error:
        raise ConfigError(
            "there is no such file",
            where=path,
            remedy="`epochly init pkg.mod:func` writes one",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"the file is not UTF-8: byte {error.start} cannot be decoded",
            where=path,
            remedy="save it as UTF-8",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the file cannot be read: {error.strerror}",
            where=path,
            remedy="give a readable file, as in --config epochly.yaml",
        ) from error


class _Reader:
    """Turns the composed nodes of one file into workloads; keeps the path for messages."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.directory = os.path.dirname(os.path.abspath(path))

    def workloads(self, root: yaml.Node | None) -> tuple[Workload, ...]:
        if root is None:
            raise ConfigError(
                "the file is empty", where=self.path, remedy=f"name a workload:\n{_EXAMPLE}"
            )
        top = self.mapping(root, "the file", ("workloads",))
        if "workloads" not in top:
            self.fail(root, "`workloads` is missing", f"name a workload:\n{_EXAMPLE}")
        named = self.mapping(top["workloads"], "`workloads`", None)
        if not named:
            self.fail(top["workloads"], "there is no workload", f"name one:\n{_EXAMPLE}")
        return tuple(self.workload(name, node) for name, node in named.items())

    def workload(self, name: str, node: yaml.Node) -> Workload:
        keys = self.mapping(node, f"the workload {name!r}", KEYS)
        if "target" not in keys:
            self.fail(
                node, f"the workload {name!r} has no `target`", "add `target: pkg.mod:func` to it"
            )

        def text(key: str) -> str | None:
            return self.text(keys[key], key) if key in keys else None

        return Workload(
            target=self.text(keys["target"], "target"),
            directory=self.directory,
            name=name,
            args=text("args"),
            setup=text("setup"),
            reset=text("reset"),
            levels=self.levels(keys["levels"]) if "levels" in keys else None,
            seed=self.seed(keys["seed"]) if "seed" in keys else 0,
            timeout_s=self.timeout(keys["timeout_s"]) if "timeout_s" in keys else None,
            tolerance=self.tolerance(keys["verify"]) if "verify" in keys else Tolerance(),
            service=text("service"),
        )

    def mapping(
        self, node: yaml.Node, what: str, accepted: Sequence[str] | None
    ) -> dict[str, yaml.Node]:
        """Keys and value nodes, no key twice, and none but the accepted ones (None: any)."""
        import yaml

        if not isinstance(node, yaml.MappingNode):
            if accepted:
                shape = f"it takes the keys {', '.join(accepted)}"
            else:
                shape = f"give each workload a name:\n{_EXAMPLE}"
            self.fail(node, f"{what} must be a mapping, not {_kind(node)}", shape)
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            name = self.key(key, what, accepted)
            if name in lines:
                self.fail(
                    key,
                    f"{what} names {name!r} twice, first in line {lines[name]}",
                    "rename or remove one of them",
                )
            lines[name] = key.start_mark.line + 1
        try:
            yaml.constructor.SafeConstructor().flatten_mapping(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or node.start_mark
            raise ConfigError(
                f"`<<` cannot be merged: {error.problem}",
                where=f"{self.path}:{mark.line + 1}",
                remedy="merge a mapping, as in <<: *defaults",
            ) from error
        return {self.key(key, what, accepted): value for key, value in node.value}

    def key(self, node: yaml.Node, what: str, accepted: Sequence[str] | None) -> str:
        name = node.value if node.tag == _STRING else None
        if not isinstance(name, str) or not name.strip():
            shown = node.value if isinstance(node.value, str) else _kind(node)
            self.fail(node, f"a key of {what} must be text, not {shown}", "put it in quotes")
        if accepted is not None and name not in accepted:
            near = difflib.get_close_matches(name, accepted, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            self.fail(
                node,
                f"{what} has the unknown key {name!r}",
                f"{hint}accepted keys: {', '.join(accepted)}",
            )
        return name

    def text(self, node: yaml.Node, key: str) -> str:
        if node.tag != _STRING or not isinstance(node.value, str):
            if node.tag.endswith((":int", ":float", ":bool", ":timestamp")):
                remedy = f'put it in quotes, as in {key}: "{node.value}"'
            else:
                remedy = f"write {key}: followed by text in quotes, or leave the key out"
            self.fail(node, f"`{key}` must be text, not {_kind(node)}", remedy)
        if not node.value.strip():
            self.fail(node, f"`{key}` is empty", "fill it in or leave the key out")
        return node.value

    def value(self, node: yaml.Node) -> Any:
        """The plain value of a scalar; None for anything else or a scalar that has none."""
        import yaml

        if not isinstance(node, yaml.ScalarNode):
            return None
        # A tag such as `!!bool maybe` or a date such as 2024-99-99 fails in PyYAML with
        # whatever its conversion happened to raise.
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError, KeyError, AttributeError):
            return None

    def number(self, node: yaml.Node, key: str, remedy: str) -> float:
        value = self.value(node)
        if isinstance(value, str) and getattr(node, "style", None) is None:
            # YAML 1.1 reads 1e-9 as text, since it demands a point in the mantissa.
            try:
                value = float(value)
            except ValueError:
                value = None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(node, f"`{key}` must be a number, not {_kind(node)}", remedy)
        if not 0 <= value <= sys.float_info.max:
            self.fail(node, f"`{key}` must be finite and not negative, not {value}", remedy)
        return float(value)

    def timeout(self, node: yaml.Node) -> float:
        remedy = "give seconds, as in timeout_s: 60"
        seconds = self.number(node, "timeout_s", remedy)
        if seconds == 0:
            self.fail(node, "`timeout_s` must be more than 0", remedy)
        return seconds

    def seed(self, node: yaml.Node) -> int:
        value = self.value(node)
        remedy = f"give an integer from 0 to {LARGEST_SEED}, as in seed: 1"
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(node, f"`seed` must be an integer, not {_kind(node)}", remedy)
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
                    f"`levels` must be levels, not {_kind(item)}",
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
                f"`exact` must be true or false, not {_kind(keys['exact'])}",
                "write exact: true",
            )
        return Tolerance(rtol=rtol, atol=atol, exact=exact)

    def fail(self, node: yaml.Node, what: str, remedy: str) -> NoReturn:
        raise ConfigError(what, where=f"{self.path}:{node.start_mark.line + 1}", remedy=remedy)


def _kind(node: yaml.Node) -> str:
    names = {
        "null": "nothing",
        "str": "text",
        "int": "an integer",
        "float": "a number",
        "bool": "true or false",
        "timestamp": "a date",
        "seq": "a list",
        "map": "a mapping",
    }
    kind = node.tag.rpartition(":")[2]
    return names.get(kind, f"a value tagged {node.tag}")
