"""Every function that is counted: those alive, and what is left of those that are not."""

from __future__ import annotations

import os
import weakref
from _thread import RLock
from collections import Counter, deque

from epochly.runtime.tally import Tally
from epochly.runtime.young import nursery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from epochly.runtime.dispatcher import Dispatcher
    from epochly.runtime.way import Way

    Sink = Callable[[str, int, float], None]


class Account:
    """What the functions of one name have done, at each level.

    Functions share a name when one is defined anew, in a loop or by reloading a module.
    """

    __slots__ = ("compile_s", "fallbacks", "latest", "tallies")

    def __init__(self) -> None:
        self.tallies: dict[int, Tally] = {}
        self.fallbacks: Counter[str] = Counter()
        self.compile_s = 0.0
        self.latest: dict[str, Any] = {}

    def add_way(self, way: Way, falls_back: bool) -> None:
        """Add the calls that went one way, which may have been against what was asked for."""
        if way.tally.calls:
            self.tallies.setdefault(way.level, Tally()).merge(way.tally)
            if falls_back and way.reason is not None:
                self.fallbacks[way.reason] += way.tally.calls
        self.fallbacks += way.fallbacks
        self.compile_s += way.compile_s

    def merge(self, other: Account) -> None:
        """Add another account; its description replaces this one's."""
        for level, tally in other.tallies.items():
            self.tallies.setdefault(level, Tally()).merge(tally)
        self.fallbacks += other.fallbacks
        self.compile_s += other.compile_s
        self.latest = other.latest or self.latest


class Records:
    """The process's one list of dispatchers, and whether calls must be looked at one by one.

    ``attentive`` tells whether every call must be looked at: a context is open, or there are
    ``sinks``, which are called with name, level and seconds after every call.
    """

    def __init__(self) -> None:
        self.sinks: tuple[Sink, ...] = ()
        self.attentive = False
        self._contexts = 0
        self._live: dict[int, weakref.ref[Dispatcher]] = {}
        self._dead: deque[Dispatcher] = deque()
        self._past: dict[str, Account] = {}
        self._lock = RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def add(self, dispatcher: Dispatcher) -> None:
        """Count a dispatcher for as long as it lives, and keep its account afterwards.

        It is not held, since it leads to its function: one that names itself, or is a method of a
        class that it names, would be held by itself.
        """
        # It does not wait: one is made under a lock that others take while they hold ours.
        self._live[id(dispatcher)] = weakref.ref(dispatcher)
        if self._lock.acquire(blocking=False):
            try:
                self._bury()
            finally:
                self._lock.release()

    def end(self, dispatcher: Dispatcher) -> None:
        """Take over from a dispatcher that nobody holds, which lives on until it was counted."""
        # Nothing but atomic steps is safe where the garbage collector calls.
        if id(dispatcher) in self._live:
            self._dead.append(dispatcher)

    def enter(self) -> None:
        """Look at every call from now on, until as many `leave` as `enter` were called."""
        with self._lock:
            self._contexts += 1
            self._look()

    def leave(self) -> None:
        """End one `enter`."""
        with self._lock:
            self._contexts -= 1
            self._look()

    def listen(self, sink: Sink) -> None:
        """Call a sink after every call."""
        with self._lock:
            self.sinks = (*self.sinks, sink)
            self._look()

    def unlisten(self, sink: Sink) -> None:
        """Call a sink no longer."""
        with self._lock:
            self.sinks = tuple(other for other in self.sinks if other != sink)
            self._look()

    def tell(self, name: str, level: int, seconds: float) -> None:
        """Tell every sink of a call; one that fails does not fail the call, and is told no more."""
        for sink in self.sinks:
            try:
                sink(name, level, seconds)
            except Exception:
                self.unlisten(sink)
                import logging

                logging.getLogger("epochly").exception(
                    "%r failed, so no calls are exported to it any more", sink
                )

    def accounts(self) -> dict[str, Account]:
        """What was counted until now, by name."""
        nursery.end()
        with self._lock:
            living = self._living()
            found: dict[str, Account] = {}
            for name, account in self._past.items():
                found.setdefault(name, Account()).merge(account)
            for dispatcher in living:
                found.setdefault(dispatcher.name, Account()).merge(dispatcher.account())
            return found

    def reset(self) -> None:
        """Forget all counts."""
        nursery.end()
        with self._lock:
            living = self._living()
            self._past.clear()
            for dispatcher in living:
                dispatcher.clear()

    def take(self) -> dict[str, Account]:
        """What was counted until now, which is then forgotten."""
        with self._lock:
            found = {name: account for name, account in self.accounts().items() if account.tallies}
            self.reset()
            return found

    def give(self, accounts: dict[str, Account]) -> None:
        """Add what another process has counted."""
        with self._lock:
            for name, account in accounts.items():
                account.latest = {}
                self._past.setdefault(name, Account()).merge(account)

    def _look(self) -> None:
        before, self.attentive = self.attentive, self._contexts > 0 or bool(self.sinks)
        if before != self.attentive:
            nursery.attend(self.attentive)
        if before or not self.attentive:
            return
        for dispatcher in self._living():
            dispatcher.look_at_every_call()

    def _living(self) -> list[Dispatcher]:
        """Every dispatcher that is alive, once all others are buried."""
        while True:
            self._bury()
            found = [made for known in tuple(self._live.values()) if (made := known()) is not None]
            if not self._dead:
                return found

    def _bury(self) -> None:
        while self._dead:
            dispatcher = self._dead.popleft()
            self._live.pop(id(dispatcher), None)
            self._past.setdefault(dispatcher.name, Account()).merge(dispatcher.account())

    def _after_fork(self) -> None:
        self._lock = RLock()
        for dispatcher in self._living():
            dispatcher.after_fork()


records = Records()
