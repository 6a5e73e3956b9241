"""What the arguments of a call lead to that may do something when it is used."""

from __future__ import annotations

import gc
import operator
import sys
from collections import deque
from collections.abc import Iterable
from enum import Enum
from functools import partial
from itertools import chain
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import ProxyTypes

from epochly.code.asking import attribute_of, is_a
from epochly.code.callgraph import is_users
from epochly.code.causes import Cause, Effect
from epochly.code.effects import effects_of
from epochly.code.function import undecorated
from epochly.code.harmless import LIBRARIES
from epochly.code.kinds import qualified_name
from epochly.code.known_effects import effect_of_name
from epochly.code.making import effects_of_making, fills_itself, only_finds
from epochly.code.members import is_method, members_of, method_in
from epochly.code.sharing import ATOMS, CONTAINERS, attributes_of, contents_of, is_own
from epochly.loaded import loaded

# To look at so many takes 0.2 s, of the caller's time.
MOST = 10_000
# Their methods do what those of built-in types of the same name do.
_CALLED_LIKE_BUILT_IN = frozenset({"array", "builtins", "collections", "pandas", "scipy", "types"})
_ROWS = {tuple, list}
_COPYING = frozenset({"__deepcopy__", "__reduce__", "__reduce_ex__"})
# Library classes whose copies have all attributes, or, of an enumeration, are the same object.
_WITH_ATTRIBUTES = (BaseException, Enum, bytearray, deque, frozenset, set)
# Their copies are made by calling the class, and not only its `__new__`.
_CALLED_TO_COPY = (BaseException, set, frozenset)
_CODE = (FunctionType, BuiltinFunctionType, MethodType, type)


class Given:
    """Objects of the user's classes, and functions, that some values hold, however deep.

    Library objects are looked through as the garbage collector does; the functions in those of
    other packages are theirs to call.

    Parameters
    ----------
    values : iterable of object

    Attributes
    ----------
    found : list of object
    others : list of type
        The classes of library objects of which nothing is known.
    reason : str or None
        Why what they hold may do more than compute, or cannot be told.
    """

    def __init__(self, values: Iterable[Any]) -> None:
        self.found: list[Any] = []
        self.others: list[type] = []
        self.reason: str | None = None
        self._seen: dict[int, Any] = {}
        self._looked_at = 0
        self._data: dict[type, bool] = {}
        self._own: dict[type, bool] = {}
        self._todo = [(value, False) for value in values]
        while self._todo and self.reason is None:
            value, within_library = self._todo.pop()
            if not self._is_data(type(value)) and id(value) not in self._seen:
                # Held, so that nothing else gets its address.
                self._seen[id(value)] = value
                self._look_at(value, within_library)

    def asked_by_name(self, names: frozenset[str]) -> str | None:
        """A method of a library object for which the effect of its name may not hold.

        Parameters
        ----------
        names : frozenset of str
            The attributes that code names.
        """
        for cls in self.others:
            known = cls.__module__.partition(".")[0] in _CALLED_LIKE_BUILT_IN
            methods = (name for name in names if callable(getattr(cls, name, None)))
            found = None if known else min(methods, default=None)
            if found is not None:
                return f"{cls.__qualname__}.{found} may do more than compute"
        return None

    def _look_at(self, value: Any, within_library: bool) -> None:
        cls = type(value)
        if cls in CONTAINERS:
            self._add(self._parts(value), within_library)
            return
        self._looked_at += 1
        if self._looked_at > MOST:
            self.reason = "its arguments hold more objects than can be looked at"
        elif cls in ProxyTypes:
            self.reason = "its arguments hold a weak proxy, whose object is not copied"
        elif is_a(value, _CODE):
            self._look_at_code(value, within_library)
        elif self._is_own(cls) and (_copies_itself(cls) or _may_lose_parts(value)):
            self.reason = f"{cls.__qualname__} objects decide themselves how they are copied"
        elif self._is_own(cls) and _shows_copies(cls):
            self.reason = f"a copy of a {cls.__qualname__} may do more than fill itself"
        elif self._is_own(cls):
            self.found.append(value)
            self._add(attributes_of(value), False)
        elif cls is partial:
            self._add([value.func, *value.args, *value.keywords.values()], within_library)
        elif cls is slice:
            self._add([value.start, value.stop, value.step], within_library)
        elif (numpy := loaded("numpy")) is not None and is_a(value, numpy.ndarray):
            held = value.ravel().tolist() if value.dtype.hasobject else []
            self._add([held], within_library)
            if within_library and not all(map(self._is_data, set(map(type, held)))):
                self.reason = "its arguments hold a column of objects, which are not copied with it"
        elif callable(value) and not within_library and not _only_computes(value):
            self.reason = f"it is given a {cls.__qualname__}, which may do more than compute"
        else:
            self.others.append(cls)
            others = cls.__module__.partition(".")[0] not in sys.stdlib_module_names
            self._add(gc.get_referents(value), within_library or others)

    def _look_at_code(self, value: Any, within_library: bool) -> None:
        value = undecorated(value)
        if is_a(value, MethodType):
            self._add([value.__func__, value.__self__], within_library)
            return
        if is_a(value, type):
            if self._is_own(value):
                self.found.append(value)
            if not within_library and not _is_pure_class(value, own=self._is_own(value)):
                self.reason = f"it is given {value.__qualname__}, which may do more than compute"
            return
        name = value.__qualname__
        if is_a(value, FunctionType) and is_users(value):
            self.found.append(value)
            effects = effects_of(value)
            cause = next(iter((*effects.causes, *effects.notes)), None)
            if cause is not None:
                self.reason = f"it is given {name}, which may do more than compute: {cause.what}"
        elif not within_library and not _is_pure(value):
            self.reason = f"it is given {name}, which may do more than compute"

    def _add(self, values: Iterable[Any], within_library: bool) -> None:
        self._todo += [(value, within_library) for value in values]

    def _parts(self, container: Any) -> list[Any]:
        """What a container holds, unless all of it is data, or rows of data."""
        parts: list[Any] = []
        for values in contents_of(container):
            kinds = set(map(type, values))
            if kinds <= _ROWS:
                kinds = set(map(type, chain.from_iterable(values)))
            if not all(map(self._is_data, kinds)):
                parts += values
        return parts

    def _is_data(self, cls: type) -> bool:
        """Whether its objects hold nothing else, and what is done with them has no effects."""
        if cls not in self._data:
            numpy = loaded("numpy")
            scalar = numpy is not None and issubclass(cls, numpy.generic)
            plain = cls in ATOMS and cls is not slice
            other = cls.__module__.partition(".")[0] in LIBRARIES - {"numpy"}
            self._data[cls] = plain or scalar or other
        return self._data[cls]

    def _is_own(self, cls: type) -> bool:
        if cls not in self._own:
            self._own[cls] = is_own(cls)
        return self._own[cls]


