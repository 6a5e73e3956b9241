"""Measure a function that is at hand, instead of one that is named."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from epochly.errors import ArgumentsError, EpochlyError, TargetError, UsageError
from epochly.runtime.levels import checked_level
from epochly.runtime.names import name_of

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly.measure.session import Options
    from epochly.model import Report
    from epochly.workload import Workload

BUDGET_S = 20.0
_CARRIED = '''\
"""A function on its way into the processes that measure it."""

import pickle
import sys
from pathlib import Path

sys.path.extend(entry for entry in {path!r} if entry not in sys.path)
_HERE = Path(__file__).parent
carried = pickle.loads((_HERE / "function").read_bytes())
_arguments = (_HERE / "arguments").read_bytes()


def carried_inputs():
    """A fresh copy of the arguments for each sample."""
    return pickle.loads(_arguments)
'''


def bench(
    func: Callable[..., Any],
    *args: Any,
    levels: str | int | Iterable[int] = (0, 1, 2, 3, 4),
    budget_s: float = BUDGET_S,
    allow_effects: bool = False,
    **kwargs: Any,
) -> Report:
    """Run a function at several levels, compare the results, and measure.

    The function and its arguments are copied into worker processes, so that lambdas and what is
    defined in ``__main__`` can be measured too; here nothing is called and nothing changes.

    Parameters
    ----------
    func : callable
        A decorated function is measured without its decorator.
    *args, **kwargs
        Its arguments; every sample gets a fresh copy.
    levels : int, iterable of int, or str as in ``"0-4"`` or ``"0,2"``
        Levels to run; level 0 always runs.
    budget_s : float
        Seconds of sampling beyond the first calls.
    allow_effects : bool
        The caller's word that the function may run many times although it writes the outside
        world, and that the items of its loops do not depend on each other's effects.

    Returns
    -------
    Report
        ``levels`` has a row for each way, ``recommendation`` says which pays.

    Raises
    ------
    TargetError, ArgumentsError
        When the function or its arguments cannot be pickled.
    NothingMeasuredError
        When no level could be measured.
    UsageError
        When a level or the budget is none.
    """
    from epochly.levels import Level, parse_levels
    from epochly.measure.session import Options

    if isinstance(levels, str):
        chosen = parse_levels(levels, "levels")
    else:
        each = (levels,) if isinstance(levels, int) else levels
        chosen = tuple(sorted({Level(checked_level(level)) for level in each}))
    if not 0 < budget_s <= sys.float_info.max:
        raise UsageError(
            f"budget_s must be a positive number of seconds, not {budget_s!r}",
            remedy="give seconds, as in budget_s=20",
        )
    options = Options(levels=chosen, budget_s=budget_s, allow_effects=allow_effects)
    return measured(func, args, kwargs, options)


def analyze(
    func: Callable[..., Any],
    *args: Any,
    budget_s: float = BUDGET_S,
    allow_effects: bool = False,
    **kwargs: Any,
) -> Report:
    """Profile a function, run it at every level, and recommend one.

    Parameters
    ----------
    func : callable
        A decorated function is measured without its decorator.
    *args, **kwargs
        Its arguments; every sample gets a fresh copy.
    budget_s : float
        Seconds of sampling beyond the first calls.
    allow_effects : bool
        As for `bench`.

    Returns
    -------
    Report
        ``recommendation.apply`` is the line to paste, where one pays.

    Raises
    ------
    TargetError, ArgumentsError
        When the function or its arguments cannot be pickled.
    NothingMeasuredError
        When no level could be measured.
    """
    return bench(func, *args, budget_s=budget_s, allow_effects=allow_effects, **kwargs)


def measured(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], options: Options
) -> Report:
    """Measure one call of a function, its arguments apart from the options.

    Parameters
    ----------
    func : callable
    args, kwargs : tuple, dict
        What the function takes; every sample gets a fresh copy.
    options : Options

    Raises
    ------
    TargetError, ArgumentsError, NothingMeasuredError
        As for `bench`.
    """
    from epochly.measure.session import measure

    with _carried(func, args, kwargs) as workload:
        try:
            report = measure(workload, options)
        except EpochlyError as error:
            # The copy is gone when this is read.
            error.what = error.what.replace(workload.target, name_of(func))
            error.args = (error.what,)
            found = getattr(error, "report", None)
            if found is not None:
                vars(error)["report"] = _named(found, func)
            raise
    return _named(report, func)


def _named(report: Report, func: Callable[..., Any]) -> Report:
    """A report that is about the function, not about its copy."""
    from epochly.code.function import function_of
    from epochly.runtime.identity import name_of_function

    name = name_of_function(function_of(func))
    target = replace(report.target, spec=name, arguments="...", inputs=None)
    return replace(report, target=target)


@contextmanager
def _carried(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[Workload]:
    """A workload whose target is a copy of the function, for as long as the block lasts."""
    from epochly.code.function import function_of
    from epochly.workload import Workload

    function = function_of(func)
    _check_fits(func, function, args, kwargs)
    with tempfile.TemporaryDirectory(prefix="epochly-carried-") as folder:
        here = Path(folder)
        (here / "function").write_bytes(_pickled(function.original, function.plain, func))
        (here / "arguments").write_bytes(_pickled((args, kwargs), function.plain, None))
        text = _CARRIED.format(path=sys.path)
        (here / "carried_function.py").write_text(text, encoding="utf-8")
        target = f"{here / 'carried_function.py'}:carried"
        yield Workload(target, os.getcwd(), name=name_of(func))


def _check_fits(
    func: Callable[..., Any], function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        signature = function.signature
    except ValueError:
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ArgumentsError(
            f"the arguments do not fit {name_of(func)}{signature}: {error}",
            remedy="give them after the function, as in epochly.analyze(func, 3, scale=2.0)",
        ) from None


def _pickled(value: Any, plain: FunctionType | None, func: Callable[..., Any] | None) -> bytes:
    from epochly.runtime.travel import CannotTravelError, packed

    try:
        return packed(plain, value)
    except CannotTravelError as error:
        if func is not None:
            raise TargetError(
                f"{name_of(func)} cannot be copied into a worker: {error.what}",
                remedy="measure it by name: epochly analyze pkg.mod:func",
            ) from error
        raise ArgumentsError(
            f"the arguments cannot be copied into a worker: {error.what}",
            remedy="measure by name, with the arguments made by --setup and --args",
        ) from error
