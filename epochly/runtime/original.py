"""The original of a decorated function, understood once that matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from epochly.runtime.identity import code_of, name_of_function

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly.runtime.given import Given
    from epochly.runtime.replay import Replay


class Original:
    """A function as the user wrote it, and whether it may be run twice.

    Parameters
    ----------
    call : callable

    Attributes
    ----------
    call : callable
    name : str
        For the log.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call
        self.name: str = getattr(call, "__qualname__", repr(call))
        self._function: Function | None = None
        self._code: str | None = None
        self._replay: Replay | None = None

    # Understanding a function takes longer than many a function does, so it waits until it pays.
    # `functools.cached_property` would hold a lock meanwhile, which a forked child finds closed.

    @property
    def function(self) -> Function:
        """What its source says."""
        if self._function is None:
            from epochly.code.function import function_of

            self._function = function_of(self.call)
        return self._function

    @property
    def key(self) -> str:
        """Its name in decisions on disk."""
        return name_of_function(self.function)

    @property
    def code(self) -> str:
        """Fingerprint of all code that it reaches."""
        if self._code is None:
            self._code = code_of(self.function)
        return self._code

    def replay(self) -> Replay:
        """Whether it may run beside a candidate."""
        if self._replay is None:
            from epochly.runtime.replay import replay_of

            self._replay = replay_of(self.function)
        return self._replay

    def hazard(self, given: Given) -> str | None:
        """Why it may not run twice with these arguments, where its source allows it."""
        replay = self.replay()
        if replay.allowed != "twice":
            return None
        from epochly.runtime.replay import hazard_of

        return hazard_of(self.function, given, replay)

    def state(self, given: Given) -> Mapping[str, int]:
        """Digests of what a call can reach besides its arguments."""
        from epochly.runtime.replay import state_reached

        return state_reached(self.function, given)
