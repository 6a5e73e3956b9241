"""A live function on its way to another process, with the user's modules by value."""

from __future__ import annotations

import io
import marshal
import sys
from collections import ChainMap
from types import CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.callgraph import call_graph
from epochly.code.mark import original_of
from epochly.errors import EpochlyError


class CannotTravelError(EpochlyError):
    """Something that another process would need cannot be pickled; nothing has run there."""


def packed(function: FunctionType, value: Any) -> bytes:
    """Pickle a value with the modules of a function and its helpers by value.

    Another process then need not be able to import them, and sees their globals as of now.

    Parameters
    ----------
    function : FunctionType
        Whose modules travel.
    value : object
        What to pickle; the function is usually part of it.

    Raises
    ------
    CannotTravelError
    """
    import cloudpickle

    modules: set[ModuleType] = set()
    for member in call_graph(function).functions:
        module = sys.modules.get(member.__module__)
        if (
            module is not None
            and module.__name__ not in cloudpickle.list_registry_pickle_by_value()
        ):
            modules.add(module)
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        found = _dumps(value)
    except Exception as error:
        raise CannotTravelError(
            f"{function.__qualname__} cannot travel to another process: {error}",
            remedy="keep what cannot be pickled out of its arguments and globals",
        ) from error
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)
    return found


def _dumps(value: Any) -> bytes:
    """Pickle with the names of files, which cloudpickle leaves out, and without our decorator."""
    import cloudpickle

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        dispatch_table = ChainMap({CodeType: _reduced}, cloudpickle.Pickler.dispatch_table)

        def reducer_override(self, value: Any) -> Any:
            if isinstance(value, FunctionType) and (plain := original_of(value)) is not value:
                return _same, (plain,)
            return super().reducer_override(value)

    stream = io.BytesIO()
    Pickler(stream, protocol=5).dump(value)
    return stream.getvalue()


def _reduced(code: CodeType) -> tuple[Any, ...]:
    return marshal.loads, (marshal.dumps(code),)


def _same(value: Any) -> Any:
    return value
