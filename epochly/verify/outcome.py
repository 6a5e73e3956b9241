"""What a call did: its value or exception, and all it left behind."""

from __future__ import annotations

import inspect
import io
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import getstate
from types import AsyncGeneratorType, CoroutineType, FunctionType, GeneratorType, ModuleType
from typing import Any

from epochly.call import Arguments
from epochly.code.asking import is_iterator
from epochly.code.function import Function
from epochly.errors import ResultError, UnpicklableOutcomeError, in_words
from epochly.loaded import loaded
from epochly.verify.difference import short

ATOMS = (bool, int, float, complex, str, bytes, type(None), type, FunctionType, ModuleType)
DEEPEST = 6
# Where a value stands: "arguments", "globals" or "cells", and its name there.
Place = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as part of an outcome."""

    kind: str
    args: tuple[Any, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a call did.

    Parameters
    ----------
    value : object
        Its return value; None when it raised.
    raised : Raised or None
    arguments : Mapping
        The arguments after the call, by position or name.
    globals, cells : Mapping
        Data that the function reaches outside itself, after the call.
    random, numpy_random : object
        States of the global generators; None where NumPy is not loaded.
    printed : str
        Digest of what went to standard output.
    aliases : tuple of str
        Which parts of the result are, or are views of, which arguments.
    unchanged : frozenset
        What the call surely left alone, so that what differs from one process to
        another, such as the names of temporary files or the time of the import, is no difference.
    changed : frozenset
        What it surely did not leave alone; what cannot be pickled is in neither.
    """

    value: Any
    raised: Raised | None
    arguments: Mapping[Any, Any]
    globals: Mapping[str, Any]
    cells: Mapping[str, Any]
    random: Any
    numpy_random: Any
    printed: str
    aliases: tuple[str, ...]
    unchanged: frozenset[Place] = frozenset()
    changed: frozenset[Place] = frozenset()


class Watch:
    """Looks at what a call can touch; made before the call, asked after it.

    Parameters
    ----------
    function : Function
    arguments : Arguments
        The very objects that the call gets.
    """

    def __init__(self, function: Function, arguments: Arguments) -> None:
        self._function = function
        self._arguments: dict[Any, Any] = {**dict(enumerate(arguments.args)), **arguments.kwargs}
        self._before = {place: _digest(value) for place, value in self._places().items()}

    def returned(self, value: Any, printed: str) -> Outcome:
        """The outcome of a call that returned.

        Raises
        ------
        ResultError
            When the result is a generator, an iterator or a coroutine.
        """
        _check_finished(value)
        return self._outcome(value, None, printed)

    def changed_arguments(self) -> dict[Any, bytes]:
        """Digests of the arguments that the call changed, as it left them."""
        now = {name: _digest(value) for name, value in self._arguments.items()}
        return {
            name: digest
            for name, digest in now.items()
            if digest is not None and self._before["arguments", name] not in (None, digest)
        }

    def raised(self, error: BaseException, printed: str) -> Outcome:
        """The outcome of a call that raised."""
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        # A class of the user may have an `args` of its own.
        args = BaseException.args.__get__(error)  # type: ignore[attr-defined]
        return self._outcome(None, Raised(kind, args, dict(vars(error))), printed)

    def _outcome(self, value: Any, raised: Raised | None, printed: str) -> Outcome:
        places = self._places()
        numpy = loaded("numpy")
        # Without a digest before or after, nobody knows.
        same = {
            place: before == after
            for place, before in self._before.items()
            if before is not None
            and place in places
            and (after := _digest(places[place])) is not None
        }
        return Outcome(
            value=value,
            raised=raised,
            arguments=dict(self._arguments),
            globals={name: v for (root, name), v in places.items() if root == "globals"},
            cells={name: v for (root, name), v in places.items() if root == "cells"},
            random=getstate(),
            numpy_random=numpy.random.get_state() if numpy is not None else None,
            printed=printed,
            aliases=tuple(sorted(_aliases(value, self._arguments))),
            unchanged=frozenset(place for place, alike in same.items() if alike),
            changed=frozenset(place for place, alike in same.items() if not alike),
        )

    def _places(self) -> dict[Place, Any]:
        """All that the call can touch, as it is now."""
        plain = self._function.plain
        outside = {} if plain is None else _data_reached(plain)
        return {("arguments", name): v for name, v in self._arguments.items()} | outside


def are_still(left: Mapping[Any, bytes], arguments: Arguments) -> bool:
    """Whether one of these arguments is as a call left it, by the digest of that."""
    named: dict[Any, Any] = {**dict(enumerate(arguments.args)), **arguments.kwargs}
    return any(_digest(named[name]) == digest for name, digest in left.items() if name in named)


def outcome_of(
    value: Any, arguments: Mapping[Any, Any], *, streams: tuple[Any, Any] | None
) -> Outcome:
    """The outcome of a call that returned, of a function that reaches nothing but its arguments.

    Parameters
    ----------
    value : object
    arguments : Mapping
        The arguments after the call, by position or name.
    streams : tuple or None
        States of ``random`` and ``np.random`` after the call; None where it does not draw.
    """
    _check_finished(value)
    python, numpy = streams or (None, None)
    aliases = tuple(sorted(_aliases(value, arguments)))
    return Outcome(value, None, dict(arguments), {}, {}, python, numpy, "", aliases)


def _digest(value: Any) -> bytes | None:
    """A digest of a value's pickle; None where it has none."""
    import hashlib

    import cloudpickle

    try:
        return hashlib.sha256(cloudpickle.dumps(value, protocol=5)).digest()
    except Exception:  # noqa: BLE001 - __reduce__ may raise anything; unknown is not unchanged
        return None


