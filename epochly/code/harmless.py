"""Whether live objects can run code with effects when operators and methods are used on them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from epochly.code.asking import HOOKS, attribute_of, is_a
from epochly.code.callgraph import is_users
from epochly.code.causes import Cause, Effect
from epochly.code.effects import effects_of
from epochly.code.function import undecorated
from epochly.code.giving import GIVING, METHODS, changes_more, gives_new
from epochly.code.kinds import qualified_name
from epochly.code.known_calls import CALLS
from epochly.code.known_effects import effect_of_name, is_generator
from epochly.code.making import effects_of_making, fills_itself
from epochly.code.members import is_asked, is_method, is_slot
from epochly.code.methods import (
    Methods,
    may_be_called,
    only_changes_its_own,
    sets_part_of_other,
    setting_name,
    why_not,
)
from epochly.code.outside import names_in, outside
from epochly.code.sharing import (
    ATOMS,
    CONTAINERS,
    attributes_of,
    is_own,
    is_own_module,
    named_parts,
    parts_of,
)
from epochly.code.zones import zone_with_effects

# What operators, properties and methods of their objects do is known.
LIBRARIES = frozenset({"numpy", "datetime", "decimal", "fractions", "pathlib", "re", "uuid"})
_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"})
# With one of these, code may read attributes that it does not name.
_BY_NAME = frozenset({"getattr", "hasattr", "attrgetter", "format", "format_map"})
# Built-in functions ask for these where they are given an object.
_BY_PROTOCOL = frozenset({"items", "keys"})
_WRITTEN = (FunctionType, property, staticmethod, classmethod)
_PLAIN_BASES = (list, tuple, dict, set, frozenset, int, float, complex, str, bytes, object, type)


def hazard(
    values: Iterable[Any],
    names: frozenset[str],
    called: frozenset[CodeType] = frozenset(),
    *,
    changing: bool = True,
    methods: Methods | None = None,
) -> str | None:
    """Why code that only uses these names on these objects may do more than read them.

    Static effects take an object of unknown class for a built-in one. That holds when every object
    that the code can reach is of a class whose operators, properties and methods of these names
    are known, or are the user's own and do no more than read.

    Parameters
    ----------
    values : iterable of object
        What the code can reach: its items, closure cells and globals.
    names : frozenset of str
        The attributes that it names.
    called : frozenset of CodeType
        Functions whose changes in place are known to the caller.
    changing : bool
        Whether the code itself changes objects, which operators may have given it.
    methods : Methods, optional
        The methods that the code calls without their effects being told. They are looked at as
        well; without this, methods that call others so are taken to do anything.

    Returns
    -------
    str or None
        A reason, or None where there is none.
    """
    zone = zone_with_effects()
    if zone is not None:
        return zone
    told = list(values)
    while True:
        look = _Look(names, called, changing, methods)
        reason = look.over(told)
        if reason is not None or (look.further <= names and look.methods == methods):
            return reason or look.missing()
        names |= look.further
        methods = look.methods


class _Look:
    """One look at what code reaches; operators and properties may name further attributes."""

    def __init__(
        self,
        names: frozenset[str],
        called: frozenset[CodeType],
        changing: bool,
        methods: Methods | None,
    ) -> None:
        self.names = names
        self.methods = methods
        self._met: set[str] = set()
        self.called = called
        self._changing = changing
        self._given: str | None = None
        self.further: set[str] = set()
        self._todo: list[Any] = []
        self._judged: dict[type, str | None] = {}

    def missing(self) -> str | None:
        """A method that is called, and that no class has which was met."""
        if self.methods is None or not self.methods.called:
            return None
        setting = setting_name(self.names)
        if setting is not None:
            return f"{setting} may give an object another method"
        # A list has those that change it.
        sought = self.methods.called - CALLS["changing_methods"]
        name = min(sought - self._met, default=None)
        return name and f"{name} is a method of nothing that was found"

    def over(self, values: list[Any]) -> str | None:
        seen: set[int] = set()
        self._todo = list(values)
        while self._todo:
            value = self._todo.pop()
            cls = type(value)
            if (cls in ATOMS and cls is not ModuleType) or id(value) in seen:
                continue
            seen.add(id(value))
            if cls in CONTAINERS or cls is defaultdict:
                self._todo += parts_of(value)
                if cls is defaultdict and value.default_factory is not None:
                    return "a defaultdict makes entries for those who ask for them"
                continue
            reason = self._of_code(value) if _is_code(value) else self._of_object(value)
            if reason is not None:
                return reason
        return self._given if self._changing else None

    def _of_object(self, value: Any) -> str | None:
        cls = type(value)
        if cls not in self._judged:
            self._judged[cls] = self._of_class(cls, False) or self._of_metaclass(cls)
            parts = named_parts(cls, self.names)
            self._todo += [p for p in parts if not (isinstance(p, _WRITTEN) or is_slot(p))]
        if cls.__module__.partition(".")[0] not in LIBRARIES:
            parts = attribute_of(value, "__dict__", {})
            if self.methods is not None and not self.methods.called.isdisjoint(parts):
                return f"a {cls.__qualname__} has a method of its own"
            if any(callable(parts.get(name)) for name in METHODS & self.names):
                self._given = f"a method kept in a {cls.__qualname__} may give what others hold"
            self._todo += attributes_of(value)
        elif cls.__module__ == "numpy" and getattr(
            getattr(value, "dtype", None), "hasobject", False
        ):
            self._todo += value.tolist() if value.ndim else [value.item()]
        return self._judged[cls]

    def _of_code(self, value: Any) -> str | None:
        value = undecorated(value)
        if is_a(value, (FunctionType, ModuleType, type)):
            self._todo += [p for p in named_parts(value, self.names) if not self._is_member(p)]
        if isinstance(value, ModuleType):
            getter = vars(value).get("__getattr__")
            if is_own_module(value) and isinstance(getter, FunctionType):
                return self._of_function(getter, f"{value.__name__}.__getattr__", None)
        elif isinstance(value, FunctionType):
            if is_users(value):
                return self._of_function(value, value.__qualname__, None)
            if effect_of_name(qualified_name(value)) > Effect.READS:
                return f"{value.__qualname__} has unknown effects"
        elif isinstance(value, BuiltinFunctionType):
            if not isinstance(value.__self__, (ModuleType, type(None))):
                return f"{value.__qualname__} may change the object it belongs to"
            if effect_of_name(qualified_name(value)) > Effect.READS:
                return f"{value.__qualname__} has unknown effects"
        elif isinstance(value, type) and value.__module__ != "builtins":
            return self._of_metaclass(value) or (
                self._of_class(value, True) or self._of_making(value) if is_own(value) else None
            )
        return None

    def _is_member(self, part: Any) -> bool:
        """Whether it is judged with its class, or made by a decorator of the library's."""
        if is_a(part, FunctionType):
            return self.methods is not None or not is_users(part)
        return is_a(part, _WRITTEN) or is_slot(part)

    def _of_metaclass(self, cls: type) -> str | None:
        return self._of_class(type(cls), False) if is_own(type(cls)) else None

    def _of_making(self, cls: type) -> str | None:
        """What making an instance changes: a class may be called under another name."""
        for cause in effects_of_making(cls, lambda maker: effects_of(maker).causes) or ():
            if cause.effect in (Effect.DRAWS, Effect.WRITES):
                return f"{cls.__qualname__} has effects: {cause.what}"
        return None

    def _of_class(self, cls: type, made_inside: bool) -> str | None:
        other = self.methods and why_not(cls, self.methods.called)
        if other:
            return other
        for base in cls.__mro__:
            if base in _PLAIN_BASES or base.__module__ in ("abc", "typing", "enum"):
                continue
            if issubclass(base, BaseException) and not is_own(base):
                continue
            if not is_own(base):
                known = base.__module__.partition(".")[0] in LIBRARIES
                if not known or base.__module__.startswith("numpy.random"):
                    return f"{base.__qualname__} objects may do more than read"
                continue
            matched = vars(base).get("__match_args__", ())
            for name, raw in vars(base).items():
                special = name.startswith("__") and name.endswith("__") and name not in _MAKING
                by_name = is_asked(raw) and not self.names.isdisjoint(_BY_NAME)
                named = name in self.names or name in _BY_PROTOCOL or name in matched
                if issubclass(base, Enum) and not isinstance(raw, _WRITTEN):
                    continue
                if special or by_name or named:
                    reason = self._of_member(cls if made_inside else None, base, name, raw)
                    if reason is not None:
                        return reason
        return None

    def _of_member(self, made: type | None, cls: type, name: str, raw: Any) -> str | None:
        what = f"{cls.__qualname__}.{name}"
        getters: list[Any] = [raw]
        if isinstance(raw, (staticmethod, classmethod)):
            getters = [raw.__func__]
        elif isinstance(raw, property):
            getters = [raw.fget, raw.fset]
        for getter in getters:
            if isinstance(getter, FunctionType):
                if is_users(getter):
                    if self._is_given(name) and not gives_new(made or cls, getter):
                        self._given = f"{what} may give what others hold"
                    if self.methods is not None and is_method(raw):
                        reason = self._of_method(getter, name, what, made)
                    else:
                        reason = self._of_function(getter, what, made)
                    if reason is not None:
                        return reason
            elif isinstance(getter, BuiltinFunctionType) and not is_slot(getter):
                reason = self._of_code(getter)
                if reason is not None:
                    return reason
            elif hasattr(type(getter), "__get__") and not is_slot(getter):
                return f"{what} has unknown effects"
        return None

    def _is_given(self, name: str) -> bool:
        """Whether what an operator or a method gives is taken for new."""
        return name in GIVING or (name in HOOKS and not METHODS.isdisjoint(self.names))

    def _of_function(self, function: FunctionType, what: str, made: type | None) -> str | None:
        """Effects of a function, or of a method of a class whose objects the items make."""
        if self.methods is not None:
            self.methods = self.methods.beside(names_in(function.__code__))
        self._use(function, made)
        known = function.__code__ in self.called
        effects = effects_of(function)
        for cause in (*effects.causes, *effects.notes):
            if self._is_method(cause):
                continue
            changes = cause.effect > Effect.READS or (cause.effect is Effect.PURE and not known)
            if changes and not (made is not None and fills_itself(made, function, cause)):
                return f"{what} has effects: {cause.what}"
        return None

    def _of_method(
        self, function: FunctionType, name: str, what: str, made: type | None
    ) -> str | None:
        """Effects of a method, which may change what is gone, or the caller's copy, in the end."""
        assert self.methods is not None
        self._met.add(name)
        strict = self.methods.is_strict(name)
        if strict and name not in self.methods.called:
            return self._of_function(function, what, made)
        if strict:
            self.methods = self.methods.beside(names_in(function.__code__))
        self._use(function, made)
        effects = effects_of(function)
        for cause in (*effects.causes, *effects.notes):
            yields = isinstance(cause.open, (ast.Yield, ast.YieldFrom)) and is_generator(function)
            if yields or self._is_method(cause):
                continue
            sets = name in CALLS["changing_methods"] and sets_part_of_other(function, cause)
            if strict or sets or not only_changes_its_own(function, cause):
                return f"{what} has effects: {cause.what}"
        return None

    def _use(self, function: FunctionType, made: type | None) -> None:
        """What a function that may be run names and reaches is looked at as well."""
        self.further |= names_in(function.__code__)
        self._todo += outside(function).values()
        self._changing = self._changing or changes_more(function, is_method=made is not None)

    def _is_method(self, cause: Cause) -> bool:
        """Whether it is only the call of a method, which is looked at by its name."""
        if self.methods is None or not isinstance(cause.open, ast.Attribute):
            return False
        self.methods = self.methods.calling(cause.open.attr)
        return may_be_called(cause.open.attr)


def _is_code(value: Any) -> bool:
    return is_a(value, (FunctionType, BuiltinFunctionType, ModuleType, type))
