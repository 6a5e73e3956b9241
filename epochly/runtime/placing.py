"""Entries in the text of a YAML file that people edit too: all else stays as they wrote it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

LIST = "decisions"


def dumped(value: Any) -> str:
    """Plain data as YAML, with the keys in their order."""
    import yaml

    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(value, Dumper=dumper, sort_keys=False, width=100)
    return text


def with_entry(text: str, place: int, entry: Mapping[str, Any], *, replaces: bool) -> str | None:
    """A text with one more entry in its list of decisions.

    Parameters
    ----------
    text : str
        A YAML document.
    place : int
        Which entry of the list it replaces, or is put before; their number for the end.
    entry : Mapping
    replaces : bool

    Returns
    -------
    str or None
        None where the list is empty, or not written with one entry after another in lines of
        their own. Whether the text says what it should is for the caller to see: YAML has more
        ways to write a list than are known here.
    """
    import yaml

    document = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    pairs = document.value if isinstance(document, yaml.MappingNode) else ()
    listed = next((value for key, value in pairs if key.value == LIST), None)
    if not isinstance(listed, yaml.SequenceNode) or listed.flow_style or not listed.value:
        return None
    lines = text.split("\n")
    new = textwrap.indent(dumped([dict(entry)]), " " * listed.start_mark.column)
    entries = listed.value
    start = entries[place].start_mark.line if place < len(entries) else _end(entries[-1])
    lines[start : _end(entries[place]) if replaces else start] = new.splitlines()
    return "\n".join(lines)


def _end(node: Any) -> int:
    """The line after the last that a node takes, comments behind it left out."""
    while isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        last = last[1] if isinstance(last, tuple) else last
        if last.start_mark.index <= node.start_mark.index:
            # What an alias stands for is written elsewhere, or is this very node.
            break
        node = last
    mark = node.end_mark
    return int(mark.line + bool(mark.column))
