"""The program of the process that tries levels: runs each beside the original, and answers."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

from epochly.call import Arguments, Equality, Refused
from epochly.cores import usable_cores
from epochly.interrupted import let_through
from epochly.levels import SPREADING, Level
from epochly.measure.channel import Channel
from epochly.measure.tree import belong_to_parent
from epochly.recommend.gain import CLEAR_GAIN
from epochly.runtime.forbidding import Forbidden, Forbidding
from epochly.runtime.offers import AT_ONCE, worth_workers_s
from epochly.runtime.preparation import (
    EXAMPLE_RAISED,
    Known,
    Tried,
    is_final,
    is_unbeaten,
    words_of,
)
from epochly.runtime.standing import told

if TYPE_CHECKING:
    from epochly.backend import Backend, Prepared
    from epochly.runtime.trial import Trial

# Longer calls are timed once.
LONG_S = 0.05
HOPELESS = 2.0
# Making arguments leaves caches cold, which costs a short call more than it takes.
SHORT_TIMES = 5
# The calls of the program go first where there is no core to spare.
NICENESS = 4


def asked_of(level: Level) -> float:
    """The gain that a level must show in another process to be tried in the caller's.

    The caller is at work meanwhile, on a core that a level which spreads work would have used too.
    """
    if level not in SPREADING:
        return CLEAR_GAIN
    cores = usable_cores()
    return CLEAR_GAIN * max(1, cores - 1) / cores


class ExampleRaised(Exception):
    """The call that serves as an example tells nothing of what would pay."""


class Example:
    """A call that another process made, here made as often as needed.

    Parameters
    ----------
    packed : file
        The function and its arguments.
    """

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed

    @property
    def size(self) -> int:
        """Bytes of both, packed."""
        return self._packed.seek(0, os.SEEK_END)

    def load(self) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
        """The original and its arguments, made afresh.

        Raises
        ------
        ExampleRaised
            Where a class of the user's does not let itself be made again.
        """
        import pickle

        made: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
        try:
            self._packed.seek(0)
            made = pickle.load(self._packed)
        except Exception as error:
            raise ExampleRaised from error
        return made


def try_backend(backend: Backend, example: Example, draws: bool, known: Known) -> Tried:
    """Prepare a backend and run it beside the original a few times.

    Compiled code that gains enough to be used at once is not compared here, only on a real call: a
    call of the original would be one more that the program has to wait for.

    Parameters
    ----------
    known : Known

    Raises
    ------
    ExampleRaised
    MemoryError, OSError
        What says nothing of the function, and may pass.
    """
    from epochly.code.function import function_of
    from epochly.runtime.trial import OUT_OF_MEMORY, SHORT_S, SMALL

    load = example.load
    # A first call takes longer, also here.
    usual_s = known.fastest_s
    original, args, kwargs = load()
    name = backend.name
    answer = backend.prepare(function_of(original), Arguments(args, kwargs))
    if isinstance(answer, Refused):
        return Tried(name, math.inf, math.inf, "refused", answer.reason)
    try:
        if backend.level is Level.CORES and not known.workers:
            return Tried(name, math.inf, math.inf, "untried")
        if not backend.capabilities.runs_python and usual_s < math.inf:
            alone_s = _alone(answer, load)
            if usual_s >= AT_ONCE * alone_s:
                return Tried(name, usual_s, alone_s, "uncompared", asked=asked_of(backend.level))
        trial = _beside(answer, example, draws)
        verdict, where = trial.equality.verdict, trial.equality.where or ""
        if where == OUT_OF_MEMORY:
            raise MemoryError
        if verdict not in ("identical", "close"):
            verdict_or = "refused" if verdict == "unchecked" else verdict
            return Tried(name, math.inf, math.inf, verdict_or, where)
        plain_s, candidate_s = min(trial.plain_s, usual_s), trial.candidate_s
        if not is_unbeaten(plain_s, candidate_s):
            # Those calls warmed up; the next ones, which share the cores alike, tell the gain.
            times = SHORT_TIMES if trial.plain_s < SHORT_S and example.size <= SMALL else 1
            plain_s, candidate_s = trial.plain_s, _seconds(answer, load, times)
            if candidate_s < HOPELESS * plain_s:
                plain_s = min(plain_s, _seconds(original, load, times))
                if plain_s < LONG_S:
                    candidate_s = min(candidate_s, _seconds(answer, load, times))
    finally:
        answer.close()
    return Tried(name, plain_s, candidate_s, "equal", asked=asked_of(backend.level))


def _beside(prepared: Prepared, example: Example, draws: bool) -> Trial:
    from epochly.runtime.given import Given
    from epochly.runtime.original import Original
    from epochly.runtime.trial import NotCopiedError, Trial, run_beside

    original, args, kwargs = example.load()
    understood, given = Original(original), Given([*args, *kwargs.values()])
    try:
        return run_beside(
            original, prepared, args, kwargs, draws=draws,
            state=lambda: understood.state(given), around=Forbidding(),
        )  # fmt: skip
    except Forbidden as effect:
        return Trial(None, math.nan, math.nan, Equality("unchecked", where=str(effect)))
    except NotCopiedError:
        raise
    except Exception as error:
        raise ExampleRaised from error


def _alone(prepared: Prepared, load: Callable[[], Any]) -> float:
    """Seconds of a call without the original; infinite where it does not return."""
    try:
        return _seconds(prepared, load, 1)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the original, beside it, tells what that means
        let_through(error)
        return math.inf


def _seconds(call: Callable[..., Any], load: Callable[[], Any], times: int) -> float:
    """Of the fastest of some calls in a row."""
    fastest_s = math.inf
    for _, args, kwargs in [load() for _ in range(times)]:
        started = time.perf_counter()
        call(*args, **kwargs)
        fastest_s = min(fastest_s, time.perf_counter() - started)
    return fastest_s


def keep_plain(function: str, kind: str, code: str, reason: str, rest_after_s: float) -> None:
    """Write down that a kind of calls stays at level 0, for good or until so much was spent."""
    from epochly.runtime.decision import Decision, hardware, software
    from epochly.runtime.decisions import decision_file, decision_path

    left = rest_after_s > 0
    found_with = software(), hardware()
    made = Decision(
        function, kind, 0, "monitor", 1.0, code, *found_with, reason, left, rest_after_s
    )
    decision_file(decision_path()).put(made, unless_finished=left)


class Warnings(logging.Handler):
    """Passes on what is logged here, where nobody would see it.

    Parameters
    ----------
    channel : Channel
    """

    def __init__(self, channel: Channel) -> None:
        super().__init__(logging.WARNING)
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send one message."""
        self._channel.send({"warning": record.getMessage()})


