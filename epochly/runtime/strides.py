"""NumPy arrays that come out of a pickle as they went in: strides, ownership, read-only or not."""

from __future__ import annotations

from typing import Any


def reduced(array: Any) -> Any:
    """What makes a copy of an array with its layout, for `object.__reduce__`.

    Parameters
    ----------
    array : numpy.ndarray
        Of this class itself. An array of objects may only be contiguous.

    Returns
    -------
    tuple
    """
    import numpy as np

    flags = array.flags
    if flags.owndata and flags.forc:
        return _owned, (_Plain(array), bool(flags.writeable))
    if array.dtype.hasobject:
        return array.__reduce__()
    values = _Plain(np.array(array, order="C"))
    return _laid_out, (values, array.strides, bool(flags.writeable))


class _Plain:
    """An array that is pickled as NumPy does it."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __reduce__(self) -> Any:
        return self.array.__reduce_ex__(5)


def _owned(values: Any, writeable: bool) -> Any:
    import numpy as np

    made = np.array(values, order="K")
    made.flags.writeable = writeable
    return made


def _laid_out(values: Any, strides: tuple[int, ...], writeable: bool) -> Any:
    """A view with these strides of new memory, filled with the values."""
    import numpy as np

    reaches = [(length - 1) * stride for length, stride in zip(values.shape, strides, strict=True)]
    before = -sum(reach for reach in reaches if reach < 0)
    after = sum(reach for reach in reaches if reach > 0)
    if not values.size:
        before = after = 0
    memory = np.zeros(before + after + values.itemsize, np.uint8)
    made = np.ndarray(values.shape, values.dtype, memory, before, strides)
    made[...] = values
    made.flags.writeable = writeable
    return made
