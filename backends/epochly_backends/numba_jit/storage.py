"""Where the text of compiled programs lies, and Numba keeps what it made of it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from epochly.interrupted import let_through
from epochly.runtime.places import cache_folder


def stored(text: str, options: str) -> str | None:
    """The file of a program's text, written when it is not there yet.

    Numba keeps compiled code beside the file it came from, under the processor's name and its
    own version; a file is named by all else that the code depends on.

    Parameters
    ----------
    text : str
        The program.
    options : str
        How it is compiled, which Numba's own key leaves out.

    Returns
    -------
    str or None
        None where no folder can be written.
    """
    digest = hashlib.sha256("\0".join((text, options, _version_of_this())).encode()).hexdigest()
    path = _folder() / f"{digest[:32]}.py"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
                file.write(text)
            os.replace(file.name, path)
    except OSError:
        return None
    return str(path)


def loaded(dispatcher: Any, types: tuple[Any, ...]) -> bool:
    """Whether a compiled function could be taken from what Numba keeps beside a stored text.

    Numba's own way there first imports every function that it could compile, and SciPy's linear
    algebra, which takes 0.3 s and is of no use to code that is compiled already. What cannot be
    read, as after a power failure, is forgotten, so that it is compiled and kept anew.

    Parameters
    ----------
    dispatcher : numba.core.dispatcher.Dispatcher
        Made with ``cache=True``, of the stored text.
    types : tuple of numba.types.Type
        Of the arguments.
    """
    from numba.core.compiler_lock import global_compiler_lock

    load = getattr(dispatcher._cache, "_load_overload", None)
    if load is None:
        return False
    with global_compiler_lock:
        start_runtime(dispatcher.targetctx)
        try:
            found = load(types, dispatcher.targetctx)
        except Exception as error:  # noqa: BLE001 - what is damaged may raise anything
            let_through(error)
            dispatcher._cache.flush()
            return False
        if found is not None:
            dispatcher.add_overload(found)
    return found is not None


def start_runtime(context: Any) -> None:
    """Start NRT, which compiled code calls to get and to return memory; once in a process.

    Parameters
    ----------
    context : numba.core.base.BaseContext
    """
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.runtime.nrt import rtsys

    with global_compiler_lock:
        rtsys.initialize(context)


def _folder() -> Path:
    asked = os.environ.get("NUMBA_CACHE_DIR")
    return Path(asked) / "epochly" if asked else Path(cache_folder()) / "numba"


@cache
def _version_of_this() -> str:
    """Digest of the modules that give a program's names their meaning."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
