"""A hash of everything that a function reaches: its code, its helpers, and what they read."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import chain, islice
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from epochly.code.asking import is_a
from epochly.code.function import undecorated
from epochly.code.libraries import adopted_with, in_library
from epochly.code.scopes import binding_of
from epochly.code.wording import PLAIN as PLAIN
from epochly.code.wording import (
    is_plain,
    is_special,
    named,
    names_of,
    of_code,
    of_plain,
    version_of,
)
from epochly.loaded import loaded

# Of longer containers and larger arrays the length counts, and a sample of this size.
LARGEST, LARGEST_BYTES = 10_000, 1 << 20
# Values that are looked at in all.
MOST = 20_000

# What makes an object does not run where the object is there already.
_MAKING = frozenset({"__init__", "__new__", "__post_init__"})
_METHODS = (FunctionType, staticmethod, classmethod, property)
# Members of enumerations, fields of data classes, and what methods, partials, properties and
# decorators are made of.
_ALWAYS = frozenset(
    "_member_map_ _value_ __match_args__ __wrapped__ __func__ __self__ func args keywords "
    "fget fset fdel".split()
)


def fingerprint(function: FunctionType) -> str:
    """Hash a function with all it reaches.

    It is the same in every process, and changes with the code of the function and its helpers,
    their defaults, closures and the globals they read, and the versions of the packages used.
    The user's modules, classes and objects count with the attributes that the code names, and
    classes with their operators; what can be changed counts as it is now. Line numbers, comments
    and the names of files and modules are not part of it. Nothing of the user's is run.

    Returns
    -------
    str
        SHA-256, in hexadecimal.
    """
    names = names_of(function.__code__)
    # A name that is met late may lead on from what was met before.
    while (reached := _Reached(function, names)).names != names:
        names = frozenset(reached.names)
    return hashlib.sha256("\0".join(reached.texts).encode(errors="surrogatepass")).hexdigest()


class _Reached:
    """What a function reaches, breadth first, so that nothing is nested too deeply.

    Parameters
    ----------
    function : FunctionType
    names : frozenset of str
        Attributes that are followed from the start.

    Attributes
    ----------
    texts : list of str
    names : set of str
        Attributes that are followed, with all that the code reached names.
    """

    def __init__(self, function: FunctionType, names: frozenset[str]) -> None:
        self.texts: list[str] = []
        self.names = set(names)
        # What was adopted by now depends on what else the program has called.
        self._adopted = adopted_with(function)
        # Each is held, since another object may get the address of one that is gone.
        self._numbers: dict[tuple[int, str], tuple[int, Any]] = {}
        self._todo: deque[Any] = deque()
        self._left = MOST
        self._is_new(function)
        self._of_function(function)
        while self._todo and self._left > 0:
            self._left -= 1
            self._of(undecorated(self._todo.popleft()))

    def _of(self, value: Any) -> None:
        if is_plain(value):
            self.texts.append(of_plain(value))
        # Which equal tuples are one object is the compiler's choice.
        elif type(value) is not tuple and not self._is_new(value):
            return
        elif is_a(value, FunctionType):
            if self._is_own_function(value):
                self._of_function(value)
            else:
                self._of_librarys_function(value)
        elif is_a(value, type):
            self._of_class(value)
        elif is_a(value, ModuleType):
            self._of_module(value)
        else:
            self._of_contents(value)
            self._of_object(value)

    def _is_new(self, value: Any, what: str = "") -> bool:
        """Whether it is met for the first time; if not, its number is told."""
        key = (id(value), what)
        if key in self._numbers:
            self.texts.append(f"again {self._numbers[key][0]}")
            return False
        self._numbers[key] = (len(self._numbers), value)
        return True

    def _part(self, name: str, value: Any) -> None:
        self.texts.append(f"with {name}")
        self._todo.append(value)

    def _of_function(self, function: FunctionType) -> None:
        self.texts += (f"function {function.__qualname__}", *of_code(function.__code__))
        self._todo += (function.__defaults__, function.__kwdefaults__)
        outer = names_of(function.__code__)
        self.names |= outer
        for name in sorted(outer.union(function.__code__.co_freevars)):
            binding = binding_of(function, name)
            if binding.kind in ("global", "cell"):
                self._part(f"{binding.kind} {name}", binding.value)
        around: Any = function
        for name in function.__qualname__.split(".")[:-1]:
            space = function.__globals__ if around is function else vars(around)
            around = space.get(name)
            if not is_a(around, type):
                return
        if around is not function:
            # `self` is most likely one of these.
            self._of_class(around, made=False)

    def _of_librarys_function(self, function: FunctionType) -> None:
        # What `functools.wraps` has copied names another module.
        module = str(function.__globals__.get("__name__"))
        self.texts.append(f"{module}.{function.__code__.co_qualname} {version_of(module)}")
        if "__wrapped__" in vars(function):
            self._part("__wrapped__", vars(function)["__wrapped__"])

    def _of_module(self, module: ModuleType) -> None:
        space = object.__getattribute__(module, "__dict__")
        if self._is_own(space):
            self.texts.append("module")
            for name in sorted(self.names & space.keys()):
                self._part(name, space[name])
        else:
            name = str(space.get("__name__"))
            self.texts.append(f"module {name} {version_of(name)}")

    def _of_class(self, cls: type, *, made: bool = True) -> None:
        """A class; unless objects of it may be made, without what does that."""
        if not made and not self._is_new(cls, "of an object"):
            return
        for base in type.__getattribute__(cls, "__mro__"):
            if not self._is_own_class(base):
                self.texts.append(named(base))
                continue
            self.texts.append(f"class {type.__getattribute__(base, '__qualname__')}")
            space = type.__getattribute__(base, "__dict__")
            wanted = (self.names | _ALWAYS) & space.keys()
            wanted |= {name for name in space if is_special(name) and is_a(space[name], _METHODS)}
            for name in sorted(wanted if made else wanted - _MAKING):
                self._part(name, space[name])
        if type(cls) is not type:
            self._part("metaclass", type(cls))

    def _of_contents(self, value: Any) -> None:
        """What a container, an array or a number holds, whatever the user's class makes of it."""
        numpy = loaded("numpy")
        if numpy is not None and is_a(value, (numpy.ndarray, numpy.generic)):
            self._of_array(numpy, value)
        elif is_a(value, PLAIN):
            self.texts.append(of_plain(value))
        elif is_a(value, (tuple, list)):
            kind: Any = tuple if is_a(value, tuple) else list
            step = _step(kind.__len__(value), LARGEST)
            self._of_items(kind.__len__(value), kind.__getitem__(value, slice(None, None, step)))
        elif is_a(value, dict):
            items = islice(dict.items(value), LARGEST)
            self._of_items(dict.__len__(value), list(chain.from_iterable(items)))
        elif is_a(value, (set, frozenset)):
            kind = set if is_a(value, set) else frozenset
            # In no order, so that no sample of it is the same in every process.
            few = kind.__len__(value) <= LARGEST
            told = sorted(map(of_plain, kind.__iter__(value))) if few else []
            self._of_items(kind.__len__(value), told)

    def _of_items(self, length: int, items: Sequence[Any]) -> None:
        self.texts.append(str(length))
        if all(map(is_plain, items)):
            self._left -= len(items)
            self.texts += map(of_plain, items)
        else:
            self._todo += items

    def _of_array(self, numpy: Any, value: Any) -> None:
        is_array = is_a(value, numpy.ndarray)
        array = numpy.ndarray.view(value, numpy.ndarray) if is_array else numpy.asarray(value)
        dtype = array.dtype
        self.texts.append(f"{dtype!r} {array.shape}")
        if dtype.names is not None:
            # Whatever was in the memory stands between the fields, and behind a long double.
            self._todo += (array[name] for name in dtype.names)
        elif dtype.hasobject:
            self._of_items(array.size, array.flat[:: _step(array.size, LARGEST)].tolist())
        elif dtype.type not in (numpy.longdouble, numpy.clongdouble):
            sample = array.flat[:: _step(array.nbytes, LARGEST_BYTES)].tobytes()
            self.texts.append(hashlib.sha256(sample).hexdigest())

    def _of_object(self, value: Any) -> None:
        cls = type(value)
        self.texts.append("object")
        if self._is_own_class(cls):
            self._of_class(cls, made=False)
        else:
            # Functions and ufuncs of a library are told apart by their names only. A module is not
            # told where a decorator has copied it: a program has another name than its import.
            said = ["__qualname__", "__name__"]
            said += ["__module__"] if is_a(value, BuiltinFunctionType) else []
            found = (_asked(value, name) for name in said)
            self.texts += (named(cls), *(name for name in found if type(name) is str))
        wanted = self.names | _ALWAYS
        held = _asked(value, "__dict__")
        if type(held) is dict:
            for name in sorted(wanted & held.keys()):
                self._part(name, held[name])
        for base in type.__getattribute__(cls, "__mro__"):
            space = type.__getattribute__(base, "__dict__")
            for name in sorted(wanted & space.keys()):
                if inspect.ismemberdescriptor(space[name]):
                    with contextlib.suppress(AttributeError):
                        self._part(name, space[name].__get__(value))

    def _is_own_function(self, function: FunctionType) -> bool:
        file = function.__code__.co_filename
        if file.startswith("<") and not file.startswith("<frozen"):
            # A cell of a notebook, or what a data class has made.
            return self._is_own(function.__globals__)
        return not file.startswith("<") and not in_library(file, self._adopted)

    def _is_own_class(self, cls: type) -> bool:
        module = sys.modules.get(str(type.__getattribute__(cls, "__module__")))
        return is_a(module, ModuleType) and self._is_own(
            object.__getattribute__(module, "__dict__")
        )

    def _is_own(self, space: Mapping[str, Any]) -> bool:
        """Whether a module with these globals is the user's."""
        place = space.get("__file__") or next(iter(space.get("__path__") or ()), None)
        if place is None:
            return str(space.get("__name__")).partition(".")[0] not in sys.stdlib_module_names
        return not in_library(f"{place}/", self._adopted)


def _asked(value: Any, name: str) -> Any:
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def _step(size: int, most: int) -> int:
    """Every how many a sample takes one."""
    return -(-size // most) or 1
