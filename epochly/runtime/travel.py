"""Decorated functions, and what they counted, between this process and its workers."""

from __future__ import annotations

import io
import linecache
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import IO, Any, NamedTuple

from epochly.code.callgraph import call_graph, is_users
from epochly.code.libraries import CACHE, in_library
from epochly.code.mark import original_of
from epochly.code.source import text_without_file
from epochly.errors import EpochlyError
from epochly.forks import ProcessLock
from epochly.runtime.decorated import STATE, decorated
from epochly.runtime.dispatcher import Dispatcher
from epochly.runtime.policy import ObservingPolicy
from epochly.runtime.records import Account, records
from epochly.runtime.strides import reduced

_NO_FILE = "<dynamic-code>"
WORKER = "it runs within an item, in a worker process"


def dumps(value: Any) -> bytes:
    """Pickle for a worker process, where decorated functions run at level 0 and are counted."""
    with io.BytesIO() as file:
        pickler()(file, protocol=5).dump(value)
        return file.getvalue()


class CannotTravelError(EpochlyError):
    """Something that another process would need cannot be pickled; nothing has run there."""


def packed(
    function: FunctionType | None, value: Any, *, dump: Callable[[Any], bytes] = dumps
) -> bytes:
    """Pickle a value with the modules of a function and its helpers by value.

    Another process then need not be able to import them, and sees their globals as of now.

    Parameters
    ----------
    function : FunctionType or None
        Whose modules travel; the function is usually part of the value.
    value : object
    dump : callable, optional
        Pickles it once the modules are registered.

    Raises
    ------
    CannotTravelError
    """
    members = call_graph(function).functions if function is not None else ()
    own = frozenset(member.__module__ for member in members)
    names = own | _users_modules(frozenset(sys.modules), own)
    modules = [sys.modules[name] for name in names - {"__main__"} if name in sys.modules]
    with _by_value(modules):
        try:
            return dump(value)
        except Exception as error:
            raise CannotTravelError(
                str(error), remedy="keep what cannot be pickled out of its arguments and globals"
            ) from error


def packed_into(file: IO[bytes], function: FunctionType | None, value: Any) -> None:
    """Pickle a value into a file, as `packed` does, without holding a copy of it in memory.

    Raises
    ------
    CannotTravelError
    OSError
        When the file takes no more.
    """

    def dump(value: Any) -> bytes:
        pickler()(file, protocol=5).dump(value)
        file.flush()
        return b""

    try:
        packed(function, value, dump=dump)
    except CannotTravelError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        raise


_lock = ProcessLock()
_registered: Counter[ModuleType] = Counter()


@contextmanager
def _by_value(modules: Iterable[ModuleType]) -> Iterator[None]:
    """Have cloudpickle take modules by value; it has one list of them for all threads."""
    import cloudpickle

    with _lock:
        others = cloudpickle.list_registry_pickle_by_value()
        ours = {m for m in modules if m in _registered or m.__name__ not in others}
        for module in ours:
            if module not in _registered:
                cloudpickle.register_pickle_by_value(module)
            _registered[module] += 1
    try:
        yield
    finally:
        with _lock:
            for module in ours:
                _registered[module] -= 1
                if not _registered[module]:
                    del _registered[module]
                    cloudpickle.unregister_pickle_by_value(module)


@lru_cache(maxsize=8)
def _users_modules(loaded: frozenset[str], own: frozenset[str]) -> frozenset[str]:
    """Loaded modules that the user may have changed since they were imported.

    ``own``, the modules of a function and its helpers, tells which packages are the user's.
    """
    return frozenset(
        name
        for name, module in ((name, sys.modules.get(name)) for name in loaded)
        if name.partition(".")[0] not in _OUR_OWN
        and isinstance(module, ModuleType)
        and (file := getattr(module, "__file__", None)) is not None
        and not in_library(file)
    )