def _copies_itself(cls: type) -> bool:
    makers = (vars(base).get(name) for base in cls.__mro__ if is_own(base) for name in _COPYING)
    return any(isinstance(maker, FunctionType) for maker in makers)


def _may_lose_parts(value: Any) -> bool:
    """Whether a library's class copies it, and may not know of its attributes."""
    cls = type(value)
    if issubclass(cls, _WITH_ATTRIBUTES) or not attribute_of(value, "__dict__"):
        return False
    bases = (base for base in cls.__mro__ if base is not object and not is_own(base))
    return any(not _COPYING.isdisjoint(vars(base)) for base in bases)


def _shows_copies(cls: type) -> bool:
    """Whether code of the class makes or fills a copy, and does more than that."""
    if issubclass(cls, Enum) or hasattr(cls, "__deepcopy__"):
        return False
    made_by = {"__new__", "__init__"} if issubclass(cls, _CALLED_TO_COPY) else {"__new__"}
    makers = [(name, method_in(raw)) for _, name, raw in members_of(cls) if is_method(raw)]
    if issubclass(cls, list) and any(name == "append" for name, _ in makers):
        return True
    return any(
        _is_shown(cls, name, maker, cause)
        for name, maker in makers
        if name in made_by and is_users(maker)
        for cause in effects_of(maker).causes
    )


def _is_shown(cls: type, name: str, maker: FunctionType, cause: Cause) -> bool:
    """Whether an effect of what makes a copy reaches more than the copy."""
    if cause.effect not in (Effect.DRAWS, Effect.WRITES):
        return False
    if name == "__init__":
        return not fills_itself(cls, maker, cause)
    return cause.shared or cause.root in ("", *maker.__code__.co_varnames[:1])


def _is_pure(value: Any) -> bool:
    owner = attribute_of(value, "__self__")
    if owner is not None and not isinstance(owner, ModuleType):
        return False
    return effect_of_name(qualified_name(value)) is Effect.PURE


def _is_pure_class(cls: type, *, own: bool) -> bool:
    """Whether calling a class only makes an instance, or finds a member."""
    if own:
        made = effects_of_making(cls, lambda maker: effects_of(maker).causes)
        return only_finds(cls) or made == []
    known = cls.__module__ == "builtins" and issubclass(cls, BaseException)
    return known or effect_of_name(qualified_name(cls)) is Effect.PURE


def _only_computes(value: Any) -> bool:
    numpy = loaded("numpy")
    return is_a(value, operator.itemgetter) or (
        numpy is not None and is_a(value, (numpy.ufunc, numpy.dtype))
    )
