"""A callable that a user named, and the Python function behind it."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any

from epochly.call import Arguments, Refused
from epochly.code.libraries import adopt
from epochly.code.mark import original_of
from epochly.code.source import Source, source_of
from epochly.errors import SourceError, TargetError


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A user's callable with its static understanding.

    Parameters
    ----------
    original : callable
        What level 0 calls: what the user named, without our own decorator.
    plain : FunctionType or None
        The Python function behind a method, partial or callable instance; None for C code.
    bound : Arguments
        What goes before the caller's arguments when ``plain`` is called instead.
    independent : bool
        The user's word that unknown and writing calls of one item of a loop do not depend on
        those of another.
    """

    original: Callable[..., Any]
    plain: FunctionType | None
    bound: Arguments = Arguments()
    independent: bool = False

    @property
    def name(self) -> str:
        """Its name, without the classes and functions around it."""
        return self.qualname.rpartition(".")[2]

    @property
    def qualname(self) -> str:
        """Its qualified name."""
        named = self.plain if self.plain is not None else self.original
        return str(getattr(named, "__qualname__", type(named).__qualname__))

    @property
    def file(self) -> str | None:
        """The file of the Python function, or None."""
        return self.plain.__code__.co_filename if self.plain is not None else None

    @property
    def line(self) -> int | None:
        """The line where the Python function begins, or None."""
        return self.plain.__code__.co_firstlineno if self.plain is not None else None

    @property
    def source(self) -> Source:
        """The verified source of the Python function.

        Raises
        ------
        SourceError
            When there is none, or the file has changed.
        """
        if self.plain is None:
            raise SourceError(
                f"{self.qualname} has no Python source",
                remedy="name a function that is written in Python",
            )
        return source_of(self.plain)

    @property
    def caches(self) -> bool:
        """Whether it is `functools.lru_cache` around a function."""
        inner = getattr(self.original, "__func__", self.original)
        return isinstance(inner, functools._lru_cache_wrapper)

    def without_python(self) -> Refused:
        """Why no level can take it, where there is no Python function behind it."""
        if self.caches:
            return Refused(
                f"{self.name} is cached: a call with the same arguments as one before does nothing",
                remedy=f"name what it caches, {self.qualname}.__wrapped__; "
                "@epochly.optimize goes below the cache",
            )
        return Refused(
            f"{self.name} is not written in Python", remedy="nothing: it is native already"
        )

    @property
    def signature(self) -> inspect.Signature:
        """Signature of the original.

        Raises
        ------
        ValueError
            For C code that does not tell.
        """
        return inspect.signature(self.original)

    def arguments_of_plain(self, arguments: Arguments) -> Arguments:
        """What to call ``plain`` with for a call of the original with these arguments."""
        return Arguments(
            (*self.bound.args, *arguments.args), {**self.bound.kwargs, **arguments.kwargs}
        )

    def trusted(self) -> Function:
        """The same function, with the user's word that the items of its loops are independent."""
        return dataclasses.replace(self, independent=True)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.original(*args, **kwargs)


def signature_of(function: FunctionType) -> inspect.Signature:
    """The parameters that a function takes, whatever its `__signature__` says."""
    made = FunctionType(function.__code__, {}, None, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return inspect.signature(made)


def undecorated(target: Any) -> Any:
    """What our own decorator was put on; every other decorator stays."""
    while type(target) is FunctionType:
        original = original_of(target)
        if original is target:
            break
        target = original
    return target


def function_of(target: Any) -> Function:
    """Find the Python function behind a callable.

    Raises
    ------
    TargetError
        When the target cannot be called, or is a class.
    """
    if isinstance(target, (staticmethod, classmethod)):
        target = target.__func__
    target = undecorated(target)
    if isinstance(target, type):
        methods = [
            n
            for n, m in vars(target).items()
            if callable(m) and not isinstance(m, type) and not n.startswith("_")
        ]
        example = f", such as {target.__qualname__}.{methods[0]}" if methods else ""
        raise TargetError(
            f"{target.__qualname__} is a class, not a function",
            remedy=f"name one of its methods{example}, or a function that makes an instance",
        )
    if not callable(target):
        raise TargetError(
            f"the target is of type {type(target).__name__}, which cannot be called",
            remedy="name a function",
        )
    if isinstance(target, MethodType):
        inner = undecorated(target.__func__)
        if inner is not target.__func__:
            target = MethodType(inner, target.__self__)
        return _around(target, target.__func__, Arguments((target.__self__,)))
    if isinstance(target, functools.partial):
        inner = function_of(target.func)
        if inner.original is not target.func:
            target = functools.partial(inner.original, *target.args, **target.keywords)
        bound = inner.arguments_of_plain(Arguments(target.args, target.keywords))
        return Function(target, inner.plain, bound)
    if isinstance(target, FunctionType):
        adopt(target)
        return Function(target, target)
    call = inspect.getattr_static(type(target), "__call__", None)
    if isinstance(call, FunctionType):
        return _around(target, undecorated(call), Arguments((target,)))
    return Function(target, None)


def _around(target: Any, inner: Any, bound: Arguments) -> Function:
    if isinstance(inner, FunctionType):
        adopt(inner)
        return Function(target, inner, bound)
    return Function(target, None)
