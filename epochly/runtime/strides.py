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
        made = array.__reduce__()
        return made if flags.writeable else (_locked, (_Made(made),))
    if array.dtype.hasobject:
        return array.__reduce__()
    return _laid_out, (np.array(array, order="C"), array.strides, bool(flags.writeable))


class _Made:
    """An array that may be written, within the pickle of one that may not."""

    def __init__(self, made: Any) -> None:
        self.made = made

    def __reduce__(self) -> Any:
        return self.made


def _locked(array: Any) -> Any:
    array.flags.writeable = False
    return array


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
