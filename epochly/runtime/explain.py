"""The account, in words, of what was asked of a function and what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from epochly.errors import UsageError
from epochly.levels import Level
from epochly.runtime.dispatcher import Dispatcher
from epochly.runtime.names import full_name_of
from epochly.runtime.redirect import dispatcher_of
from epochly.runtime.switch import is_off

if TYPE_CHECKING:
    from epochly.runtime.policy import Policy
    from epochly.runtime.standing import Standing


def explain(func: Callable[..., Any]) -> str:
    """Say what was asked of a function, what runs, and why.

    Parameters
    ----------
    func : callable
        A function decorated with `optimize`, or one that a context has reached; a property or a
        method of any kind stands for the function in it.

    Returns
    -------
    str
        A few lines of text.

    Raises
    ------
    UsageError
        When it is neither; with ``EPOCHLY_DISABLE=1`` the text says that.
    """
    dispatcher = dispatcher_of(func)
    if dispatcher is None and is_off():
        return f"{full_name_of(func)}\n  runs: the function itself, since EPOCHLY_DISABLE=1 is set"
    if dispatcher is None:
        raise UsageError(
            f"{full_name_of(func)} is not decorated",
            remedy="decorate it with @epochly.optimize(level=N)",
        )
    return "\n".join(_lines(dispatcher))


def _lines(dispatcher: Dispatcher) -> Iterator[str]:
    account = dispatcher.account()
    yield dispatcher.name
    own, *others = dispatcher.policies()
    yield from _of_policy(own, "asked for")
    for policy in others:
        yield from _of_policy(policy, "in a context")
    calls = sum(tally.calls for tally in account.tallies.values())
    seconds = sum(tally.seconds for tally in account.tallies.values())
    yield f"  calls: {calls}, {seconds:.6f} s"


def _of_policy(policy: Policy, how: str) -> Iterator[str]:
    requested = policy.requested
    named = "no level" if requested is None else f"level {requested} ({_title(requested)})"
    yield f"  {how}: {named}"
    level, backend = policy.way.realized
    pending = policy.interval == 0 and policy.way.reason is None
    if pending:
        yield "  runs: not called yet"
        return
    if policy.way.in_vain:
        level, backend = 0, "monitor, since every call so far ran plainly after all"
    yield f"  runs: level {level} ({_title(level)}), {backend}"
    prepared = None if policy.way.in_vain else policy.way.prepared
    for part in prepared.realized.parts if prepared is not None else ():
        where = f" of {part.file}" if part.file is not None else ""
        yield f"    lines {part.line}-{part.end_line}{where}: {part.what}, {part.backend}"
    if prepared is not None:
        yield f"    prepared in {policy.way.compile_s:.3f} s"
    if policy.way.reason is not None:
        yield f"  why: {policy.way.reason}"
    for standing in policy.standings():
        yield from _of_standing(standing)
    for reason, calls in policy.way.fallbacks.items():
        yield f"  {calls} calls ran plainly: {reason}"


def _of_standing(standing: Standing) -> Iterator[str]:
    level, backend = standing.realized.level, standing.realized.backend
    gain = "" if standing.speedup is None else f", {standing.speedup:.3g}x"
    checks = f", checked {standing.checks} times since" if standing.checks else ""
    where = f"{standing.state} at level {level:d} ({backend}){gain}{checks}"
    yield f"  for {standing.kind}: {where}"
    if standing.reason:
        yield f"    {standing.reason}"


def _title(level: int) -> str:
    return Level(level).name.lower()
