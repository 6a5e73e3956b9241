"""The nodes of a YAML file that people write, and errors that name their lines."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from epochly.errors import ConfigError

if TYPE_CHECKING:
    import yaml

_STRING = "tag:yaml.org,2002:str"


def compose(path: str, *, option: str, missing: str) -> yaml.Node | None:
    """Read a YAML file as nodes, which know their lines.

    Parameters
    ----------
    path : str
    option : str
        How a file of this kind is given, for messages.
    missing : str
        The remedy where there is no such file.

    Returns
    -------
    yaml.Node or None
        None for an empty file.

    Raises
    ------
    ConfigError
        When the file cannot be read or is not YAML; with the line.
    """
    import yaml

    text = _read(path, option, missing)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
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
            "the file is nested too deeply",
            where=path,
            remedy=f"give another one, as in {option}",
        ) from error


def _read(path: str, option: str, missing: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", where=path, remedy=missing) from error
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
            remedy=f"give a readable file, as in {option}",
        ) from error


class Nodes:
    """Turns nodes into plain values, or says what is wrong with them and where.

    Parameters
    ----------
    path : str
        The file, for messages.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def mapping(
        self,
        node: yaml.Node,
        what: str,
        accepted: Sequence[str] | None,
        *,
        remedy: str | None = None,
    ) -> dict[str, yaml.Node]:
        """Keys and value nodes, no key twice, and none but the accepted ones (None: any)."""
        import yaml

        if not isinstance(node, yaml.MappingNode):
            shape = remedy or f"it takes the keys {', '.join(accepted or ())}"
            self.fail(node, f"{what} must be a mapping, not {kind(node)}", shape)
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
        plain = node.tag == _STRING or accepted is not None
        name = node.value if plain else None
        if not isinstance(name, str) or not name.strip():
            shown = node.value if isinstance(node.value, str) else kind(node)
            if isinstance(name, str):
                self.fail(node, f"a key of {what} is empty", "give it a name")
            self.fail(node, f"a key of {what} must be text, not {shown}", "put it in quotes")
        if accepted is not None and name not in accepted:
            near = difflib.get_close_matches(name, accepted, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            if name.isdigit() and not any(key.isdigit() for key in accepted):
                hint = "within braces a value with a comma needs quotes; "
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
            self.fail(node, f"`{key}` must be text, not {kind(node)}", remedy)
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

    def choice(self, node: yaml.Node, key: str, accepted: Sequence[str]) -> str:
        """One of a few words."""
        value = self.value(node)
        if value not in accepted:
            given = kind(node) if value is None else repr(node.value)
            near = difflib.get_close_matches(str(node.value), accepted, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            self.fail(
                node, f"`{key}` cannot be {given}", f"{hint}write one of {', '.join(accepted)}"
            )
        return str(value)

    def number(self, node: yaml.Node, key: str, remedy: str) -> float:
        value = self.value(node)
        if isinstance(value, str) and getattr(node, "style", None) is None:
            # YAML 1.1 reads 1e-9 as text, since it demands a point in the mantissa.
            try:
                value = float(value)
            except ValueError:
                value = None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fail(node, f"`{key}` must be a number, not {kind(node)}", remedy)
        if not 0 <= value <= sys.float_info.max:
            self.fail(node, f"`{key}` must be finite and not negative, not {value}", remedy)
        return float(value)

    def positive(self, node: yaml.Node, key: str, remedy: str) -> float:
        number = self.number(node, key, remedy)
        if number == 0:
            self.fail(node, f"`{key}` must be more than 0", remedy)
        return number

    def fail(self, node: yaml.Node, what: str, remedy: str) -> NoReturn:
        raise ConfigError(what, where=f"{self.path}:{node.start_mark.line + 1}", remedy=remedy)


def kind(node: yaml.Node) -> str:
    """What a node is, in words."""
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
    found = node.tag.rpartition(":")[2]
    return names.get(found, f"a value tagged {node.tag}")
