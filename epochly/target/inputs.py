"""The inputs of a target, made afresh for every call."""

from __future__ import annotations

import ast
import inspect
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any

from epochly.call import Arguments
from epochly.errors import ArgumentsError, MissingArgumentsError, in_words
from epochly.target.load import Target, signature_text
from epochly.target.seeding import seed_streams
from epochly.target.snippets import CALL, call_of, compiled
from epochly.workload import Workload


class Inputs:
    """Makes the arguments of a workload.

    Parameters
    ----------
    target : Target
    workload : Workload

    Raises
    ------
    ArgumentsError
        When the code of ``args``, ``setup`` or ``reset`` does not parse, or the function needs
        arguments and none are given.
    """

    def __init__(self, target: Target, workload: Workload) -> None:
        self._target = target
        self._workload = workload
        self._namespace: dict[str, Any] = dict(target.namespace)
        self._namespace[CALL] = lambda *args, **kwargs: Arguments(args, kwargs)
        self._setup = compiled("setup", workload.setup)
        self._reset = compiled("reset", workload.reset)
        self._args = compiled("args", workload.args)
        self._check_filled_in()
        self._maker_name = f"{target.spec.attributes[-1]}_inputs"
        self._maker = getattr(target.owner, self._maker_name, None)
        # The name of the function that makes the arguments, where the workload gives none.
        self.made_by = self._maker_name if workload.args is None and self._maker else None
        if workload.args is None and self._maker is None:
            self._check_binds(Arguments())

    def _check_filled_in(self) -> None:
        """Take no placeholder for a value, as ``epochly init`` writes it."""
        text = self._workload.args
        if text is None:
            return
        call = call_of(text)
        given = [(str(place), value) for place, value in enumerate(call.args, 1)]
        given += [(word.arg or "", word.value) for word in call.keywords]
        empty = [
            name for name, value in given if isinstance(value, ast.Constant) and value.value is ...
        ]
        if empty:
            raise ArgumentsError(
                f"the args {text!r} still have a placeholder for {', '.join(empty)}",
                where=self._target.spec.text,
                remedy="replace each ... with a value, in epochly.yaml or --args"
                " (Ellipsis is the value that ... stands for)",
            )

    @property
    def maker(self) -> Callable[[], Any] | None:
        """The function that makes the arguments, where the workload gives none."""
        return self._maker if self._args is None else None

    def prepare(self) -> None:
        """Run ``setup`` under the seed, in a copy of the module's globals."""
        if self._setup is not None:
            self.seed()
            self._run("setup", self._setup)

    def reset(self) -> None:
        """Run ``reset`` under the seed."""
        if self._reset is not None:
            self.seed()
            self._run("reset", self._reset)

    def seed(self) -> None:
        """Seed ``random`` and, where NumPy is loaded, ``np.random``."""
        seed_streams(self._workload.seed)

    def make(self) -> Arguments:
        """Seed, and evaluate the arguments.

        Raises
        ------
        ArgumentsError
            When evaluating them raises, or they do not fit the signature.
        """
        self.seed()
        if self._args is not None:
            arguments: Arguments = self._run("args", self._args)
        elif self._maker is not None:
            arguments = self._made()
        else:
            return Arguments()
        self._check_binds(arguments)
        return arguments

    def _made(self) -> Arguments:
        assert self._maker is not None
        name = self._maker_name
        try:
            made = self._maker()
        except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
            raise _failed(name, error, f"make `{name}()` work by itself") from None
        if (
            not isinstance(made, tuple)
            or len(made) != 2
            or not isinstance(made[0], (tuple, list))
            or not isinstance(made[1], dict)
        ):
            raise ArgumentsError(
                f"{name}() must return (args, kwargs): a tuple and a dict",
                where=self._target.spec.text,
                remedy="for example: return (data, 3), {'scale': 2.0}",
            )
        return Arguments(tuple(made[0]), made[1])

    def _check_binds(self, arguments: Arguments) -> None:
        function = self._target.function
        try:
            signature = function.signature
        except ValueError:
            return
        try:
            signature.bind(*arguments.args, **arguments.kwargs)
        except TypeError as error:
            given = bool(arguments.args or arguments.kwargs)
            nothing = self._workload.args is None and self._maker is None
            what = "the arguments do not fit" if given else "it needs arguments and got none"
            raise (MissingArgumentsError if nothing else ArgumentsError)(
                f"{what}: {function.qualname}{signature_text(function)} ({error})",
                where=self._target.spec.text,
                remedy=_three_ways(self._target, self._maker_name, signature),
            ) from None

    def _run(self, what: str, code: CodeType) -> Any:
        try:
            return eval(code, self._namespace)
        except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
            raise _failed(what, error, _remedy(what, error)) from None


def _remedy(what: str, error: BaseException) -> str:
    if isinstance(error, NameError):
        return "what it names must be in the module or made by --setup"
    return f"correct the {what}"


def _failed(what: str, error: BaseException, remedy: str) -> ArgumentsError:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    text = "".join(traceback.format_list(frames) + traceback.format_exception_only(error))
    return ArgumentsError(
        f"making the inputs failed in {what}: {in_words(error)}",
        where=f"{frames[-1].filename}:{frames[-1].lineno}" if frames else what,
        remedy=remedy,
        detail=f"Traceback (most recent call last):\n{text}",
    )


def _dots(kind: type) -> str:
    """What stands for the arguments of a class that cannot be made without any."""
    try:
        inspect.signature(kind).bind()
    except (TypeError, ValueError):
        return "..."
    return ""


def _three_ways(target: Target, maker: str, signature: inspect.Signature) -> str:
    needed = [
        f"{parameter.name}=..." if parameter.kind is parameter.KEYWORD_ONLY else parameter.name
        for parameter in signature.parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed and isinstance(target.owner, type) and needed[0] == "self":
        needed[0] = f"{target.owner.__qualname__}({_dots(target.owner)})"
    if not needed and not signature.parameters:
        return "it takes none: leave --args, and `args` in epochly.yaml, out"
    names = ", ".join(needed or signature.parameters)
    return (
        f'give them with --args "{names}" (and --setup "..." for what they need), '
        "in a workload of epochly.yaml (`epochly init` writes one), or in a function "
        f"{maker}() beside it that returns (args, kwargs)"
    )