def main(descriptor: int, packed_in: int) -> None:
    """Try what the other end of the line asks for, and say what came of it."""
    belong_to_parent()
    # Ctrl-C goes to the program, which may catch it and go on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.set_inheritable(descriptor, False)
    channel = Channel(socket.socket(fileno=descriptor))
    # In a copy of the program, its own handlers are there as well.
    logger = logging.getLogger("epochly")
    logger.handlers[:], logger.propagate = [Warnings(channel)], False
    request = channel.receive()
    assert request is not None
    with open(packed_in, "rb") as file:
        done = try_all(Example(file), request, channel.send)
    channel.send({"done": done})
    os._exit(0)


def try_all(
    example: Example, request: Mapping[str, Any], tell: Callable[[dict[str, Any]], None]
) -> str:
    """Try the backends that are left one after another, and tell what came of each.

    Returns
    -------
    str
        Why it ended early, if it did.
    """
    from epochly.registry import usable_backends
    from epochly.runtime.trial import OUT_OF_MEMORY, NoRoomError

    known = Known(**request["known"])
    found = []
    for backend in usable_backends(tuple(Level)[1:]):
        if not known.leaves(backend.name, uses_cores=backend.capabilities.uses_cores):
            continue
        try:
            tried = try_backend(backend, example, request["draws"], known)
        except ExampleRaised:
            return EXAMPLE_RAISED
        except MemoryError:
            return f"{backend.name}: {OUT_OF_MEMORY}"
        except NoRoomError as error:
            return f"{backend.name}: {error.what}"
        except OSError as error:
            # The disk, the working directory: another process may find them in order.
            return f"{backend.name}: {type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 - user code may raise anything; it is told
            text = f"{type(error).__name__}: {error}"
            tried = Tried(backend.name, math.inf, math.inf, "refused", text)
        found.append(tried)
        tell(tried._asdict())
        if tried.unbeaten:
            break
    pays = known.gain > 1.0 or any(tried.promising for tried in found)
    if not (pays or known.doubt):
        function, kind, code = request["identity"]
        rest_after_s = 0.0 if is_final(found) else worth_workers_s()
        keep_plain(function, kind, code, told(known.said, words_of(found)), rest_after_s)
    return ""


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
