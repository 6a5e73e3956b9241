"""One sample: calls in a row, timed by several clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter, process_time, thread_time
from typing import Any, TypeVar

from epochly.call import Arguments
from epochly.errors import Deoptimize
from epochly.profile.counters import queued_s

# The share of a sample that other threads of the process may compute for it to count as alone.
ALONE = 0.02
DEEPEST = 6

# What any program does between calls of a slow function: something else.
OTHER_WORK = """
def timed(call, repeats, clock):
    started = clock()
    for _ in repeats:
        call()
    return clock() - started
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds a call.

    Parameters
    ----------
    seconds : float
        By the clock.
    cpu_s, own_s : float
        Of CPU: of the process, and of the calling thread.
    queued_s : float
        In the queue for a core; 0 where other threads were at work, since it may then be of the
        function's own making.
    raised : BaseException or None
    """

    seconds: float
    cpu_s: float
    own_s: float
    queued_s: float
    raised: BaseException | None = None


def timed(call: Callable[..., Any], arguments: Arguments, loops: int) -> Sample:
    """Time so many calls with the same arguments.

    Raises
    ------
    Deoptimize
        Anything else that a call raises is part of the sample, which ends there.
    """
    args, kwargs = arguments.args, arguments.kwargs
    raised: BaseException | None = None
    repeats = range(loops - 1)
    kept = None
    forget_last_calls()
    queued, cpu, own = queued_s(), process_time(), thread_time()
    started = perf_counter()
    try:
        # Giving the first result back is not part of the call.
        kept = call(*args, **kwargs)
        for _ in repeats:
            call(*args, **kwargs)
    except Deoptimize:
        raise
    except BaseException as error:  # noqa: BLE001 - any exception is an outcome
        raised = error
    seconds = perf_counter() - started
    own, cpu = thread_time() - own, process_time() - cpu
    queued = queued_s() - queued if cpu - own < ALONE * seconds else 0.0
    del kept
    return Sample(seconds / loops, cpu / loops, own / loops, queued / loops, raised)


def forget_last_calls() -> None:
    """Run other code, so that the processor does not go on as the last sample left it.

    A plain loop that runs again and again with nothing between settles into a state that is a
    tenth slower, most likely one of the branch predictors, and keeps it for seconds. Compiling a
    few lines, as `pyperf` does for its own loop before each value, ends that.
    """
    exec(compile(OTHER_WORK, "<epochly>", "exec"), {})


def deeper(depth: int, run: Callable[[], T]) -> T:
    """Run something with the interpreter's own stack so many steps further down."""
    return run() if depth == 0 else next(map(partial(deeper, depth - 1), (run,)))
