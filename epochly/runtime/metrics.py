"""What decorated functions have done in this process, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from epochly.errors import UsageError
from epochly.runtime.blocks import forget_blocks
from epochly.runtime.names import full_name_of
from epochly.runtime.records import Account, records
from epochly.runtime.redirect import dispatcher_of
from epochly.runtime.switch import is_off
from epochly.runtime.tally import merged


def get_metrics(func: Callable[..., Any] | None = None) -> dict[str, Any]:
    """Counts and seconds of every decorated function, or of one.

    Calls in worker processes of level 3 are counted too, once their chunk is done. A call that
    calls itself counts, with its seconds, each time.

    Parameters
    ----------
    func : callable, optional
        A decorated function, or one that a context has reached; a property or a method of any
        kind stands for the function in it.

    Returns
    -------
    dict
        JSON values; times in seconds, None where nothing was seen: ``total_calls``,
        ``total_time``, ``avg_time``, ``min_time``, ``max_time``, ``errors``, the percentiles
        ``p50``, ``p95`` and ``p99`` (exact for 512 calls of a level, then of a uniform sample of
        512), and ``functions``, by module and qualified name: the same numbers and

        - ``level``: the level asked for, None without one;
        - ``realized``: ``level`` and ``backend`` that really run;
        - ``reason``: why the original runs instead, or None;
        - ``fallbacks``: a list of ``reason`` and ``calls`` that ran the original after all, against
          what was asked for;
        - ``compile_time``: seconds of preparing and compiling;
        - ``cpu_time``: CPU seconds of a call, those of the steps of a generator or coroutine, and
          ``memory``: largest growth of resident memory in a call, in bytes; both of one in 64 of
          the calls that are looked at, and None where no level was given and the function has
          hardly run;
        - ``levels``: the numbers by level.

    Raises
    ------
    UsageError
        When the function is not counted; with ``EPOCHLY_DISABLE=1`` it has no calls instead.
    """
    accounts = records.accounts()
    if func is not None:
        dispatcher = dispatcher_of(func)
        if dispatcher is None and is_off():
            accounts = {}
        elif dispatcher is None:
            raise UsageError(
                f"{full_name_of(func)} is not decorated",
                remedy="decorate it with @epochly.optimize",
            )
        else:
            # One that was not called yet is not listed.
            accounts = {dispatcher.name: accounts.get(dispatcher.name) or dispatcher.account()}
    tallies = [tally for account in accounts.values() for tally in account.tallies.values()]
    return {
        **merged(tallies).numbers(),
        "functions": {name: _function(account) for name, account in sorted(accounts.items())},
    }


def reset_metrics() -> None:
    """Forget what was counted until now, timed blocks included."""
    records.reset()
    forget_blocks()


def _function(account: Account) -> dict[str, Any]:
    total = merged(account.tallies.values())
    return {
        **total.numbers(),
        "level": account.latest.get("level"),
        "realized": account.latest.get("realized"),
        "reason": account.latest.get("reason"),
        "fallbacks": [
            {"reason": reason, "calls": calls} for reason, calls in account.fallbacks.items()
        ],
        "compile_time": account.compile_s,
        "cpu_time": total.cpu,
        "memory": total.memory,
        "levels": {str(level): tally.numbers() for level, tally in sorted(account.tallies.items())},
    }
