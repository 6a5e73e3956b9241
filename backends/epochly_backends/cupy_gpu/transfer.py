"""Moving what a call is given to the device, and what it made back, with identities kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from epochly.errors import Deoptimize

_KINDS = "biufc"
_PLAIN = (bool, int, float, complex, str, bytes, type(None), slice, type(Ellipsis))


class Visit:
    """One call's stay on the device.

    Nothing of the caller's is written before `finish`, so giving up before it leaves no trace.

    Parameters
    ----------
    xp : module
        CuPy, or what stands in for it.
    watches_writes : bool
        Keep a copy on the device of every array moved, to tell later what has changed.
    """

    def __init__(self, xp: Any, *, watches_writes: bool = True) -> None:
        self._xp = xp
        self._watches_writes = watches_writes
        self._twins: dict[int, tuple[Any, Any]] = {}
        self._containers: list[tuple[Any, Any, list[Any]]] = []
        self._pristine: list[tuple[Any, Any, Any]] = []
        self._results: list[Any] = []
        self.bytes_in = 0
        self.bytes_out = 0

    def move(self, value: Any) -> Any:
        """The counterpart on the device of an argument or a global.

        Raises
        ------
        Deoptimize
            For what CuPy has no counterpart of.
        """
        import numpy as np

        if isinstance(value, (*_PLAIN, np.generic, np.dtype, type)):
            return value
        if id(value) in self._twins:
            return self._twins[id(value)][1]
        if type(value) is np.ndarray:
            return self._move_array(value)
        if type(value) in (list, tuple, dict):
            return self._move_container(value)
        raise Deoptimize(f"a {type(value).__name__} has no counterpart on the device")

    def finish(self, result: Any) -> Any:
        """Write changed arguments back, and bring the result home.

        Raises
        ------
        Deoptimize
            When the result or a change cannot be told in the caller's objects; nothing has been
            written then.
        """
        import numpy as np

        self._check_containers()
        home = {id(twin): original for original, twin in self._twins.values()}
        found = self._fetch(result, home)
        changed = []
        for original, twin, before in self._pristine:
            if not _same_bits(self._xp, twin, before):
                changed.append((original, self._get(twin)))
        for original, values in changed:
            np.copyto(original, values)
        return found

    def _move_array(self, array: Any) -> Any:
        import numpy as np

        if array.dtype.kind not in _KINDS or not array.dtype.isnative or array.ndim == 0:
            raise Deoptimize(f"an array of {array.dtype} with {array.ndim} dimensions stays here")
        if array.dtype in (np.dtype("g"), np.dtype("G"), np.dtype("e")):
            raise Deoptimize(f"{array.dtype} is rounded otherwise on the device")
        for other, _ in self._twins.values():
            if isinstance(other, np.ndarray) and np.may_share_memory(array, other):
                raise Deoptimize("two of the arrays overlap in memory")
        if self._watches_writes and not array.flags.writeable:
            raise Deoptimize("a read-only array may be written")
        twin = self._xp.asarray(array)
        if twin is array:
            twin = array.copy()
        self.bytes_in += array.nbytes
        self._twins[id(array)] = (array, twin)
        if self._watches_writes:
            self._pristine.append((array, twin, twin.copy()))
        return twin

    def _move_container(self, value: Any) -> Any:
        if isinstance(value, tuple):
            moved: Any = tuple(self.move(item) for item in value)
        elif isinstance(value, dict):
            moved = {key: self.move(item) for key, item in value.items()}
        else:
            moved = [self.move(item) for item in value]
        self._twins[id(value)] = (value, moved)
        self._containers.append((value, moved, _members(moved)))
        return moved

    def _check_containers(self) -> None:
        for _, moved, members in self._containers:
            now = _members(moved)
            if len(now) != len(members) or any(
                new is not old for new, old in zip(now, members, strict=True)
            ):
                raise Deoptimize("a list or dict of the caller is changed")

    def _fetch(self, value: Any, home: dict[int, Any]) -> Any:
        import numpy as np

        if id(value) in home:
            return home[id(value)]
        if isinstance(value, self._xp.ndarray):
            for _, twin in self._twins.values():
                if isinstance(twin, self._xp.ndarray) and self._xp.may_share_memory(value, twin):
                    raise Deoptimize("the result is a view of an argument")
            if any(self._xp.may_share_memory(value, other) for other in self._results):
                raise Deoptimize("two arrays of the result overlap in memory")
            self._results.append(value)
            return home.setdefault(id(value), self._get(value))
        if type(value) is tuple:
            return tuple(self._fetch(item, home) for item in value)
        if type(value) is list:
            return [self._fetch(item, home) for item in value]
        if type(value) is dict:
            return {key: self._fetch(item, home) for key, item in value.items()}
        if isinstance(value, (*_PLAIN, np.generic, np.dtype, type)):
            return value
        raise Deoptimize(f"a result of type {type(value).__name__} is not known to be the same")

    def _get(self, twin: Any) -> Any:
        self.bytes_out += twin.nbytes
        return twin.get()


def _members(container: Any) -> list[Any]:
    if isinstance(container, dict):
        return [part for pair in container.items() for part in pair]
    return list(container)


def _same_bits(xp: Any, left: Any, right: Any) -> bool:
    """Compare bits, so that NaN equals itself and -0.0 is not 0.0."""
    words = "u1" if left.dtype.kind == "b" else f"u{min(left.dtype.itemsize, 8)}"
    views: Sequence[Any] = [xp.ascontiguousarray(array).view(words) for array in (left, right)]
    return bool((views[0] == views[1]).all())
