"""Plain functions that answer to a context while it is open.

The function object stays, so that every name for it is reached: its code is replaced by a
trampoline with the same parameters and free variables, which sends the call on. Calls from other
threads and tasks go to a twin with the original code.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cached_property
from types import CodeType, FunctionType, MethodType
from typing import Any

from epochly.code.mark import mark, unmark
from epochly.forks import ProcessLock
from epochly.runtime.active import contexts
from epochly.runtime.decorated import STATE, Decorated
from epochly.runtime.deferred import wrap_deferred
from epochly.runtime.dispatcher import Dispatcher
from epochly.runtime.names import full_name_of
from epochly.runtime.policy import ObservingPolicy
from epochly.runtime.records import records
from epochly.runtime.twin import twin_of

_MARK = "__epochly_redirected__"
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_lock = ProcessLock()
_redirects: weakref.WeakKeyDictionary[FunctionType, Redirect] = weakref.WeakKeyDictionary()


class Redirect:
    """One function with its trampoline; kept, with what was prepared, until the function dies."""

    def __init__(self, function: FunctionType) -> None:
        self.code = function.__code__
        self.twin = twin_of(function)
        self.dispatcher = Dispatcher(self.twin, ObservingPolicy(self.twin, None))
        self.name = self.dispatcher.name
        # Nobody can call a function that is gone.
        self._function = weakref.ref(function, self._let_go)
        self._trampoline: CodeType | None = _trampoline(function, self._send)
        self._open = 0
        self._deferred = wrap_deferred(self.twin, lambda: self.dispatcher)
        records.add(self.dispatcher)

    def __reduce__(self) -> Any:
        """Where cloudpickle takes a copy of the function, the copy does what the original does."""
        return _Copied, (self.twin,)

    def fits(self, function: FunctionType) -> bool:
        """Whether the function still has the code it had, or the trampoline."""
        return function.__code__ is self.code or function.__code__ is self._trampoline

    def enter(self, function: FunctionType) -> None:
        """Put the trampoline in place, unless it is."""
        self._open += 1
        if self._open == 1 and self._trampoline is not None:
            mark(function, self.twin, self._trampoline)
            function.__code__ = self._trampoline

    def leave(self) -> None:
        """End one `enter`; after the last, the function is what it was."""
        with _lock:
            self._open -= 1
            function = self._function()
            if self._open or function is None:
                return
            if function.__code__ is self._trampoline:
                function.__code__ = self.code
            unmark(function, self.twin)

    def _let_go(self, _: Any) -> None:
        # It holds this as a constant, which the garbage collector does not see.
        self._trampoline = None

    def _send(self, *args: Any, **kwargs: Any) -> Any:
        if contexts.innermost() is None:
            return self.twin(*args, **kwargs)
        if self._deferred is not None:
            return self._deferred(*args, **kwargs)
        return self.dispatcher.look(args, kwargs)


class _Copied:
    """What stands for a `Redirect` behind a copied trampoline: calls go to the original."""

    _deferred = None

    def __init__(self, twin: FunctionType) -> None:
        self.twin = twin
        self.dispatcher = self

    def look(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self.twin(*args, **kwargs)


class Untouched:
    """A function that answers to contexts by itself: it is decorated."""

    def __init__(self, function: FunctionType) -> None:
        self.name = full_name_of(function)

    def leave(self) -> None:
        """Nothing was changed."""


def redirect(function: FunctionType) -> Redirect | Untouched:
    """Have a function answer to contexts until the result's ``leave`` is called."""
    if STATE in vars(function):
        return Untouched(function)
    with _lock:
        found = _redirects.get(function)
        if found is None or not found.fits(function):
            found = _redirects[function] = Redirect(function)
        found.enter(function)
        return found


def dispatcher_of(function: Any) -> Dispatcher | None:
    """The dispatcher of a decorated function, or of a plain one that a context has reached.

    It may stand in a method, or in a property or another such object of a class.
    """
    state = getattr(function, STATE, None)
    if isinstance(state, Decorated):
        return state.dispatcher
    if isinstance(function, property):
        return dispatcher_of(function.fget)
    if isinstance(function, cached_property):
        return dispatcher_of(function.func)
    if isinstance(function, (MethodType, staticmethod, classmethod)):
        return dispatcher_of(function.__func__)
    if isinstance(function, FunctionType):
        found = _redirects.get(function)
        return None if found is None else found.dispatcher
    return None


def _trampoline(function: FunctionType, send: Callable[..., Any]) -> CodeType:
    """Code with a function's parameters and free variables that calls ``send`` with them."""
    code = function.__code__
    names = code.co_varnames
    positional = list(names[: code.co_argcount])
    keywords = list(names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount])
    at = code.co_argcount + code.co_kwonlyargcount
    declared = [*positional]
    if code.co_posonlyargcount:
        declared.insert(code.co_posonlyargcount, "/")
    passed = [*positional]
    if code.co_flags & _VARARGS:
        declared.append(f"*{names[at]}")
        passed.append(f"*{names[at]}")
        at += 1
    elif keywords:
        declared.append("*")
    declared += keywords
    passed += [f"{name}={name}" for name in keywords]
    if code.co_flags & _VARKEYWORDS:
        declared.append(f"**{names[at]}")
        passed.append(f"**{names[at]}")
    free = ", ".join(code.co_freevars)
    a, await_ = ("async ", "await ") if code.co_flags & 0x80 else ("", "")
    text = (
        f"def factory({free}):\n"
        f" {a}def trampoline({', '.join(declared)}):\n"
        f"  if 0: ({free}{',' if free else ''})\n"
        f"  return {await_}({_MARK!r})({', '.join(passed)})\n"
    )
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        module = compile(text, code.co_filename, "exec", dont_inherit=True)
    factory = next(c for c in module.co_consts if isinstance(c, CodeType))
    made = next(c for c in factory.co_consts if isinstance(c, CodeType))
    return made.replace(
        co_consts=tuple(send if c == _MARK else c for c in made.co_consts),
        co_firstlineno=code.co_firstlineno,
        co_name=code.co_name,
        co_qualname=code.co_qualname,
    )