def save(outcome: Outcome, path: str) -> None:
    """Write an outcome to a file; what is not the result and cannot be pickled is left out.

    Raises
    ------
    UnpicklableOutcomeError
        When the result, or the exception, cannot be pickled.
    """
    import dataclasses

    import cloudpickle

    try:
        Path(path).write_bytes(cloudpickle.dumps(outcome, protocol=5))
        return
    except Exception:  # noqa: BLE001 - __reduce__ may raise anything; the parts say which
        pass
    for name, part in (("result", outcome.value), ("exception", outcome.raised)):
        problem = _unpicklable(part)
        if problem is not None:
            problem = _unfinished_in(part) or problem
            raise UnpicklableOutcomeError(
                f"the {name} cannot leave its process to be compared: {problem}",
                remedy="return data: numbers, containers, arrays, frames or dataclasses",
            )
    kept = dataclasses.replace(
        outcome,
        arguments=_picklable(outcome.arguments),
        globals=_picklable(outcome.globals),
        cells=_picklable(outcome.cells),
    )
    Path(path).write_bytes(cloudpickle.dumps(kept, protocol=5))


def load(path: str) -> Outcome:
    """Read an outcome that `save` wrote; only ever in a worker, since it runs the user's code."""
    outcome: Outcome = pickle.loads(Path(path).read_bytes())
    return outcome


def _unpicklable(value: Any) -> str | None:
    import cloudpickle

    try:
        cloudpickle.dumps(value, protocol=5)
    except Exception as error:  # noqa: BLE001 - __reduce__ may raise anything
        return in_words(error)
    return None


def _picklable(values: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in values.items() if _unpicklable(value) is None}


def _check_finished(value: Any) -> None:
    found = _unfinished(value)
    if found is not None:
        raise ResultError(f"it returns {found[0]}", remedy=found[1])


def _unfinished(value: Any) -> tuple[str, str] | None:
    """What a value is whose work is still to be done, and the remedy; None for any other."""
    remedy = "wrap it in list()"
    if isinstance(value, AsyncGeneratorType):
        kind, remedy = "asynchronous generator", "read it to its end inside a plain function"
    elif isinstance(value, CoroutineType) or inspect.isawaitable(value):
        kind, remedy = "coroutine", "await it inside a plain function"
    elif isinstance(value, GeneratorType):
        kind = "generator"
    elif is_iterator(value) and not isinstance(value, io.IOBase):
        kind = f"{type(value).__name__} iterator"
    else:
        return None
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind}, whose work is done only when it is read", remedy


def _unfinished_in(value: Any) -> str | None:
    """The first part of a value that cannot be pickled since its work is still to be done."""
    for path, part in _parts(value, "result", DEEPEST, set()):
        found = _unfinished(part)
        if found is not None and _unpicklable(part) is not None:
            return f"{path} is {found[0]}; {found[1]}"
    return None


def _data_reached(function: FunctionType) -> dict[Place, Any]:
    """Globals and cells of a function and its helpers that hold data that can change."""
    from epochly.code.callgraph import call_graph
    from epochly.code.scopes import binding_of

    found: dict[Place, Any] = {}
    for member in call_graph(function).functions:
        code = member.__code__
        for name in {*_names(code), *code.co_freevars}:
            binding = binding_of(member, name)
            if binding.kind in ("global", "cell") and not _is_code(binding.value):
                key = name if member is function else f"{member.__qualname__}.{name}"
                found[f"{binding.kind}s", key] = binding.value
    return found


def _names(code: Any) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _names(constant)


def _is_code(value: Any) -> bool:
    return isinstance(value, (type, ModuleType)) or callable(value)


def _aliases(value: Any, arguments: Mapping[Any, Any]) -> Iterator[str]:
    mutable = {
        id(argument): f"arguments[{name!r}]"
        for name, argument in arguments.items()
        if not _is_atom(argument)
    }
    numpy = loaded("numpy")
    arrays = (
        [(name, a) for name, a in arguments.items() if isinstance(a, numpy.ndarray) and a.size]
        if numpy is not None
        else []
    )
    for path, part in _parts(value, "result", DEEPEST, set()):
        if id(part) in mutable:
            yield f"{path} is {mutable[id(part)]}"
        elif arrays and numpy is not None and isinstance(part, numpy.ndarray):
            for name, array in arrays:
                if numpy.may_share_memory(part, array):
                    yield f"{path} is a view of arguments[{name!r}]"


def _parts(value: Any, path: str, depth: int, entered: set[int]) -> Iterator[tuple[str, Any]]:
    """All in a result but numbers and text; what stands in several places is entered once."""
    if not _is_atom(value):
        yield path, value
    if not depth or id(value) in entered:
        return
    if isinstance(value, (list, tuple)):
        items: Iterable[tuple[Any, Any]] = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    else:
        return
    entered.add(id(value))
    for key, item in items:
        if not isinstance(item, ATOMS):
            yield from _parts(item, f"{path}[{short(key)}]", depth - 1, entered)


def _is_atom(value: Any, depth: int = DEEPEST) -> bool:
    """Whether a value cannot change, so that it does not matter which of two equal ones it is."""
    if isinstance(value, ATOMS):
        return True
    numpy = loaded("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        return True
    if not isinstance(value, (tuple, frozenset)):
        return False
    return depth > 0 and all(_is_atom(item, depth - 1) for item in value)
