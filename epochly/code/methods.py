"""Methods that are called on objects whose classes only a call tells."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from inspect import ismemberdescriptor
from opcode import opmap
from types import CodeType, FunctionType
from typing import NamedTuple

from epochly.code.asking import HOOKS
from epochly.code.callgraph import is_users
from epochly.code.causes import Cause, Effect
from epochly.code.known_calls import CALLS
from epochly.code.lasting import lasting_in
from epochly.code.members import functions_in, is_method, members_of, method_in
from epochly.loaded import loaded

# Where the classes of objects stand that calls without effects make.
_HOMES = (
    "builtins _blake2 _hashlib _io _sre _struct collections contextvars csv datetime decimal "
    "fractions functools io itertools json json.decoder json.encoder numpy numpy.ma numpy.random "
    "operator pathlib random re requests requests.models sqlite3 statistics string struct textwrap "
    "types urllib.parse urllib.request http.client uuid zipfile zlib"
).split()
# With these, an object may get a method that its class has not.
_SETTING = frozenset({"setattr", "delattr", "vars", "__dict__", "__setattr__", "__class__"})
_STORES = opmap["STORE_ATTR"]


class Methods(NamedTuple):
    """Methods that code calls on objects of unknown class, by their names.

    Parameters
    ----------
    called : frozenset of str
    strict : frozenset of str or None
        Names whose methods may change nothing, since they are called on what outlives the call,
        too. All of them where it is None.
    """

    called: frozenset[str]
    strict: frozenset[str] | None = None

    def is_strict(self, name: str) -> bool:
        """Whether the methods of a name may not change their arguments either."""
        special = name.startswith("__") and name.endswith("__")
        return self.strict is None or special or name in self.strict

    def calling(self, name: str) -> Methods:
        """These, and one more."""
        return Methods(self.called | {name}, self.strict)

    def beside(self, names: frozenset[str]) -> Methods:
        """These, where code that may change nothing names some of them, or others."""
        return self if self.strict is None else Methods(self.called, self.strict | names)


def may_be_called(name: str) -> bool:
    """Whether only objects of the user's have a method of a name, as far as is known.

    What library objects do that a function makes, or finds in others, is told by the table alone.
    """
    homes = (home for home in _HOMES if loaded(home) is not None)
    return not name.startswith("__") and not any(name in _names_in(home) for home in homes)


def why_not(cls: type, called: frozenset[str]) -> str | None:
    """What makes a class of the user's give other methods than those that stand in it.

    Parameters
    ----------
    cls : type
    called : frozenset of str
        The names by which methods are called.
    """
    for base, name, raw in members_of(cls):
        what = f"{base.__qualname__}.{name}"
        if name in HOOKS:
            return f"{what} may give any method"
        if name in called and not (is_method(raw) and is_users(method_in(raw))):
            return f"{what} is no plain method"
        for function in functions_in(raw):
            if called & stored_attributes(function.__code__):
                return f"{what} replaces a method of an object"
    return None


def only_changes_its_own(function: FunctionType, cause: Cause) -> bool:
    """Whether an effect of a method is a change of its arguments, or of what it makes.

    Parameters
    ----------
    function : FunctionType
        The method.
    cause : Cause
    """
    is_store = cause.effect is Effect.PURE or (cause.effect is Effect.WRITES and not cause.outside)
    rooted = bool(cause.root) or cause.through is not None
    return is_store and rooted and not cause.shared and lasting_in(function) is None


def sets_part_of_other(function: FunctionType, cause: Cause) -> bool:
    """Whether a method sets an attribute of something else than its object: perhaps of a class.

    Parameters
    ----------
    function : FunctionType
        The method.
    cause : Cause
    """
    owner, _, attribute = cause.what.rpartition(": ")[2].rpartition(".")
    is_store = attribute.isidentifier() and attribute not in CALLS["changing_methods"]
    return is_store and owner not in ("", *function.__code__.co_varnames[:1])


def setting_name(names: frozenset[str]) -> str | None:
    """By what code may give an object another method, or another class."""
    return min(names & _SETTING, default=None)


@lru_cache(maxsize=1024)
def stored_attributes(code: CodeType) -> frozenset[str]:
    """Attributes that a function, or one within it, assigns or deletes."""
    found: set[str] = set()
    wide = 0
    for place in range(0, len(code.co_code), 2):
        operation, argument = code.co_code[place], code.co_code[place + 1] | wide
        wide = argument << 8 if operation == opmap["EXTENDED_ARG"] else 0
        if operation in (_STORES, opmap["DELETE_ATTR"]):
            found.add(code.co_names[argument])
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= stored_attributes(constant)
    return frozenset(found)


@cache
def _names_in(home: str) -> frozenset[str]:
    """The methods and properties of the classes in a module; a ``slice.step`` is none."""
    held = vars(sys.modules[home]).values()
    classes = {base for cls in held if isinstance(cls, type) for base in cls.__mro__}
    return frozenset(
        name for cls in classes for name, raw in vars(cls).items() if not ismemberdescriptor(raw)
    )
