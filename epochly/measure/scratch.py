"""Temporary folders of a run, and those that a run left that was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Locked for as long as the run lives; process ids are of no use where containers share a folder.
OWNER = "owner"


@contextlib.contextmanager
def scratch_folder(kind: str = "") -> Iterator[str]:
    """A folder for the length of a block; what killed runs left is removed on this occasion.

    Parameters
    ----------
    kind : str
        A word for its name, with a hyphen at its end.

    Yields
    ------
    str
        Its path. The file `OWNER` in it is ours.
    """
    import fcntl

    _remove_ownerless(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"epochly-{kind}"))
    try:
        with (folder / f"{OWNER}.new").open("w") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX)
            # Under its name only once it is locked, so that nobody takes the folder for left.
            os.rename(owner.name, folder / OWNER)
            yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_ownerless(temporary: Path) -> None:
    """Remove this user's folders whose runs have ended without doing so."""
    import fcntl

    for left in temporary.glob(f"epochly-*/{OWNER}"):
        with contextlib.suppress(OSError):
            if left.parent.is_symlink() or left.parent.stat().st_uid != os.getuid():
                continue
            with left.open() as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left.parent, ignore_errors=True)
