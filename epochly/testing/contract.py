"""Running one case of the contract against one backend."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from epochly.backend import Available, Backend, Prepared, Unavailable
from epochly.call import Realized, Refused
from epochly.code.function import Function, function_of
from epochly.errors import ClosedError, Deoptimize
from epochly.levels import Level
from epochly.testing.cases import Case
from epochly.verify.compare import compare
from epochly.verify.outcome import Outcome, Watch
from epochly.workload import Tolerance

CALLS = 3


class ContractError(AssertionError):
    """A backend broke its contract; the message says how."""


def check_backend(backend: str | Backend, case: Case) -> str:
    """Check one case against one backend.

    Parameters
    ----------
    backend : str or Backend
        A registered name, or the backend itself.
    case : Case

    Returns
    -------
    str
        ``ran``, ``refused`` or ``unavailable``.

    Raises
    ------
    ContractError
        When the backend lets anything be told apart from the original, leaves a trace before
        giving up, or does not describe itself.
    """
    if isinstance(backend, str):
        from epochly.registry import load_backend

        backend = load_backend(backend)
    state = backend.availability()
    _require(isinstance(backend.level, Level), f"{backend.name}: level is not a Level")
    if isinstance(state, Unavailable):
        _require(bool(state.reason and state.remedy), "unavailable without reason and remedy")
        return "unavailable"
    _require(isinstance(state, Available), f"availability() answered {state!r}")
    function = function_of(case.function)
    example = case.make()
    untouched = case.make()
    prepared = backend.prepare(function, example)
    _require(_alike(example, untouched), "prepare() changed the example")
    if isinstance(prepared, Refused):
        _require(bool(prepared.reason), "refused without a reason")
        return "refused"
    try:
        _check_prepared(backend, function, prepared, case)
    finally:
        prepared.close()
        prepared.close()
    _require(_raises(prepared, case), "a call after close() did not raise")
    return "ran"


def _check_prepared(backend: Backend, function: Function, prepared: Prepared, case: Case) -> None:
    for number in range(CALLS):
        where = f"{backend.name}, {case}, call {number + 1}"
        expected, after_plain = _observed(function, function.original, case, number)
        assert expected is not None
        found, after = _observed(function, prepared, case, number)
        if found is None:
            continue
        equality = compare(expected, found, Tolerance())
        _require(equality.verdict in ("identical", "close"), f"{where}: {equality.where}")
        _require(after == after_plain, f"{where}: the random state differs")
    realized = prepared.realized
    _require(isinstance(realized, Realized), f"realized is {realized!r}")
    _require(realized.level in (backend.level, Level.MONITOR), f"realized is {realized!r}")
    for name, value in prepared.stats().items():
        _require(isinstance(value, int | float), f"stats()[{name!r}] is {value!r}")


def _observed(
    function: Function, call: Callable[..., Any], case: Case, seed: int
) -> tuple[Outcome | None, Any]:
    """What a call did; None where it gave up without a trace."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    before = _state()
    given = case.make()
    watch = Watch(function, given)
    try:
        value = call(*given.args, **given.kwargs)
        if isinstance(value, Iterator):
            value = [type(value).__name__, *value]
        outcome = watch.returned(value, "")
    except Deoptimize:
        _require(_alike(given, case.make()), f"{case}: gave up after changing its arguments")
        _require(_state() == before, f"{case}: gave up after drawing")
        return None, before
    except Exception as error:  # noqa: BLE001 - an exception is an outcome
        outcome = watch.raised(error, "")
    return outcome, _state()


def _state() -> Any:
    import numpy as np

    kind, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return random.getstate(), (kind, np.asarray(words).tobytes(), position, has_gauss, gauss)


def _alike(left: Any, right: Any) -> bool:
    import cloudpickle

    return bool(cloudpickle.dumps(left) == cloudpickle.dumps(right))


def _raises(prepared: Prepared, case: Case) -> bool:
    given = case.make()
    try:
        prepared(*given.args, **given.kwargs)
    except ClosedError:
        return True
    return False


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ContractError(message)
