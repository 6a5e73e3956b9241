"""What a program does for candidates that another process is still looking for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from epochly.interrupted import let_through
from epochly.memory import held_by
from epochly.runtime.due import horizon_s

if TYPE_CHECKING:
    from epochly.call import Arguments
    from epochly.code.function import Function
    from epochly.runtime.tier import Tier

# To import and to get ready: 0.25 s, in vain where what can be compiled does not pay in the end.
TAKES_LONG, WORTH_S = "numba", 3.2
# For a trial on a real call, and for writing the decision down.
NEEDED_NEXT = (
    "epochly.measure.machine",
    "epochly.runtime.state",
    "epochly.verify.compare",
    "epochly.verify.outcome",
    "filelock",
    "yaml",
)
# Calls that are long are made with copies of their arguments, so that what comes while one runs is
# tried on that one; they may take a share of it, since where nothing comes they are in vain.
LONG_S = 0.005
LIKELY_SHARE, UNLIKELY_SHARE = 0.1, 0.02
S_PER_BYTE, S_PER_PIECE = 1e-9, 3e-7


def expect(tier: Tier, function: Function, example: Arguments) -> None:
    """Get ready for what the other process will find.

    Parameters
    ----------
    tier : Tier
        In its first search; nothing is in use yet.
    function : Function
    example : Arguments
    """
    seconds, fastest_s = tier.spent
    is_likely = horizon_s(seconds, fastest_s) >= WORTH_S and _imported(function, example)
    share = LIKELY_SHARE if is_likely else UNLIKELY_SHARE
    held = held_by((example.args, example.kwargs))
    copying_s = held.size * S_PER_BYTE + held.pieces * S_PER_PIECE
    if fastest_s >= LONG_S and copying_s <= share * fastest_s:
        tier.expect(share)


def _imported(function: Function, example: Arguments) -> bool:
    """Import what takes longest to, where it will most likely be needed; whether it will."""
    from epochly.backend import Available
    from epochly.registry import get_backend

    try:
        backend = get_backend(TAKES_LONG)
        anticipate = getattr(backend, "anticipate", None)
        if (
            anticipate is None
            or not isinstance(backend.availability(), Available)
            or not anticipate(function, example)
        ):
            return False
        for name in NEEDED_NEXT:
            import_module(name)
    except Exception as error:  # noqa: BLE001 - the other process tells what is wrong with it
        let_through(error)
        return False
    return True
