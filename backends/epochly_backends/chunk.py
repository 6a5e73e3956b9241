"""A chunk of a loop's items in a worker process, and what must be as it is for the caller."""

from __future__ import annotations

import os
from types import CodeType, FunctionType, ModuleType
from typing import Any, cast


class Surroundings:
    """What a worker must share with the caller besides its data."""

    def __init__(self, folder: str, variables: dict[str, str], decimals: Any, errors: Any) -> None:
        self.folder = folder
        self.variables = variables
        self.decimals = decimals
        self.errors = errors
        self.filters: list[Any] = []

    @classmethod
    def now(cls) -> Surroundings:
        import decimal
        import warnings

        import numpy as np

        found = cls(os.getcwd(), dict(os.environ), decimal.getcontext().copy(), np.geterr())
        found.filters = list(warnings.filters)
        return found

    def enter(self) -> None:
        import decimal
        import warnings

        import numpy as np

        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.variables)
        decimal.setcontext(self.decimals)
        np.seterr(**self.errors)
        warnings.resetwarnings()
        cast("list[Any]", warnings.filters).extend(self.filters)


def run_packed(payload: bytes) -> bytes:
    """Run one chunk in a worker process; what it raises is part of the answer."""
    import pickle

    import cloudpickle
    from threadpoolctl import threadpool_limits

    body, items, context, replayable = pickle.loads(payload)
    context.enter()
    values: list[Any] = []
    data = _data_of(body)
    held = _reach((items, data))
    before = None if replayable else _digest((items, data))
    try:
        with threadpool_limits(1):
            for item in items:
                values += body(item)
        if _shares(values, held):
            return _failure("an item's result is, or holds, the item or a shared object")
        if before is not None and before != _digest((items, data)):
            return _failure("an item changed an object of the caller's")
        return bytes(cloudpickle.dumps(("values", values), protocol=5))
    except Exception as error:  # noqa: BLE001 - the user's exception, raised by the caller
        try:
            packed: bytes = cloudpickle.dumps(("raised", error), protocol=5)
            copied = pickle.loads(packed)[1]
        except Exception:  # noqa: BLE001 - __reduce__ may raise anything
            return _failure(f"{type(error).__name__} cannot travel between processes")
        if type(copied) is not type(error) or repr(copied.args) != repr(error.args):
            return _failure(f"{type(error).__name__} does not survive pickling")
        return packed


def _failure(reason: str) -> bytes:
    import pickle

    return pickle.dumps(("lost", reason))


def _data_of(body: FunctionType) -> dict[str, Any]:
    """What the body and the user's functions that it calls hold outside themselves."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    todo: list[Any] = [body]
    while todo:
        value = todo.pop()
        if id(value) in seen or not isinstance(value, FunctionType):
            continue
        seen.add(id(value))
        outside = dict(zip(value.__code__.co_freevars, value.__closure__ or (), strict=True))
        held = {name: cell.cell_contents for name, cell in outside.items()}
        held |= {n: value.__globals__[n] for n in _names(value.__code__) if n in value.__globals__}
        found |= {f"{id(value)}.{name}": part for name, part in held.items()}
        todo += held.values()
    return found


def _names(code: CodeType) -> set[str]:
    """Global names of a code object and of those within it."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _digest(value: Any) -> bytes:
    import hashlib

    from epochly.runtime.travel import dumps

    return hashlib.sha256(dumps(value)).digest()


def _shares(result: list[Any], theirs: dict[int, Any]) -> bool:
    """Whether a result holds an object that the caller holds too: its identity would be lost."""
    import numpy as np

    ours = _reach(result)
    if any(key in theirs for key in ours):
        return True
    arrays = [value for value in theirs.values() if isinstance(value, np.ndarray)]
    return any(
        isinstance(value, np.ndarray) and np.may_share_memory(value, other)
        for value in ours.values()
        for other in arrays
    )


def _reach(root: Any) -> dict[int, Any]:
    import gc

    import numpy as np

    found: dict[int, Any] = {}
    todo = list(root)
    while todo:
        value = todo.pop()
        if id(value) in found or isinstance(value, (type, ModuleType, FunctionType)):
            continue
        if gc.is_tracked(value) or isinstance(value, (np.ndarray, dict, bytearray)):
            if not isinstance(value, tuple):
                found[id(value)] = value
            todo += gc.get_referents(value)
    return found
