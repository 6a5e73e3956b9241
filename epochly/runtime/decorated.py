"""What the decorator leaves on a function until it is called: next to nothing."""

from __future__ import annotations

from _weakref import ref
from functools import update_wrapper
from types import FunctionType

from epochly.code.mark import mark
from epochly.forks import ProcessLock
from epochly.runtime.inside import Inside, is_inside
from epochly.runtime.wrapper import is_deferred, wrap
from epochly.runtime.young import Youth, nursery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from epochly.runtime.dispatcher import Dispatcher
    from epochly.runtime.wrapper import Handle

STATE = "__epochly_state__"
_lock = ProcessLock()


class Decorated:
    """A decorated function; its dispatcher is made at the first call, or when it is asked about.

    Parameters
    ----------
    original : callable
    make : callable
        ``make(original)`` returns the dispatcher.
    young : bool
        Whether that may wait until the function has run for a while.
    """

    def __init__(
        self,
        original: Callable[..., Any],
        make: Callable[[Callable[..., Any]], Dispatcher],
        young: bool = False,
    ) -> None:
        self._original = original
        self._make = make
        self._young = young
        self._made: Dispatcher | None = None
        self._handle: Handle | None = None
        self._youth: Youth | None = None
        function: Any = None
        if is_deferred(original):
            from epochly.runtime.deferred import wrap_deferred

            function = wrap_deferred(original, lambda: self.dispatcher)
        if function is None:
            function, self._handle = wrap(original, self._look)
            if young and nursery.open:
                self._youth = Youth(original)
                self._handle.keep(self._youth.kept.append)
        update_wrapper(function, original)
        if not hasattr(original, "__qualname__"):
            from epochly.runtime.names import name_of

            function.__qualname__ = name_of(original)
            function.__name__ = function.__qualname__.rpartition(".")[2]
        if not isinstance(original, FunctionType):
            _lend_methods(function, original)
        mark(function, original, function.__code__)
        vars(function)[STATE] = self
        self._function = ref(function)
        self.function: Any = function

    def __del__(self, orphan: Callable[[Decorated], None] = nursery.orphan) -> None:
        orphan(self)

    def __reduce__(self) -> Any:
        """Where cloudpickle takes a copy of its function, the copy is decorated there."""
        return _anew, (self._original, self._make, self._young)

    def release(self) -> Any:
        """The function, which from then on is held by its users alone."""
        function = self.function
        del self.function
        return function

    @property
    def requested(self) -> int | None:
        """The level asked for."""
        return None if self._young else self.dispatcher.policy.requested

    @property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of its calls."""
        return self.dispatch()

    def dispatch(self) -> Dispatcher:
        """Have its calls go to its dispatcher from now on, if they do not yet."""
        if self._made is None:
            with _lock:
                if self._made is None:
                    with Inside():
                        made = self._make(self._original)
                    made.decorated = ref(self)
                    if self._handle is not None:
                        self._handle.show(made.look)
                    kept = [] if self._youth is None else self._youth.kept
                    made.attach(self._handle, kept)
                    self._made = made
            nursery.remove(self)
        return self._made

    def _look(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        function = self._function()
        if self._made is None and self._handle is not None and function is not None and is_inside():
            nursery.add(self)
            self._handle.look_after(1)
            return function(*args, **kwargs)
        if self._handle is not None and self._youth is not None and function is not None:
            calls = self._youth.lasts() if nursery.open and self._made is None else 0
            if calls:
                nursery.add(self)
                self._handle.look_after(calls)
                if nursery.open and self._made is None:
                    return function(*args, **kwargs)
                # Another thread has opened a context, or asked, in between.
                self._handle.look_after(0)
        return self.dispatcher.look(args, kwargs)


def decorated(
    original: Callable[..., Any],
    make: Callable[[Callable[..., Any]], Dispatcher],
    young: bool = False,
) -> Any:
    """The function to put in the place of an original."""
    return Decorated(original, make, young).release()


def _lend_methods(function: Any, original: Any) -> None:
    """Give a function the methods of the object behind it, such as a cache's ``cache_clear``."""
    kind = type(original)
    for name in dir(kind):
        if not name.startswith("_") and callable(getattr(kind, name, None)):
            vars(function).setdefault(name, getattr(original, name))


def _anew(
    original: Callable[..., Any], make: Callable[[Callable[..., Any]], Dispatcher], young: bool
) -> Decorated:
    function = decorated(original, make, young)
    state: Decorated = vars(function)[STATE]
    # The copied wrapper leads here only through this.
    state.function = function
    return state
