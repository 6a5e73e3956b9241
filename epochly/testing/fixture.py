"""What the fixture ``epochly`` gives a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from epochly.errors import EpochlyError, UsageError
from epochly.testing.promise import Promise, entry, judge, promise_of

if TYPE_CHECKING:
    from epochly.measure.session import Options
    from epochly.model import Report

T = TypeVar("T")
NAME = "epochly"
_TRACED = "a debugger or coverage slows down what would be measured (see --epochly-skip)"


class UndecidedWarning(pytest.PytestWarning):
    """A measurement could not tell whether a promise was kept."""


class EpochlyFixture:
    """Measures functions, and holds their levels to a promise.

    Parameters
    ----------
    request : pytest.FixtureRequest
        Of the test that uses it.
    lock : Path or None
        A file that is locked while this process measures, where others may want to as well.
    """

    def __init__(self, request: pytest.FixtureRequest, lock: Path | None) -> None:
        self._config = request.config
        self._node = request.node
        self._lock = lock
        self.called = False

    def __call__(self, func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Hold a call to the promise of the test's marker, then make it.

        Parameters
        ----------
        func : callable
        *args, **kwargs
            Its arguments; the measurement gets copies.

        Returns
        -------
        object
            What the function returns here, called once.

        Raises
        ------
        UsageError
            When the test is not marked.
        """
        __tracebackhide__ = True
        marker = self._node.get_closest_marker(NAME)
        if marker is None:
            raise UsageError(
                "epochly(...) takes its promise from the test's marker, and there is none",
                remedy="add @pytest.mark.epochly(level=2), or use epochly.check(..., level=2)",
            )
        self.called = True
        self._hold(func, args, kwargs, promise_of(marker.args, marker.kwargs))
        return func(*args, **kwargs)

    def check(
        self,
        func: Callable[..., Any],
        *args: Any,
        level: int,
        min_speedup: float | None = None,
        backend: str | None = None,
        budget: float | None = None,
        exact: bool = False,
        allow_effects: bool = False,
        **kwargs: Any,
    ) -> Report:
        """Fail the test unless a level is realized, returns the same and is fast enough.

        Parameters
        ----------
        func : callable
            A decorated function is measured without its decorator.
        *args, **kwargs
            Its arguments; a parameter that has the name of one of these needs a ``partial``.
        level, min_speedup, backend, budget, exact, allow_effects
            As for `epochly.testing.promise.Promise`.

        Returns
        -------
        Report
        """
        __tracebackhide__ = True
        promise = Promise(level, min_speedup, backend, budget, exact, allow_effects)
        return self._hold(func, args, kwargs, promise)

    def measure(
        self,
        func: Callable[..., Any],
        *args: Any,
        levels: Iterable[int] = (0, 1, 2, 3, 4),
        budget: float | None = None,
        allow_effects: bool = False,
        **kwargs: Any,
    ) -> Report:
        """Measure a function as `epochly.bench` does, in turn with other tests.

        Parameters
        ----------
        func : callable
        *args, **kwargs
            Its arguments.
        levels : iterable of int
        budget : float, optional
            Seconds of sampling; otherwise the ini option ``epochly_budget``.
        allow_effects : bool

        Returns
        -------
        Report
        """
        from epochly.levels import Level
        from epochly.measure.session import Options
        from epochly.runtime.levels import checked_level

        chosen = tuple(sorted({Level(checked_level(level)) for level in levels}))
        options = Options(
            levels=chosen, budget_s=self._budget_s(budget), allow_effects=allow_effects
        )
        return self._measured(func, args, kwargs, options)

    def _hold(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        promise: Promise,
    ) -> Report:
        __tracebackhide__ = True
        from epochly.levels import Level
        from epochly.measure.session import NoLevelMeasuredError, Options
        from epochly.registry import registered

        if promise.backend is not None:
            registered(promise.backend)
        options = Options(
            levels=(Level.MONITOR, Level(promise.level)),
            budget_s=self._budget_s(promise.budget),
            exact=promise.exact,
            allow_effects=promise.allow_effects,
            profiled=False,
        )
        try:
            report = self._measured(func, args, kwargs, options)
        except NoLevelMeasuredError as error:
            report = error.report
        except EpochlyError as error:
            raise pytest.fail.Exception(str(error)) from None
        answer = judge(report, promise)
        self._node.user_properties.append((NAME, json.dumps(entry(report, promise, answer))))
        what = self._config.getini("epochly_undecided")
        if answer.state == "broken" or (answer.state == "undecided" and what == "fail"):
            pytest.fail(answer.message)
        if answer.state == "undecided" and what == "warn":
            self._node.warn(UndecidedWarning(answer.message))
        return report

    def _measured(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: Options,
    ) -> Report:
        from epochly.measure.session import InterruptedRunError
        from epochly.runtime import live
        from epochly.runtime.way import is_traced

        if is_traced():
            pytest.skip(f"not measured: {_TRACED}")
        with self._turn():
            try:
                return live.measured(func, args, kwargs, options)
            except InterruptedRunError:
                # It ends the session, not this test alone.
                raise KeyboardInterrupt from None

    def _budget_s(self, given: float | None) -> float:
        return float(self._config.getini("epochly_budget")) if given is None else given

    def _turn(self) -> AbstractContextManager[object]:
        if self._lock is None:
            return nullcontext()
        from filelock import FileLock

        return FileLock(self._lock)
