"""A chunk of a loop's items in a worker process, and what it answers."""

from __future__ import annotations

import re
from array import array
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.asking import is_a
from epochly.code.patched import replaced_part
from epochly.runtime.travel import CannotTravelError, packed
from epochly_backends.exact import (
    Nans,
    is_raised,
    is_reordered,
    reduced_error,
    refuse_registered,
)
from epochly_backends.held import (
    held_by,
    known_objects,
    ordered_by_hash,
    reach,
    travels_otherwise,
    unwritable,
)
from epochly_backends.surroundings import Surroundings

CHANGED = "an item changed an object of the caller's"
_BUFFERS = (bytearray, array)
# What `repr` says of an object without one of its own.
_ADDRESS = re.compile(rb" at 0x[0-9a-f]{6}")


def run_packed(payload: bytes) -> bytes:
    """Run one chunk in a worker process; what it raises is part of the answer.

    The answer is a pickled ``("values", (bytes, signals, printed))``, ``("raised", (bytes or None,
    printed))``, ``("lost", reason)`` where items have run, or ``("unread", reason)`` where none
    has; the bytes are for `unpacked` and `chained`.
    """
    import contextlib
    import io
    import pickle

    from threadpoolctl import threadpool_limits

    try:
        nans = Nans()
        body, items, context, replayable = nans.loads(payload)
        context.enter()
    except Exception as error:  # noqa: BLE001 - unpickling runs the user's code
        return pickle.dumps(("unread", f"its items cannot be read elsewhere: {error}"))
    entered = Surroundings.now()
    data = held_by(body)
    before = None if replayable else _digest((items, data))
    theirs = reach((items, list(data.values())), code=True)
    known = known_objects(items)
    reason = (
        replaced_part(context.library)
        or travels_otherwise(theirs.values())
        or ordered_by_hash(items, data.values())
        or (None if replayable else unwritable(known))
    )
    if reason is not None:
        return pickle.dumps(("unread", reason))
    values: list[Any] = []
    printed = io.StringIO()
    try:
        with threadpool_limits(1), contextlib.redirect_stdout(printed):
            for item in items:
                values += body(item)
    except BaseException as error:  # noqa: BLE001 - the user's exception, raised by the caller
        if before is not None and before != _digest((items, data)):
            return _failure(CHANGED)
        return pickle.dumps(("raised", (_packed_error(error), printed.getvalue())))
    if before is not None and before != _digest((items, data)):
        return _failure(CHANGED)
    # What a cache has kept meanwhile is held by the caller as well.
    theirs |= reach((items, list(data.values())), code=True)
    reason = Surroundings.now().differing(entered) or _bound_to_the_caller(
        values, theirs, known, replayable=replayable
    )
    if reason is not None:
        return _failure(reason)
    try:
        result = _packed(values, known, nans)
        if replayable and _ADDRESS.search(result):
            return _failure("a result names the place of an object in this process")
        answer = result, Surroundings.signals(), printed.getvalue()
    except Exception as error:  # noqa: BLE001 - __reduce__ may raise anything
        return _failure(f"a result cannot travel between processes: {error}")
    return pickle.dumps(("values", answer))


def run_first(
    plain: FunctionType | None, body: FunctionType, item: Any
) -> tuple[list[Any], str | None]:
    """Run an item here; its results, and why a worker could not have done the same.

    Parameters
    ----------
    plain : FunctionType or None
        The function of the loop, whose modules are looked at as well.
    body : FunctionType
    item : object
    """
    data = held_by(body)
    given = [item], list(data.values())
    refusal: str | None = None
    try:
        before = packed(plain, ([item], data))
    except CannotTravelError as error:
        refusal = f"its items cannot travel: {error.what}"
    # Out of the handler, whose exception the item would see.
    if refusal is not None:
        return body(item), refusal
    theirs, known = reach(given, code=True), known_objects([item])
    values = body(item)
    try:
        changed = before != packed(plain, ([item], data))
    except CannotTravelError:
        changed = True
    if changed:
        return values, CHANGED
    return values, _bound_to_the_caller(values, theirs | reach(given, code=True), known)


def unpacked(answer: bytes, items: list[Any], nans: Nans) -> list[Any]:
    """The results of a chunk, with the caller's own objects in the place of their copies."""
    import io
    import pickle

    class Unpickler(pickle.Unpickler):
        own: list[Any] | None = None

        def persistent_load(self, pid: Any) -> Any:
            if isinstance(pid, tuple):
                return nans.persistent_load(pid)
            if self.own is None:
                self.own = known_objects(items)
            return self.own[pid]

        def find_class(self, module: str, name: str) -> Any:
            found = super().find_class(module, name)
            if module == "cloudpickle.cloudpickle":
                return ours.get(name, found)
            return found

    ours = _keeping_classes()
    found: list[Any] = Unpickler(io.BytesIO(answer)).load()
    return found


