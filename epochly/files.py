"""Files that are replaced in one step."""

from __future__ import annotations

import os


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
