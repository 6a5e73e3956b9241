"""What the rewritten function calls on: NumPy's meaning, computed on the device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from epochly.errors import Deoptimize
from epochly_backends.cupy_gpu.names import (
    ATTRIBUTES,
    CONTAINER_METHODS,
    EITHER_ZERO,
    HOSTED,
    MAKING,
    METHODS,
    ON_DEVICE_TOO,
    draws,
    is_host_callable,
    numpy_names,
)
from epochly_backends.cupy_gpu.transfer import Visit

# More single elements than this in one call: the work belongs to a compiler, not to a device.
MOST_ELEMENTS = 1000
_PYTHON_KINDS = {bool: "b", int: "i", float: "f", complex: "c"}


class Device:
    """Operations on device arrays that keep what NumPy's arrays would do.

    Single elements are brought home as NumPy scalars, which, unlike CuPy's arrays without
    dimensions, cannot change under another name.

    Parameters
    ----------
    xp : module
        CuPy, or what stands in for it.
    """

    def __init__(self, xp: Any) -> None:
        self._xp = xp
        self.counts: Counter[str] = Counter()
        self.helpers: dict[int, Callable[..., Any]] = {}
        self._elements = 0
        self._visit = Visit(xp)

    def begin(self, visit: Visit) -> None:
        """Start a call: what comes from outside the function goes through this visit."""
        self._elements = 0
        self._visit = visit

    def outer(self, value: Any) -> Any:
        """A global or a cell, as of now."""
        return self._visit.move(value)

    def call(self, function: Callable[..., Any], line: int, *args: Any, **kwargs: Any) -> Any:
        """Call whatever the name stands for now."""
        helper = self.helpers.get(id(function))
        if helper is not None:
            return helper(*args, **kwargs)
        name = numpy_names().get(id(function))
        if name is not None:
            return self._numpy(name, line, *args, **kwargs)
        if is_host_callable(function):
            return self._host(function, line, *args, **kwargs)
        self._refuse_if(not draws(function), getattr(function, "__name__", "a callable"), line)
        return self._drawn(function, line, *args, **kwargs)

    def _numpy(self, name: str, line: int, *args: Any, **kwargs: Any) -> Any:
        import numpy as np

        moved = self._holds(args) or self._holds(kwargs.values())
        if name in HOSTED:
            self._refuse_if(moved, f"np.{name} of a device array", line)
            return self._xp.asarray(getattr(np, name)(*args, **kwargs))
        if name in ("array", "asarray") and not moved:
            return self._moved(np.asarray(*args, **kwargs), line)
        if not moved and name not in MAKING:
            found = getattr(np, name)(*args, **kwargs)
            return self._moved(found, line) if isinstance(found, np.ndarray) else found
        if name == "power":
            self._check_power(args[0], args[1], line)
        if name in EITHER_ZERO:
            self._check_zeros((*args, *kwargs.values()), line)
        self.counts["operations"] += 1
        found = getattr(self._xp, name)(*args, **kwargs)
        if name in MAKING or name in ("asarray", "array"):
            self._refuse_if(found.ndim == 0, "an array without dimensions", line)
        return self._settled(found, line, element=False)

    def _drawn(self, function: Callable[..., Any], line: int, *args: Any, **kwargs: Any) -> Any:
        import numpy as np

        self._refuse_if(self._holds(args) or self._holds(kwargs.values()), "a draw by arrays", line)
        found = function(*args, **kwargs)
        return self._moved(found, line) if isinstance(found, np.ndarray) else found

    def _host(self, function: Callable[..., Any], line: int, *args: Any, **kwargs: Any) -> Any:
        # Python's own functions must not walk over a device array.
        name = getattr(function, "__name__", "")
        if name not in ON_DEVICE_TOO:
            self._refuse_if(self._holds(args), f"{name}() of a device array", line)
        return function(*args, **kwargs)

    def method(self, owner: Any, name: str, line: int, *args: Any, **kwargs: Any) -> Any:
        """A method of whatever the owner turns out to be."""
        if not self._is_here(owner):
            return self._host_method(owner, name, line, *args, **kwargs)
        self._refuse_if(name not in METHODS, f"ndarray.{name}", line)
        if name in EITHER_ZERO:
            self._check_zeros((owner, *args, *kwargs.values()), line)
        if name == "astype":
            self._check_cast(owner, args, line)
        self.counts["operations"] += 1
        return self._settled(getattr(owner, name)(*args, **kwargs), line, element=False)

    def attribute(self, owner: Any, name: str, line: int) -> Any:
        """An attribute of whatever the owner turns out to be."""
        self._refuse_if(self._is_here(owner) and name not in ATTRIBUTES, f"ndarray.{name}", line)
        return getattr(owner, name)

    def item(self, owner: Any, index: Any, line: int) -> Any:
        """``owner[index]``."""
        if not self._is_here(owner):
            return owner[index]
        return self._settled(owner[self.index(owner, index, line)], line, element=True)

    def span(self, start: Any, stop: Any, step: Any) -> slice:
        """``start:stop:step`` within an index."""
        return slice(start, stop, step)

    def index(self, owner: Any, index: Any, line: int) -> Any:
        """An index that CuPy takes as NumPy does: wrong integers raise, repeated ones do not."""
        import numpy as np

        if not self._is_here(owner):
            return index
        for part in index if isinstance(index, tuple) else (index,):
            if self._is_here(part):
                self._refuse_if(part.dtype != bool, "an index of integers", line)
                self._refuse_if(isinstance(index, tuple), "a mask beside another index", line)
                self._refuse_if(
                    part.shape != owner.shape[: part.ndim], "a mask of another shape", line
                )
            else:
                self._refuse_if(isinstance(part, list | np.ndarray | bool), "an index list", line)
        return index

    def store(self, value: Any, owner: Any, index: Any, line: int) -> None:
        """``owner[index] = value``."""
        if self._is_here(owner):
            masked = self._is_here(self.index(owner, index, line))
            self._refuse_if(masked and self._is_here(value), "a store of an array by a mask", line)
            self._check_store(owner, value, line)
            self.counts["operations"] += 1
            value = self.operand(owner, value)
        owner[index] = value

    def one_place(self, owner: Any, index: Any, line: int) -> Any:
        """The index of ``owner[index] += value``, which names each element once."""
        found = self.index(owner, index, line)
        self._refuse_if(self._is_here(found), "a store of an array by a mask", line)
        return found

    def operand(self, owner: Any, value: Any) -> Any:
        """What is written into the owner: a copy, where it is a part of the owner."""
        here = self._is_here(owner) and self._is_here(value)
        if here and value is not owner and self._xp.may_share_memory(owner, value):
            return value.copy()
        return value

    def unpacked(self, value: Any, line: int) -> Any:
        """What ``a, b = value`` or ``f(*value)`` takes apart."""
        if not self._is_here(value):
            return value
        self._refuse_if(value.ndim != 1 or value.size > MOST_ELEMENTS, "taking it apart", line)
        self.counts["scalars"] += 1
        return list(value.get())

    def power(self, base: Any, exponent: Any, line: int) -> Any:
        """``base ** exponent``: NumPy raises for integers to a negative power."""
        self._check_power(base, exponent, line)
        return base**exponent

    def divided(self, way: str, left: Any, right: Any, line: int) -> Any:
        """``left // right`` or ``left % right``, which agree for integers."""
        for part in (left, right):
            kind = getattr(
                getattr(part, "dtype", None), "kind", "f" if type(part) is float else "i"
            )
            on_device = self._is_here(left) or self._is_here(right)
            self._refuse_if(on_device and kind not in "iu", f"{way} of such arrays", line)
        return left // right if way == "//" else left % right

    def matmul(self, left: Any, right: Any, line: int) -> Any:
        """``left @ right``."""
        self.counts["operations"] += 1
        return self._settled(left @ right, line, element=False)

    def iterate(self, iterable: Any, line: int, unpack: bool = False) -> Iterator[Any]:
        """What a ``for`` walks over: the rows of an array, never its elements."""
        least = 3 if unpack else 2
        elements = self._is_here(iterable) and iterable.ndim < least
        self._refuse_if(elements, "a loop over single elements", line)
        return iter(iterable)

    def _host_method(self, owner: Any, name: str, line: int, *args: Any, **kwargs: Any) -> Any:
        import numpy as np

        if type(owner) in (list, dict, tuple) and name in CONTAINER_METHODS:
            return getattr(owner, name)(*args, **kwargs)
        known = isinstance(owner, np.random.Generator | np.generic | str | int | float | complex)
        self._refuse_if(not known or self._holds(args), f"{type(owner).__name__}.{name}", line)
        found = getattr(owner, name)(*args, **kwargs)
        return self._moved(found, line) if isinstance(found, np.ndarray) else found

    def _is_here(self, value: Any) -> bool:
        return isinstance(value, self._xp.ndarray)

    def _holds(self, values: Any) -> bool:
        return any(
            self._is_here(value) or (isinstance(value, list | tuple) and self._holds(value))
            for value in values
        )

    def _moved(self, found: Any, line: int) -> Any:
        self._refuse_if(found.ndim == 0, "an array without dimensions", line)
        self._refuse_if(found.dtype.kind not in "biufc", f"an array of {found.dtype}", line)
        return self._xp.asarray(found)

    def _settled(self, found: Any, line: int, *, element: bool) -> Any:
        if isinstance(found, tuple | list):
            return type(found)(self._settled(part, line, element=element) for part in found)
        if not self._is_here(found) or found.ndim:
            return found
        if element:
            self._elements += 1
            self._refuse_if(
                self._elements > MOST_ELEMENTS, "a loop that reads single elements", line
            )
        self.counts["scalars"] += 1
        return found.get()[()]

    def _check_power(self, base: Any, exponent: Any, line: int) -> None:
        import numpy as np

        if not (self._is_here(base) or self._is_here(exponent)):
            return
        kinds = [np.result_type(getattr(part, "dtype", type(part))) for part in (base, exponent)]
        if all(kind.kind in "biu" for kind in kinds):
            low = exponent.min().get() if self._is_here(exponent) and exponent.size else exponent
            self._refuse_if(bool(np.any(low < 0)), "integers to a negative power", line)

    def _check_zeros(self, values: tuple[Any, ...], line: int) -> None:
        floats = [v for v in values if self._is_here(v) and v.dtype.kind == "f"]
        for value in floats:
            negative = (value == 0) & self._xp.signbit(value)
            self._refuse_if(bool(negative.any()), "the larger or smaller of 0.0 and -0.0", line)

    def _check_cast(self, owner: Any, args: tuple[Any, ...], line: int) -> None:
        import numpy as np

        self._refuse_if(len(args) != 1, "astype with options", line)
        wanted = np.dtype(args[0])
        self._refuse_if(wanted.kind not in "biufc" or wanted.itemsize > 16, f"{wanted}", line)
        if owner.dtype.kind == "f" and wanted.kind in "iu" and owner.size:
            bounds = np.iinfo(wanted)
            low, high = float(owner.min()), float(owner.max())
            # NaN fails both comparisons.
            fits = low >= bounds.min and high < float(bounds.max)
            self._refuse_if(not fits, f"numbers that do not fit {wanted}", line)

    def _check_store(self, owner: Any, value: Any, line: int) -> None:
        import numpy as np

        kind = _PYTHON_KINDS.get(type(value)) or np.dtype(getattr(value, "dtype", "O")).kind
        into = owner.dtype.kind
        fits = kind in "biufc" and "biufc".index(kind) <= "biufc".index(into)
        if kind in "iu" and into in "iu":
            bounds = np.iinfo(owner.dtype)
            fits = type(value) is not int or bounds.min <= value <= bounds.max
        self._refuse_if(not fits, f"a store that casts to {owner.dtype}", line)

    def _refuse_if(self, condition: bool, what: str, line: int) -> None:
        if condition:
            raise Deoptimize(f"{what} does not keep NumPy's meaning on the device", line=line)
