"""The contract between the library and whatever runs a function another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from epochly.call import Arguments, Realized, Refused
from epochly.levels import Level

if TYPE_CHECKING:
    from epochly.code.function import Function


@dataclass(frozen=True, slots=True)
class Available:
    """The backend can be used here.

    Parameters
    ----------
    detail : str
        What it found, such as a version or a device name.
    """

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The backend cannot be used here.

    Parameters
    ----------
    reason, remedy : str
        Why not, and the command or change that would make it available.
    """

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the library must know of a backend before it starts one.

    Parameters
    ----------
    worker_environment : Mapping[str, str]
        Variables that must be set when the interpreter starts; a backend that has any cannot
        act inside a running interpreter and is measured in a worker started with them.
    uses_cores : bool
        Whether a call may keep more than one core busy.
    runs_python : bool
        Whether a call runs Python code, which may have effects that its source does not show.
    """

    worker_environment: Mapping[str, str] = field(default_factory=dict)
    uses_cores: bool = False
    runs_python: bool = True


@runtime_checkable
class Prepared(Protocol):
    """A function made ready to run another way; call it with the original's arguments.

    Calling raises `Deoptimize` where the attempt left no trace and the original may run
    instead; any other exception is the user's.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

    @property
    def realized(self) -> Realized:
        """The level, the backend and the parts by line that really ran another way."""
        ...

    def stats(self) -> Mapping[str, float]:
        """Counts and seconds so far: compile seconds, chunks, transfers, deoptimizations."""
        ...

    def close(self) -> None:
        """Release pools, device memory and caches; a later call is an error."""
        ...


class Backend(Protocol):
    """One way to run a function at one level; instances are cheap and keep no state."""

    @property
    def name(self) -> str: ...

    @property
    def level(self) -> Level: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def availability(self) -> Available | Unavailable:
        """Whether the backend can be used on this machine; imports nothing heavy on failure."""
        ...

    def prepare(self, function: Function, example: Arguments) -> Prepared | Refused:
        """Make the function ready to run, or say why not.

        Parameters
        ----------
        function : Function
            The user's function with its static understanding.
        example : Arguments
            The arguments of a typical call; never called with, never mutated.
        """
        ...
