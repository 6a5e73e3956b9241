"""A backend of another distribution: what it does wrong is told as its own fault."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from epochly.backend import Available, Backend, Capabilities, Prepared, Unavailable
from epochly.call import Arguments, Realized, Refused
from epochly.errors import EpochlyError, in_words
from epochly.interrupted import let_through

if TYPE_CHECKING:
    from epochly.code.function import Function
    from epochly.levels import Level

logger = logging.getLogger("epochly")


class Guarded:
    """A backend that answers as it should, whatever the one behind it does.

    Parameters
    ----------
    backend : Backend
    provider : str
        The distribution that it comes from.
    """

    def __init__(self, backend: Backend, provider: str) -> None:
        self._backend = backend
        self.name: str = backend.name
        self.level: Level = backend.level
        self.capabilities: Capabilities = backend.capabilities
        self._remedy = f"report it to who provides {provider}"

    def availability(self) -> Available | Unavailable:
        """Whether it can be used; not where it cannot tell."""
        try:
            found = self._backend.availability()
        except Exception as error:  # noqa: BLE001 - the code of others may raise anything
            return Unavailable(f"its availability() raised {in_words(error)}", self._remedy)
        if isinstance(found, (Available, Unavailable)):
            return found
        return Unavailable(f"its availability() answered {found!r}", self._remedy)

    def prepare(self, function: Function, example: Arguments) -> Prepared | Refused:
        """What it prepares, or why it does not.

        Raises
        ------
        EpochlyError
            When it raises or answers what nothing can be done with.
        """
        try:
            answer = self._backend.prepare(function, example)
        except EpochlyError:
            raise
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            raise EpochlyError(
                f"the backend {self.name!r} raised {in_words(error)} in prepare()",
                where=f"{frame.filename}:{frame.lineno}",
                remedy=self._remedy,
            ) from error
        if isinstance(answer, Refused):
            return answer
        if isinstance(getattr(answer, "realized", None), Realized):
            return _GuardedPrepared(answer, self.name, self._remedy)
        raise EpochlyError(
            f"the backend {self.name!r} answered {type(answer).__name__}, which is neither a "
            "refusal nor a prepared function that says what it realizes",
            remedy=self._remedy,
        )


class _GuardedPrepared:
    """What such a backend prepared; when it fails to count or to close, its calls go on.

    Parameters
    ----------
    prepared : Prepared
    backend, remedy : str
        Whose it is, and what to do where it fails.
    """

    def __init__(self, prepared: Prepared, backend: str, remedy: str) -> None:
        self._prepared = prepared
        self._backend = backend
        self._remedy = remedy

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._prepared(*args, **kwargs)

    @property
    def realized(self) -> Realized:
        return self._prepared.realized

    def stats(self) -> Mapping[str, float]:
        try:
            return dict(self._prepared.stats())
        except Exception as error:  # noqa: BLE001 - the code of others may raise anything
            self._tell(error, "stats()")
            return {}

    def close(self) -> None:
        try:
            self._prepared.close()
        except Exception as error:  # noqa: BLE001 - the code of others may raise anything
            self._tell(error, "close()")

    def _tell(self, error: Exception, where: str) -> None:
        let_through(error)
        logger.warning(
            "the backend %r raised %s in %s; %s",
            self._backend, in_words(error), where, self._remedy,
        )  # fmt: skip