def _keeping_classes() -> dict[str, Any]:
    """What makes classes out of a pickle, but leaves those that are here as they are."""
    from cloudpickle import cloudpickle

    made: set[int] = set()

    def skeleton(maker: Any) -> Any:
        def make(*args: Any) -> Any:
            before = set(map(id, list(cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID.values())))
            cls = maker(*args)
            if id(cls) not in before:
                made.add(id(cls))
            return cls

        return make

    def filled(cls: Any, state: Any) -> Any:
        return cloudpickle._class_setstate(cls, state) if id(cls) in made else cls

    return {
        "_make_skeleton_class": skeleton(cloudpickle._make_skeleton_class),
        "_make_skeleton_enum": skeleton(cloudpickle._make_skeleton_enum),
        "_class_setstate": filled,
    }


def _packed(values: list[Any], known: list[Any], nans: Nans) -> bytes:
    import io

    from epochly.runtime.travel import pickler

    places = {
        id(value): number
        for number, value in reversed(list(enumerate(known)))
        if not isinstance(value, (bool, type, type(None)))
    }

    class Pickler(pickler()):  # type: ignore[misc]
        def persistent_id(self, obj: Any) -> Any:
            place = places.get(id(obj))
            return nans.persistent_id(obj) if place is None else place

        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, ModuleType):
                return import_module, (obj.__name__,)
            if isinstance(obj, BaseException):
                return reduced_error(obj)
            refuse_registered(type(obj))
            return super().reducer_override(obj)

    stream = io.BytesIO()
    Pickler(stream, protocol=5).dump(values)
    return stream.getvalue()


def _packed_error(error: BaseException) -> bytes | None:
    """The exception with its chain, or None where a copy would not be the same."""
    import pickle

    import cloudpickle

    try:
        packed: bytes = cloudpickle.dumps(_chain(error), protocol=5)
        copied = pickle.loads(packed)[0]
        same = type(copied) is type(error) and repr(copied.args) == repr(error.args)
        return packed if same and repr(vars(copied)) == repr(vars(error)) else None
    except Exception:  # noqa: BLE001 - __reduce__ may raise anything
        return None


def _chain(error: BaseException) -> tuple[Any, ...]:
    cause, context = error.__cause__, error.__context__
    return (
        error,
        _chain(cause) if cause is not None else None,
        _chain(context) if context is not None and context is not cause else None,
        context is cause,
        error.__suppress_context__,
    )


def chained(packed: bytes) -> BaseException:
    """The exception that `run_packed` answered with."""
    import pickle

    return _linked(pickle.loads(packed))


def _linked(chain: tuple[Any, ...]) -> BaseException:
    error: BaseException
    error, cause, context, same, suppress = chain
    error.__cause__ = _linked(cause) if cause is not None else None
    error.__context__ = _linked(context) if context is not None else None
    if same:
        error.__context__ = error.__cause__
    error.__suppress_context__ = suppress
    return error


def _failure(reason: str) -> bytes:
    import pickle

    return pickle.dumps(("lost", reason))


def _digest(value: Any) -> bytes:
    import hashlib

    from epochly.runtime.travel import dumps

    return hashlib.sha256(dumps(value)).digest()


def _bound_to_the_caller(
    result: list[Any], theirs: dict[int, Any], known: list[Any], *, replayable: bool = True
) -> str | None:
    """Why a result cannot be told apart from its copy no more: what identity would be lost.

    Where no item may run twice, the order of a set and a traceback are let go.
    """
    import numpy as np

    ours = reach(result, frozenset(map(id, known)))
    if any(type(value) is FunctionType for value in ours.values()):
        return "a result holds a function"
    if replayable and any(map(is_raised, ours.values())):
        return "a copy of an exception forgets where it was raised"
    if replayable and any(is_a(v, (set, frozenset)) and is_reordered(v) for v in ours.values()):
        return "a set within the results is in another order in another process"
    if any(key in theirs for key in ours):
        return "an item's result is, or holds, a part of the item or of a shared object"
    reason = travels_otherwise(ours.values())
    if reason is not None:
        return reason
    owners: dict[int, int] = {}
    looking = (np.ndarray, np.void, *_BUFFERS)
    for key, value in ours.items():
        if is_a(value, looking) and owners.setdefault(id(_owner(value)), key) != key:
            return "arrays in the results are views of one another"
    memory = [value for value in theirs.values() if is_a(value, (np.ndarray, *_BUFFERS))]
    arrays = [v if isinstance(v, np.ndarray) else np.frombuffer(v, np.uint8) for v in memory]
    for value in ours.values():
        if not is_a(value, (np.ndarray, np.void)):
            continue
        if any(np.may_share_memory(value, each) for each in arrays):
            return "an item's result is a view of an array that the caller holds"
    return None


def _owner(value: Any) -> Any:
    """Whose memory an array, a record or a view of memory looks at."""
    while True:
        base = value.obj if isinstance(value, memoryview) else getattr(value, "base", None)
        if base is None:
            return value
        value = base