_BOUND = (io.TextIOWrapper, memoryview)
_MACHINERY = frozenset({"__builtins__", "__loader__", "__spec__", "__cached__"})
_OUR_OWN = frozenset({"epochly", "epochly_cli", "epochly_backends"})


@cache
def pickler() -> Any:
    """The class of picklers that `dumps` uses; NumPy is imported by the first call."""
    import cloudpickle
    from numpy import ndarray

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        """Pickles a decorated function as what it decorates: its locks and pools stay here.

        Code keeps the name of its file, which cloudpickle drops, for tracebacks and its source.
        A cache is empty elsewhere, over the function as it is now. What cloudpickle would make
        into something else, a file into a text and a view of memory into bytes, does not travel.
        """

        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, _BOUND) and obj not in (sys.stdout, sys.stderr):
                raise TypeError(f"a {type(obj).__name__} belongs to this process")
            if isinstance(obj, CACHE) and is_users(obj.__wrapped__):
                return _cached, (obj.__wrapped__, obj.cache_parameters())
            if type(obj) is ndarray:
                return reduced(obj)
            if isinstance(obj, ndarray) and getattr(obj, "__dict__", None):
                reduce: Any = type(obj).__reduce__
                if reduce is ndarray.__reduce__:
                    raise TypeError(f"a copy of a {type(obj).__qualname__} forgets its attributes")
            if isinstance(obj, CodeType):
                make, parts = self.dispatch_table[CodeType](obj)
                parts = tuple(obj.co_filename if p == _NO_FILE else p for p in parts)
                text = text_without_file(obj.co_filename)
                return (_code, (make, parts, obj.co_filename, text)) if text else (make, parts)
            if isinstance(obj, FunctionType) and STATE in vars(obj):
                original = original_of(obj)
                if original is not obj:
                    # What asked for level 0 runs there as it was asked to.
                    asked = vars(obj)[STATE].requested
                    return _in_worker, (original, None if asked == 0 else WORKER)
            if (
                isinstance(obj, ModuleType)
                and obj.__name__ in cloudpickle.list_registry_pickle_by_value()
            ):
                # Its contents follow once it is known, since modules name each other.
                held = {name: v for name, v in vars(obj).items() if name not in _MACHINERY}
                return ModuleType, (obj.__name__,), held
            found = super().reducer_override(obj)
            if isinstance(obj, type) and "__slots__" in vars(obj) and isinstance(found, tuple):
                # A named tuple makes its own, and must not be given any.
                made = NamedTuple in vars(obj).get("__orig_bases__", ())
                return found if made else _with_slots(obj, found)
            return found

    return Pickler


def _code(make: Callable[..., CodeType], parts: tuple[Any, ...], file: str, text: str) -> CodeType:
    """Code whose source is in no file, and is known here too from now on."""
    linecache.cache.setdefault(file, (len(text), None, text.splitlines(True), file))
    return make(*parts)


def _with_slots(cls: type, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """What makes a class elsewhere, with the slots that cloudpickle leaves to its attributes."""
    make, arguments, (state, slots), *more = reduced
    if "__slots__" not in state:
        return reduced
    given = tuple(
        {**part, "__slots__": state["__slots__"]} if isinstance(part, dict) else part
        for part in arguments
    )
    kept = {name: value for name, value in state.items() if name != "__slots__"}
    return make, given, (kept, slots), *more


def _cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    return lru_cache(**parameters)(function)


def counted(run: Callable[[bytes], bytes], payload: bytes) -> tuple[bytes, dict[str, Account]]:
    """Run something in a worker process; its answer, and what decorated functions did in it."""
    records.reset()
    answer = run(payload)
    return answer, records.take()


def received(answer: tuple[bytes, dict[str, Account]]) -> bytes:
    """The answer of `counted`; what was counted joins the counts of this process."""
    records.give(answer[1])
    return answer[0]


def _in_worker(original: Callable[..., Any], reason: str | None) -> Any:
    def make(original: Callable[..., Any]) -> Dispatcher:
        return Dispatcher(original, ObservingPolicy(original, reason))

    return decorated(original, make)
