"""From a target's name to the live function, with a mistake told as a usage error."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import pkgutil
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from epochly.code.function import Function, function_of
from epochly.code.libraries import in_library
from epochly.errors import MissingFunctionError, TargetError, in_words
from epochly.model import TargetInfo
from epochly.target.imports import is_shadowing
from epochly.target.spec import TargetSpec, parse_target


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A function with the module it lives in.

    Parameters
    ----------
    spec : TargetSpec
    function : Function
    namespace : dict
        The module's globals.
    owner : object
        What holds the function: its module or class.
    """

    spec: TargetSpec
    function: Function
    namespace: dict[str, Any]
    owner: Any


def load_target(text: str, directory: str) -> Target:
    """Import the module of a target and find its function.

    Parameters
    ----------
    text : str
        As `parse_target` takes it.
    directory : str
        Folder against which a file's path is read.

    Raises
    ------
    TargetError
        No such module, file or function; an error while importing; nothing that can be called.
    """
    spec = parse_target(text)
    module = _module(spec, directory)
    owner: Any = module
    found: Any = module
    for name in spec.attributes:
        owner, known = found, found
        try:
            found = inspect.getattr_static(known, name)
        except AttributeError:
            raise _missing(spec, name, known, directory) from None
        if not isinstance(known, ModuleType) or not isinstance(found, type):
            try:
                found = getattr(known, name)
            except Exception as error:  # noqa: BLE001 - a descriptor may raise anything
                raise _unreachable(spec, name, error) from None
    try:
        function = function_of(found)
    except TargetError as error:
        raise TargetError(error.what, where=spec.text, remedy=error.remedy) from None
    return Target(spec, function, vars(module), owner)


def describe(target: Target, arguments: str, inputs: str | None) -> TargetInfo:
    """A target as a report shows it, with what makes its arguments."""
    function = target.function
    return TargetInfo(
        spec=target.spec.text,
        qualname=function.qualname,
        file=function.file,
        line=function.line,
        signature=signature_text(function),
        arguments=arguments,
        inputs=inputs,
    )


def signature_text(function: Function) -> str:
    """The signature as code; ``(...)`` where there is none, or a default has no repr."""
    try:
        return str(function.signature)
    except Exception:  # noqa: BLE001 - the __repr__ of a default may raise anything
        return "(...)"


def _module(spec: TargetSpec, directory: str) -> ModuleType:
    if spec.file is None:
        assert spec.module is not None
        return _by_name(spec, spec.module, directory)
    path = Path(directory, spec.file).resolve()
    if not path.is_file():
        near = difflib.get_close_matches(path.name, _files_beside(path), n=1)
        close = f"did you mean {near[0]!r}?" if near else "check the path"
        raise TargetError(
            f"there is no file {spec.file!r}",
            where=str(path),
            remedy=_file_meant(spec, directory) or close,
        )
    root, name = path.parent, path.stem.replace(".", "_")
    while name.endswith(path.stem) and (root / "__init__.py").is_file():
        root, name = root.parent, f"{root.name}.{name}"
    if str(root) not in sys.path:
        sys.path.append(str(root))
    if "." in name and not is_shadowing(name.partition(".")[0]):
        return _by_name(spec, name, directory)
    if is_shadowing(name) or name in sys.modules:
        name = f"{name}_of_{abs(hash(str(path))):x}"
    return _from_file(spec, name, path)


