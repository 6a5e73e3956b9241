"""One real call run both ways: the original's result is the caller's, the other is compared."""

from __future__ import annotations

import contextlib
import copy
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from epochly.call import Equality
from epochly.errors import Deoptimize, EpochlyError
from epochly.interrupted import let_through
from epochly.loaded import loaded
from epochly.memory import has_room_for, held_by

Clock = Callable[[], float]
# Shorter calls are timed again where their arguments are small: copying and comparing leave caches
# cold, which costs a call 20 us.
SHORT_S, SMALL, SHORT_TIMES = 1e-3, 1 << 14, 3
NO_CANDIDATE = "none had come by then"
OUT_OF_MEMORY = "it ran out of memory, which the original did not"


class Trial(NamedTuple):
    """What a call did, plainly and another way.

    Parameters
    ----------
    value : object
        What the original returned.
    plain_s, candidate_s : float
        Seconds of the two calls; ``candidate_s`` is NaN where the candidate did not end.
    equality : Equality
        ``unchecked`` where the candidate gave up, had too little memory, or the outcomes cannot be
        compared.
    changed : str
        What outlives the call and was another one after the original, so that nothing else was run.
    """

    value: Any
    plain_s: float
    candidate_s: float
    equality: Equality
    changed: str = ""


class NotCopiedError(EpochlyError):
    """Arguments that cannot be copied, so that nothing can be run beside the original."""


class NoRoomError(NotCopiedError):
    """Arguments that there is no room to copy now; there may be later."""


def run_beside(
    original: Callable[..., Any],
    candidate: Callable[..., Any] | None,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    draws: bool,
    state: Callable[[], Mapping[str, int]] = dict,
    around: AbstractContextManager[None] | None = None,
    usual_s: float = 0.0,
    find: Callable[[tuple[Any, ...], dict[str, Any]], Callable[..., Any] | None] | None = None,
    clock: Clock = time.perf_counter,
) -> Trial:
    """Run the original, then a candidate on copies of the same arguments, and compare.

    Where both were short and equal, both run a few times more, on copies, and the fastest count.

    Parameters
    ----------
    original, candidate : callable
    args, kwargs
        The call; only the original gets these very objects.
    draws : bool
        Whether the streams of ``random`` and ``np.random`` must be put back in between.
    state : callable
        Digests of what the function can reach besides its arguments, asked for before and after
        the original (`state_of`).
    around : context manager, optional
        The original runs within.
    usual_s : float
        Seconds that a call of the original takes, as far as is known.
    find : callable, optional
        Asked for the candidate after the original, with the copies; there may be none by then.

    Returns
    -------
    Trial

    Raises
    ------
    NotCopiedError
        Before anything is run.
    Exception
        What the original raises, with nothing else run.
    """
    size, (args_2, kwargs_2) = _copied(args, kwargs)
    again = 0 if draws or size > SMALL or usual_s >= SHORT_S else SHORT_TIMES
    more = [_copied(args, kwargs)[1] for _ in range(2 * again)]
    before = _streams() if draws else None
    reached = _looked_at(state)
    with around or contextlib.nullcontext():
        started = clock()
        value = original(*args, **kwargs)
        plain_s = clock() - started
    after = _streams() if draws else None
    if (what := _changed(reached, _looked_at(state))) is not None:
        where = f"a call changes {what}"
        return Trial(value, plain_s, float("nan"), Equality("unchecked", where=where), what)
    if find is not None:
        candidate = find(args_2, kwargs_2)
    if candidate is None:
        return Trial(value, plain_s, float("nan"), Equality("unchecked", where=NO_CANDIDATE))
    if before is not None:
        _set_streams(before)
    raised: BaseException | None = None
    found: Any = None
    started = clock()
    try:
        found = candidate(*args_2, **kwargs_2)
    except Deoptimize as gave_up:
        return Trial(value, plain_s, float("nan"), Equality("unchecked", where=gave_up.what))
    except MemoryError:
        return Trial(value, plain_s, float("nan"), Equality("unchecked", where=OUT_OF_MEMORY))
    except Exception as error:  # noqa: BLE001 - an exception where there was none is a difference
        let_through(error)
        raised = error
    finally:
        candidate_s = clock() - started
        there = _streams() if draws else None
        if after is not None:
            _set_streams(after)
    if raised is not None:
        where = f"exception: {type(raised).__name__} instead of no exception"
        return Trial(value, plain_s, candidate_s, Equality("different", where=where))
    from epochly.verify.compare import compare
    from epochly.verify.outcome import outcome_of
    from epochly.workload import Tolerance

    try:
        expected = outcome_of(value, {**dict(enumerate(args)), **kwargs}, streams=after)
        actual = outcome_of(found, {**dict(enumerate(args_2)), **kwargs_2}, streams=there)
        equality = compare(expected, actual, Tolerance())
    except MemoryError:
        equality = Equality("unchecked", where=OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - the caller has a result; a user's class may raise
        said = f"{type(error).__name__}: {error}"
        why = error.what if isinstance(error, EpochlyError) else said
        where = f"the results cannot be compared: {why}"
        equality = Equality("unchecked", where=where)
    if more and max(plain_s, candidate_s) < SHORT_S and equality.verdict in ("identical", "close"):
        plain_s = min(_seconds(original, *given, clock=clock) for given in more[:again])
        candidate_s = min(_seconds(candidate, *given, clock=clock) for given in more[again:])
    return Trial(value, plain_s, candidate_s, equality)


def _looked_at(state: Callable[[], Mapping[str, int]]) -> Mapping[str, int] | None:
    """Digests; None where other threads change what they are taken of."""
    try:
        return state()
    except Exception as error:  # noqa: BLE001 - the caller's call goes on, and nothing else is run
        let_through(error)
        return None


def _changed(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> str | None:
    if before is None or after is None:
        return "what it reaches, while that is looked at"
    places = {**before, **after}
    return next((place for place in places if before.get(place) != after.get(place)), None)


def _seconds(
    call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], *, clock: Clock
) -> float:
    """Of a call that is known to end well."""
    started = clock()
    try:
        call(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - whatever it raises now, it has shown what it does
        let_through(error)
    return clock() - started


def _copied(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[int, Any]:
    """About how many bytes the arguments take, and copies of them."""
    size = 0
    try:
        size = held_by((args, dict(kwargs))).size
        if has_room_for(size):
            return size, copy.deepcopy((args, dict(kwargs)))
    except MemoryError:
        pass
    except Exception as error:
        raise NotCopiedError(
            f"its arguments cannot be copied: {error}", remedy="choose a level by hand"
        ) from error
    raise NoRoomError(
        f"its arguments take {size / 2**30:.2g} GiB, and a copy would leave too little memory",
        remedy="choose a level by hand",
    )


def _streams() -> tuple[Any, Any]:
    numpy = loaded("numpy")
    return random.getstate(), numpy.random.get_state() if numpy is not None else None


def _set_streams(state: tuple[Any, Any]) -> None:
    random.setstate(state[0])
    numpy = loaded("numpy")
    if numpy is not None and state[1] is not None:
        numpy.random.set_state(state[1])
