"""Files that are replaced in one step, and the plain data in them."""

from __future__ import annotations

import os
from typing import Any


def replace_file(path: str, text: str) -> None:
    """Write a file so that a reader never sees half of it, and a failure leaves the old one.

    Parameters
    ----------
    path : str
        A link is followed.
    text : str
        Written as UTF-8.

    Raises
    ------
    OSError
        When it cannot be written, for want of room above all.
    """
    real = os.path.realpath(path)
    folder, name = os.path.split(real)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.replace(temporary, real)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def plain_yaml(text: str) -> Any:
    """What YAML of plain data says, read by libyaml where PyYAML has it: ten times as fast.

    Raises
    ------
    yaml.YAMLError
        When it is not YAML, or more than plain data.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except (ValueError, ArithmeticError, LookupError, AttributeError) as error:
        # What PyYAML lets through for values such as 2024-13-45, or `!!bool maybe`.
        raise yaml.YAMLError(f"it has a value that is none: {error}") from error