def _by_name(spec: TargetSpec, name: str, directory: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise _no_module(spec, error.name, directory) from None
        raise _failed(spec, error) from None
    except BaseException as error:  # noqa: BLE001 - a module may raise anything, SystemExit too
        raise _failed(spec, error) from None


def _from_file(spec: TargetSpec, name: str, path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise TargetError(
            f"{spec.file} is no file of Python code",
            where=str(path),
            remedy=_file_meant(spec, str(path.parent)) or "name one that ends in .py",
        )
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except BaseException as error:  # noqa: BLE001 - a module may raise anything, SystemExit too
        del sys.modules[name]
        raise _failed(spec, error) from None
    return module


def _failed(spec: TargetSpec, error: BaseException) -> TargetError:
    place = spec.module or spec.file
    if isinstance(error, SyntaxError):
        return TargetError(
            f"{place} has a syntax error: {error.msg}",
            where=f"{error.filename}:{error.lineno}" if error.filename else spec.text,
            remedy="correct the line",
            detail="".join(traceback.format_exception_only(error)),
        )
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename != __file__ and "importlib" not in f.filename]
    theirs = [f for f in own if not in_library(f.filename)] or own
    runs = isinstance(error, SystemExit | EOFError)
    text = "".join(traceback.format_list(own) + traceback.format_exception_only(error))
    return TargetError(
        f"{place} cannot be imported: {in_words(error)}",
        where=f"{theirs[-1].filename}:{theirs[-1].lineno}" if theirs else spec.text,
        remedy='put what runs the program below `if __name__ == "__main__":`'
        if runs
        else "make the module importable by itself",
        detail=f"Traceback (most recent call last):\n{text}",
    )


def _unreachable(spec: TargetSpec, name: str, error: BaseException) -> TargetError:
    return TargetError(
        f"getting {name!r} failed: {in_words(error)}",
        where=spec.text,
        remedy="name something that can be had without calling anything",
    )


def _no_module(spec: TargetSpec, missing: str, directory: str) -> TargetError:
    parent, _, last = missing.rpartition(".")
    if parent and parent in sys.modules:
        places = list(getattr(sys.modules[parent], "__path__", []))
    else:
        places = [directory]
    names = [info.name for info in pkgutil.iter_modules(places)]
    near = difflib.get_close_matches(last, names, n=1)
    suggestion = f"did you mean {f'{parent}.' if parent else ''}{near[0]}? " if near else ""
    searched = f"{suggestion}the current folder and installed packages are searched"
    return TargetError(
        f"there is no module named {missing!r}",
        where=spec.text,
        remedy=_hidden(spec, directory) or _file_meant(spec, directory) or searched,
    )


def _file_meant(spec: TargetSpec, directory: str) -> str | None:
    """The target with the Python file that is there instead of what was named."""
    if spec.file is not None:
        named = Path(spec.file)
        tried = [named.with_name(f"{named.name}.py"), named.with_suffix(".py")]
    else:
        named = Path((spec.module or "").replace(".", "/"))
        # A dot may begin an ending, as in shop.txt, or lead into a package.
        tried = [named.parent.with_suffix(".py")] if named.parent.name else []
        tried += [Path(folder, named).with_suffix(".py") for folder in (".", "src", "lib")]
    there = next((file for file in tried if Path(directory, file).is_file()), None)
    if there is None:
        return None
    return f"did you mean '{there.as_posix()}:{'.'.join(spec.attributes)}'?"


def _hidden(spec: TargetSpec, directory: str) -> str | None:
    """What to do where a module of the user's has a name that is taken."""
    if spec.module is None or not is_shadowing(spec.module.partition(".")[0]):
        return None
    file = spec.module.replace(".", "/") + ".py"
    if not Path(directory, file).is_file():
        return None
    name = ".".join(spec.attributes)
    return f"{file} here is hidden by a module that must win; name it {file}:{name}"


def _missing(spec: TargetSpec, name: str, owner: Any, directory: str) -> MissingFunctionError:
    found = {key: inspect.getattr_static(owner, key, None) for key in dir(owner)}
    names = [key for key, one in found.items() if callable(one) or isinstance(one, classmethod)]
    near = difflib.get_close_matches(name, names, n=1)
    kinds = {ModuleType: "module", type: "class", FunctionType: "function"}
    kind = next((word for of, word in kinds.items() if isinstance(owner, of)), "instance of")
    holder = getattr(owner, "__name__", type(owner).__name__)
    shown = ", ".join(sorted(key for key in names if not key.startswith("_"))[:8])
    there = f"it has: {shown}" if shown else "it has no functions"
    if kind == "function" and not shown:
        there = "what is defined inside a function exists only while it runs: name the function"
    if hidden := _hidden(spec, directory):
        near, there = [], hidden
    return MissingFunctionError(
        f"the {kind} {holder!r} has no {name!r}",
        where=spec.text,
        remedy=f"did you mean {near[0]!r}?" if near else there,
    )


def _files_beside(path: Path) -> list[str]:
    return [other.name for other in path.parent.glob("*.py")] if path.parent.is_dir() else []
