"""Between a decorated name and the ways its calls can go."""

from __future__ import annotations

from _thread import RLock
from time import perf_counter, process_time, thread_time
from types import FunctionType

from epochly.runtime.active import contexts
from epochly.runtime.names import full_name_of
from epochly.runtime.policy import FixedPolicy
from epochly.runtime.records import Account, records
from epochly.runtime.resident import grown_since, resident_bytes
from epochly.runtime.twin import twin_of
from epochly.runtime.wrapper import counts_by_itself

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from epochly.runtime.decorated import Decorated
    from epochly.runtime.policy import Policy
    from epochly.runtime.way import Way
    from epochly.runtime.wrapper import Handle

WATCHED_ONE_IN = 64


class Dispatcher:
    """Counts the calls of one function and sends each the way that its policy chooses.

    Most calls never come here: the wrapper counts them itself and sends them the way that was
    chosen last. It hands over the first call, and those whose seconds belong to the sample; every
    call while a context is open or somebody listens.

    Parameters
    ----------
    original : callable
    policy : Policy
    """

    def __init__(self, original: Callable[..., Any], policy: Policy) -> None:
        self.original = original
        self.policy = policy
        self.name = full_name_of(original)
        self._handle: Handle | None = None
        self._installed = policy.way
        self._before = Account()
        self._elsewhere: dict[tuple[int, str | None], FixedPolicy] = {}
        self._looked = 0
        self._away = False
        self._lock = RLock()
        self.decorated: Callable[[], Decorated | None] = lambda: None

    def __reduce__(self) -> Any:
        """Where cloudpickle takes a copy of its wrapper, the copy has a dispatcher of its own."""
        return _dispatcher_of, (self.decorated(),)

    def __del__(self, end: Callable[[Dispatcher], None] = records.end) -> None:
        end(self)

    def attach(self, handle: Handle | None, kept: list[float]) -> None:
        """Take over the calls of a wrapper, with the seconds of those that it made by itself."""
        if handle is not None and counts_by_itself():
            self._handle = handle
        if handle is not None:
            handle.look_after(0)
            handle.keep(None)
            handle.send(self._installed.call)
            self._installed.tally.add(*handle.take())
            self._installed.tally.kept.extend(kept)
        records.add(self)

    def look(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run one call."""
        way = self.choose(args, kwargs)
        self._looked += 1
        cpu = memory = None
        if self._looked % WATCHED_ONE_IN == 1:
            cpu = thread_time if way.level in (0, 2, 4) else process_time
            memory = resident_bytes()
            cpu_started = cpu()
        failed = 1
        started = perf_counter()
        try:
            result = way.call(*args, **kwargs)
            failed = 0
            return result
        finally:
            spent = perf_counter() - started
            if cpu is not None:
                way.tally.watch(cpu() - cpu_started, grown_since(memory))
            self.end(way, spent, failed)

    def watches(self) -> bool:
        """Whether CPU time and memory of the call that begins are measured."""
        self._looked += 1
        return self._looked % WATCHED_ONE_IN == 1

    def look_at_every_call(self) -> None:
        """Have every call handed over, until one that is looked at finds no reason to."""
        if self._handle is not None:
            self._handle.look_after(0)

    def account(self) -> Account:
        """What was counted so far; a copy."""
        with self._lock:
            self._flush()
            account = Account()
            account.merge(self._before)
            for policy in self.policies():
                for way in policy.ways():
                    account.add_way(way, policy.falls_back)
            way = self.policy.way
            level, backend = (0, "monitor") if way.in_vain else way.realized
            account.latest = {
                "level": self.policy.requested,
                "realized": {"level": level, "backend": backend},
                "reason": next(iter(way.fallbacks)) if way.in_vain else way.reason,
            }
            return account

    def clear(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self._flush()
            self._before = Account()
            for policy in self.policies():
                for way in policy.ways():
                    way.tally.clear()
                    way.fallbacks.clear()

    def policies(self) -> tuple[Policy, ...]:
        """Its own policy, and those of contexts that it ran in."""
        return self.policy, *tuple(self._elsewhere.values())

    def after_fork(self) -> None:
        """Drop what does not outlive a fork; what was counted stays."""
        self._lock = RLock()
        before = self.account()
        self.clear()
        self._before = before
        self._elsewhere.clear()
        self.policy.forget()
        self.look_at_every_call()

    def choose(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Way:
        """The way of one call: that of the innermost context, else its own."""
        if contexts.chain() is None or (entry := contexts.innermost()) is None:
            return self.policy.choose(args, kwargs)
        context = entry.owner
        context.reach(self.name)
        wanted = (context.level, context.backend)
        policy = self._elsewhere.get(wanted)
        if policy is None:
            # The original itself may be named in the block, and redirected, as well.
            original = self.original
            original = twin_of(original) if isinstance(original, FunctionType) else original
            policy = self._elsewhere.setdefault(wanted, FixedPolicy(original, *wanted))
        return policy.choose(args, kwargs)

    def end(self, way: Way, spent: float, failed: int) -> None:
        """Count a call that has ended."""
        if self._away:
            self._away = False
            self._flush()
        tally = way.tally
        tally.add(1, spent, failed, spent, spent)
        if tally.calls >= tally.next_kept:
            tally.keep(spent)
        if records.attentive:
            records.tell(self.name, way.realized[0], spent)
        elif self._handle is not None:
            way = self.policy.way
            passing = min(self.policy.interval, way.tally.next_kept - way.tally.calls)
            if passing > 0:
                self._let_pass(self._handle, way, passing)

    def _let_pass(self, handle: Handle, way: Way, calls: int) -> None:
        """Have the wrapper send so many calls one way by itself."""
        if way is not self._installed:
            with self._lock:
                self._flush()
                handle.send(way.call)
                self._installed = way
        self._away = True
        handle.look_after(calls)
        if records.attentive:
            handle.look_after(0)

    def _flush(self) -> None:
        """Add what the wrapper counted by itself to the way that it was sent."""
        if self._handle is not None:
            self._installed.tally.add(*self._handle.take())


def _dispatcher_of(decorated: Decorated) -> Dispatcher:
    return decorated.dispatcher
