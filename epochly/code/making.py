"""What making an instance of a user's class does besides filling it."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, EnumType, Flag
from types import BuiltinFunctionType, FunctionType, WrapperDescriptorType
from typing import Any

from epochly.code.callgraph import is_users
from epochly.code.causes import Cause, Effect
from epochly.code.kinds import is_fresh
from epochly.code.members import functions_in, method_in
from epochly.code.sharing import ATOMS
from epochly.code.source import source_of
from epochly.code.stores import Locals
from epochly.code.trees import assignments_to_attributes, is_part_of
from epochly.errors import SourceError

EffectsOf = Callable[[FunctionType], Iterable[Cause]]


def effects_of_making(cls: type, effects_of: EffectsOf) -> list[Cause] | None:
    """Effects of making an instance of a user's plain class; None for any other class.

    Filling the new object is none of them.

    Parameters
    ----------
    cls : type
    effects_of : callable
        The causes of a function's effects.
    """
    if type(cls) not in (type, ABCMeta):
        return None
    found: list[Cause] = []
    for name in ("__new__", "__init__", "__post_init__"):
        maker = inspect.getattr_static(cls, name, None)
        maker = maker.__func__ if isinstance(maker, staticmethod) else maker
        if not isinstance(maker, FunctionType):
            owner = next((c for c in cls.__mro__ if name in vars(c)), object)
            if owner.__module__ != "builtins":
                return None
        elif is_users(maker):
            found += _of_maker(cls, name, maker, effects_of, {maker})
        elif _is_of_named_tuple(cls, maker):
            continue
        elif dataclasses.is_dataclass(cls) and maker.__code__.co_filename == "<string>":
            found += _of_factories(cls, effects_of)
        else:
            return None
    return found


def _of_maker(
    cls: type, name: str, maker: FunctionType, effects_of: EffectsOf, seen: set[FunctionType]
) -> Iterator[Cause]:
    """Causes in a method that runs while the instance is not known to anybody else."""
    own = maker.__code__.co_varnames[0] if maker.__code__.co_argcount else ""
    rest = [vars(base)[name] for base in cls.__mro__[1:] if name in vars(base)]
    others = [function for other in rest for function in functions_in(other)]
    plain = (FunctionType, WrapperDescriptorType, BuiltinFunctionType)
    known_super = all(map(is_users, others)) and all(isinstance(method_in(o), plain) for o in rest)
    # A class with a `__new__` of its own may give an object that others hold.
    known = name != "__new__" and not _gives_what_it_likes(cls)
    filled = _own_parts(cls, is_fresh) if known else frozenset()
    changing = _augmented(maker, own)
    if changing and known:
        changing -= _own_parts(cls, _makes_new)
    for cause in effects_of(maker):
        if known_super and re.match(rf"super\(\)\.{name}(?!\w)", cause.what):
            # Whichever that is, it is looked at below, with all else that is asked of `super()`.
            continue
        first, _, attribute = cause.what.partition(".")
        if cause.in_place and cause.root == own:
            yield cause._replace(effect=Effect.WRITES, shared=True, in_place=False)
            continue
        if first != own or not known:
            yield cause._replace(shared=cause.shared or first == own)
        elif cause.effect is Effect.WRITES and cause.root == own:
            head = attribute.partition(".")[0].partition("[")[0]
            is_store = head == attribute and head not in changing
            if head != "__class__" and (is_store or head in filled):
                continue
            yield cause._replace(shared=True)
        elif _method(cls, attribute) is None:
            yield cause
    for node, raw in _parts_of(cls, maker, own):
        methods = [raw.fget, raw.fset] if isinstance(raw, property) else [raw]
        for method in methods:
            if isinstance(method, FunctionType) and is_users(method):
                if method not in seen:
                    seen.add(method)
                    yield from _of_maker(cls, node.attr, method, effects_of, seen)
            elif hasattr(type(method), "__set__") and not inspect.ismemberdescriptor(method):
                yield Cause(Effect.UNKNOWN, node.lineno, ast.unparse(node), True)


def _is_of_named_tuple(cls: type, maker: FunctionType) -> bool:
    """Whether it is the ``__new__`` that `collections.namedtuple` makes."""
    names = maker.__code__.co_names
    made = maker.__globals__.get("_tuple_new") is tuple.__new__
    return issubclass(cls, tuple) and made and names == ("_tuple_new",)


def only_finds(cls: object) -> bool:
    """Whether it is an enumeration, which only finds the member that has a value.

    Parameters
    ----------
    cls : object
        What is called; with more than the value, an enumeration makes another one.
    """
    if type(cls) is not EnumType or not isinstance(cls, type) or issubclass(cls, Flag):
        return False
    return inspect.getattr_static(cls, "_missing_") is vars(Enum)["_missing_"]


def _method(cls: type, name: str) -> FunctionType | None:
    found = inspect.getattr_static(cls, name, None)
    return found if isinstance(found, FunctionType) and is_users(found) else None


def _parts_of(cls: type, maker: FunctionType, own: str) -> Iterator[tuple[ast.Attribute, Any]]:
    """What a method names of the new object: its methods may do other things than they promise."""
    for node in _nodes(maker):
        if is_part_of(node, own):
            yield node, inspect.getattr_static(cls, node.attr, None)
        elif isinstance(node, ast.Attribute) and _is_super(node.value):
            held = (vars(base).get(node.attr) for base in cls.__mro__[1:])
            yield from ((node, method_in(raw)) for raw in held if functions_in(raw))


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _augmented(maker: FunctionType, own: str) -> set[str]:
    """Attributes of the new object with ``+=`` and the like, which may change what they hold."""
    return {
        node.target.attr
        for node in _nodes(maker)
        if isinstance(node, ast.AugAssign) and is_part_of(node.target, own)
    }


def _nodes(function: FunctionType) -> Iterator[ast.AST]:
    try:
        return ast.walk(source_of(function).node)
    except SourceError:
        return iter(())


def _gives_what_it_likes(cls: type) -> bool:
    maker = inspect.getattr_static(cls, "__new__", None)
    maker = maker.__func__ if isinstance(maker, staticmethod) else maker
    return isinstance(maker, FunctionType) and is_users(maker)


def fills_itself(cls: type, method: FunctionType, cause: Cause) -> bool:
    """Whether a method only changes its object, and what only that holds.

    Parameters
    ----------
    cls : type
        The class of the object, which nobody else knows yet.
    method : FunctionType
    cause : Cause
        One of the method's effects.
    """
    own = "".join(method.__code__.co_varnames[: min(method.__code__.co_argcount, 1)])
    first, _, attribute = cause.what.partition(".")
    if not own or first != own or cause.root != own or cause.effect is not Effect.WRITES:
        return False
    head = attribute.partition(".")[0].partition("[")[0]
    if head == "__class__" or _gives_what_it_likes(cls):
        return False
    if head != attribute:
        return head in _own_parts(cls, is_fresh)
    return head not in _augmented(method, own) or head in _own_parts(cls, _makes_new)


def _makes_new(function: FunctionType, value: ast.expr) -> bool:
    return Locals(function).makes_new(value)


def _own_parts(cls: type, is_new: Callable[[FunctionType, ast.expr], bool]) -> frozenset[str]:
    """Attributes of an object to which its methods, a constructor among them, assign new values."""
    made: dict[str, bool] = {}
    constructed: set[str] = set()
    for base in cls.__mro__:
        for name, raw in vars(base).items():
            parts = [raw.fget, raw.fset] if isinstance(raw, property) else [raw]
            for method in parts:
                if isinstance(method, FunctionType) and is_users(method):
                    found = _assigned_parts(method, is_new)
                    for attribute, good in found.items():
                        made[attribute] = made.get(attribute, True) and good
                    if name in ("__init__", "__post_init__"):
                        constructed |= found.keys()
            if type(raw) in ATOMS:
                constructed.add(name)
            elif not inspect.ismemberdescriptor(raw):
                made[name] = False
    return frozenset(name for name in constructed if made.get(name, True))


def _assigned_parts(
    method: FunctionType, is_new: Callable[[FunctionType, ast.expr], bool]
) -> dict[str, bool]:
    """Attributes that a method assigns, and whether all it assigns to them is new."""
    made: dict[str, bool] = {}
    own = "".join(method.__code__.co_varnames[: min(method.__code__.co_argcount, 1)])
    for inner in _assignments_to_parts(method):
        targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
        for target in targets:
            if is_part_of(target, own) and inner.value is not None:
                good = len(targets) == 1 and is_new(method, inner.value)
                made[target.attr] = made.get(target.attr, True) and good
    return made


def _assignments_to_parts(method: FunctionType) -> tuple[ast.Assign | ast.AnnAssign, ...]:
    try:
        return assignments_to_attributes(source_of(method).node)
    except SourceError:
        return ()


def _of_factories(cls: type, effects_of: EffectsOf) -> Iterator[Cause]:
    for field in dataclasses.fields(cls):
        factory: Any = field.default_factory
        if isinstance(factory, FunctionType) and is_users(factory):
            for cause in effects_of(factory):
                yield cause._replace(root="", shared=cause.shared or bool(cause.root))
        elif factory is not dataclasses.MISSING and factory not in (list, dict, set, tuple):
            what = f"the default factory of {field.name}"
            yield Cause(Effect.UNKNOWN, 0, what, True)
