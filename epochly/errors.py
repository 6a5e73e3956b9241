"""The error tree: each error says what happened, where, why, and what would fix it."""

from __future__ import annotations

ISSUE_TRACKER = "the issue tracker of epochly-cli"
LONGEST_TEXT = 2000


class EpochlyError(Exception):
    """Base of every error raised by this library.

    Parameters
    ----------
    what : str
        What went wrong, in one sentence without a full stop.
    where : str, optional
        ``file:line`` or the name of the input that is at fault.
    remedy : str, optional
        The command or change that fixes it.
    detail : str, optional
        Longer text shown below the message, such as the user's own traceback.
    """

    exit_code = 70

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        remedy: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.detail = detail

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  remedy: {self.remedy}" if self.remedy else text


class UsageError(EpochlyError):
    """A command, argument or setting that cannot be used as given."""

    exit_code = 2


class TargetError(UsageError):
    """The target cannot be found, loaded or called."""


class MissingFunctionError(TargetError):
    """The module is there, the function is not."""


class ArgumentsError(UsageError):
    """The arguments for the target are missing or cannot be evaluated."""


class MissingArgumentsError(ArgumentsError):
    """The target needs arguments, and nothing gives any."""


class ConfigError(UsageError):
    """``epochly.yaml`` cannot be read or says something unknown."""


class NothingMeasuredError(EpochlyError):
    """No level could be measured."""

    exit_code = 3


class SourceError(EpochlyError):
    """The source of a live function is missing or is not what the function was made from."""


class WorkerError(EpochlyError):
    """A worker process ended or answered in a way that nobody asked for."""


class ClosedError(EpochlyError):
    """A prepared function was called after it had been closed.

    Parameters
    ----------
    name : str
        The function's qualified name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was closed", remedy="prepare it again to call it")


class ResultError(EpochlyError):
    """A result that cannot be compared, because its work is still to be done."""


class UnpicklableOutcomeError(EpochlyError):
    """A result that cannot leave its process to be compared."""


class Deoptimize(EpochlyError):
    """An accelerated call gave up and left no trace, so the original may run instead.

    Parameters
    ----------
    what : str
        Why the accelerated version gave up.
    line : int, optional
        The line of the user's file at fault.
    """

    def __init__(self, what: str, *, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def in_words(error: BaseException) -> str:
    """An exception as Python shows it, type and text, whatever its ``__str__`` does.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        At most `LONGEST_TEXT` characters of it.
    """
    import traceback

    text = "".join(traceback.format_exception_only(error)).strip()
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"
