"""What the search for a level prepares."""

import itertools
import subprocess
import sys
import time

import numpy as np
import pytest
from epochly_backends.numba_jit import NumbaJit

from epochly.call import Arguments
from epochly.errors import Deoptimize
from epochly.levels import SPREADING
from epochly.registry import usable_backends
from epochly.runtime import elsewhere, keeping, preparation, search, way
from epochly.runtime.decisions import decision_file
from epochly.runtime.due import NO_CALLS
from epochly.runtime.original import Original
from epochly.runtime.replay import Replay
from epochly.runtime.search import Search
from epochly.runtime.tier import Tier
from epochly.runtime.turns import Turns


def roots(values):
    return [value**0.5 for value in values]


def test_what_spreads_items_leaves_them_to_the_original_at_the_end_of_the_program(monkeypatch):
    found = Search(Original(roots), lambda tier: None)
    made = [one for level in SPREADING for one in found._proven(Arguments(([1.0, 4.0],)), level)]
    assert {candidate.backend for candidate in made} == {
        backend.name for backend in usable_backends(SPREADING)
    }
    assert all(candidate.prepared([1.0, 4.0]) == [1.0, 2.0] for candidate in made)
    monkeypatch.setattr(way, "is_ending", lambda: True)
    for candidate in made:
        with pytest.raises(Deoptimize, match="ending"):
            candidate.prepared([1.0, 4.0])
        candidate.prepared.close()


def waits(values):
    return [time.monotonic() and value for value in values]


@pytest.mark.parametrize("another_process", [False, True])
def test_what_lost_is_tried_again_with_worker_processes_once_so_much_was_spent_that_they_may_pay(
    monkeypatch, another_process
):
    asked = []

    def prepared(self, name, example, level=None):
        asked.append(name)
        return f"{name}: not here"

    def new():
        original = Original(waits)
        found = Search(original, lambda tier: None)
        clock = itertools.count().__next__
        tier = Tier("list", original, found.launch, after_s=0.0, watch=0.0, clock=clock)
        found.remember(tier, Arguments(([1.0],)))
        return tier

    def until_asked(tier):
        while not asked:
            tier.run(([1.0],), {})
        words = asked[:]
        asked.clear()
        return words, tier.spent[0] >= search.WORTH_WORKERS_HERE_S

    monkeypatch.setattr(Search, "_prepared", prepared)
    monkeypatch.setattr(keeping, "_all", set())
    tier = new()
    assert until_asked(tier) == (["threads"], False)
    if another_process:
        keeping._at_the_end()
        decision_file.cache_clear()
        tier = new()
        assert "decided earlier" in tier.standing().reason
    anew = ["threads"] if another_process else []
    assert until_asked(tier) == ([*anew, "processes"], True)
    assert tier.state == "settled"


def test_what_threads_do_not_help_is_tried_with_worker_processes_at_once_where_calls_are_long(
    monkeypatch,
):
    asked = []
    monkeypatch.setattr(
        Search, "_prepared", lambda self, name, example, level=None: asked.append(name)
    )
    original = Original(waits)
    found = Search(original, lambda tier: None)
    tier = Tier("list", original, found.launch, after_s=0.0, watch=0.0, earlier=(20.0, 2.0))
    tier.run(([1.0],), {})
    assert (asked, tier.state) == (["threads", "processes"], "settled")


def summed(values):
    total = 0.0
    for value in values:
        total += value
    return total


count = 0


class Counting(float):
    def __radd__(self, other):
        global count
        count += 1
        return other + float(self)


class Allowed(Original):
    """A function that may run twice, whatever its source says."""

    def replay(self):
        return Replay("twice")


class Known:
    """Functions whose other levels are looked for, one at a time, with nothing really started."""

    def __init__(self, monkeypatch, cores=2):
        self.started = []
        monkeypatch.setattr(elsewhere, "_turns", Turns())
        monkeypatch.setattr(elsewhere, "WORTH_MORE_S", 0.0)
        for module in (search, elsewhere):
            monkeypatch.setattr(module, "usable_cores", lambda: cores)
        monkeypatch.setattr(preparation, "Preparation", lambda *given: self.started.append(given))

    def tier(self, function, kind="list of floats", earlier=NO_CALLS):
        original = Allowed(function)
        found = Search(original, lambda tier: None)
        return Tier(kind, original, found.launch, after_s=0.0, watch=0.01, earlier=earlier)

    def run(self, tier, times):
        for _ in range(times):
            tier.run(([1.0, 4.0],), {})


def sums(arrays):
    return [float(array.sum()) for array in arrays]


LONG = (0.1, 0.05)
ARRAYS = [np.ones(20_000) for _ in range(10)]


def test_threads_are_tried_on_a_real_call_before_another_process_is_started(monkeypatch):
    known = Known(monkeypatch)
    tier = known.tier(sums, earlier=LONG)
    tier.run((ARRAYS,), {})
    assert (tier.state in ("trying", "committed", "preparing"), known.started) == (True, [])
    for _ in range(4):
        tier.run((ARRAYS,), {})
    (given,) = known.started
    assert given[3].tried == ("threads",)


@pytest.mark.parametrize(
    ("function", "cores", "values"),
    [
        (sums, 1, ARRAYS),
        (sums, 2, ARRAYS[:1]),
        (roots, 2, [1.0] * 100_000),
        (summed, 2, [np.ones(20_000) for _ in range(10)]),
    ],
)
def test_where_threads_have_little_to_gain_another_process_is_started_at_once(
    monkeypatch, function, cores, values
):
    known = Known(monkeypatch, cores)
    tier = known.tier(function, earlier=LONG)
    tier.run((values,), {})
    assert (tier.state, len(known.started)) == ("preparing", 1)
    assert known.started[0][3].tried == ()


@pytest.fixture
def anticipated(monkeypatch):
    seen = []

    def anticipate(self, function, example):
        seen.append((function.original, example.args))
        raise OSError("its library is damaged")

    monkeypatch.setattr(NumbaJit, "anticipate", anticipate)
    return seen


def test_what_takes_long_to_import_is_imported_meanwhile_whatever_comes_of_it(
    monkeypatch, anticipated
):
    tier = Known(monkeypatch).tier(summed, earlier=LONG)
    tier.run(([1.0, 4.0],), {})
    assert anticipated == [(summed, ([1.0, 4.0],))]
    assert (tier.state, tier.doubt) == ("preparing", "")


@pytest.mark.parametrize(
    ("earlier", "imported"),
    [((0.3, 0.03), 0), ((0.5, 0.05), 1), ((3.1, 1e-4), 0), ((3.3, 1e-4), 1)],
)
def test_it_is_where_the_calls_take_much_longer_than_that(
    monkeypatch, anticipated, earlier, imported
):
    tier = Known(monkeypatch).tier(summed, earlier=earlier)
    tier.run(([1.0, 4.0],), {})
    assert (tier.state, len(anticipated)) == ("preparing", imported)


def test_nothing_is_imported_beforehand_beside_threads_that_gain(monkeypatch, anticipated):
    known = Known(monkeypatch)
    tier, found = known.tier(roots, earlier=LONG), Search(Original(roots), lambda tier: None)
    tier.commit(found._prepared("threads", Arguments(([1.0],))))
    found.launch(tier, ([1.0],), {})
    assert (len(known.started), anticipated) == (1, [])


TRIAL_AND_DECISION = """
import sys
from importlib import import_module
from pathlib import Path
from epochly.runtime import ahead, automatic, preparation
from epochly.runtime.given import Given
from epochly.runtime.original import Original

def total(numbers):
    return sum(numbers)

original = Original(total)
assert original.replay().allowed == "twice"
for name in ahead.NEEDED_NEXT:
    import_module(name)
before = set(sys.modules)
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import decision_file
from epochly.runtime.trial import run_beside
state = lambda: original.state(Given([[1.0]]))
run_beside(total, total, ([1.0],), {}, draws=False, state=state)
made = Decision("m:total", "list", 2, "numba", 3.0, "code", software(), hardware())
assert decision_file(Path(sys.argv[1])).put(made)
print(*sorted(set(sys.modules) - before))
"""


def test_a_trial_and_a_decision_import_nothing_that_was_not_imported_meanwhile(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(TRIAL_AND_DECISION)
    done = subprocess.run(
        [sys.executable, program, tmp_path / "decisions.yaml"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"


def test_large_arguments_wait_until_packing_them_may_pay(monkeypatch):
    known = Known(monkeypatch)
    large = (np.ones(1_000_000),)
    tier = known.tier(summed, earlier=(1.5, 0.001))
    tier.run(large, {})
    assert (tier.state, known.started) == ("observing", [])
    tier = known.tier(summed, earlier=(1.7, 0.001))
    tier.run(large, {})
    assert (tier.state, len(known.started)) == ("preparing", 1)


@pytest.mark.parametrize("earlier", [(1.3, 0.013), (0.3, 0.3)])
def test_a_function_of_much_data_is_not_even_understood_before_packing_it_may_pay(
    monkeypatch, earlier
):
    known = Known(monkeypatch)
    tier = known.tier(summed, earlier=earlier)
    monkeypatch.setattr(Allowed, "replay", lambda self: pytest.fail("it was looked at"))
    tier.run((np.ones(3_000_000),), {})
    assert (tier.state, known.started) == ("observing", [])


@pytest.mark.parametrize(
    ("length", "earlier", "started"),
    [(3_000_000, (0.3, 0.3), 0), (3_000_000, (0.6, 0.3), 1), (1_000_000, (0.3, 0.3), 1)],
)
def test_much_data_is_packed_only_once_more_than_a_first_call_tells_what_calls_take(
    monkeypatch, length, earlier, started
):
    known = Known(monkeypatch)
    tier = known.tier(summed, earlier=earlier)
    found = Search(Allowed(summed), lambda tier: None)
    found.launch(tier, (np.ones(length),), {})
    assert len(known.started) == started


def test_arguments_whose_operators_do_more_than_read_stay_at_level_0(monkeypatch):
    known = Known(monkeypatch)
    tier = known.tier(summed)
    tier.run(([Counting(1.0)],), {})
    assert (tier.state, known.started) == ("settled", [])
    assert "Counting.__radd__ has effects" in tier.reason


def test_arguments_whose_copies_would_leave_too_little_memory_stay_at_level_0(monkeypatch):
    known = Known(monkeypatch)
    monkeypatch.setattr(search, "has_room_for", lambda size: size < 100)
    tier = known.tier(roots)
    known.run(tier, 1)
    assert (tier.state, known.started) == ("settled", [])
    assert "too little memory" in tier.doubt


def test_a_full_disk_is_no_doubt_any_more_when_others_are_looked_for_again(monkeypatch):
    known = Known(monkeypatch)
    tier = known.tier(summed)
    tier.doubt = "the disk was full"
    known.run(tier, 1)
    assert tier.doubt == ""


class Decided:
    """A function for which a level was decided in an earlier process."""

    def __init__(self, monkeypatch, tmp_path):
        self.path = tmp_path / "decisions.yaml"
        for module in (search, keeping):
            monkeypatch.setattr(module, "decision_path", lambda: self.path)
        self.search = Search(Original(roots), lambda tier: None)
        example = Arguments(([1.0, 4.0],))
        before = self.new()
        before.commit(self.search._prepared("threads", example))
        self.search._keeping.keep(before)
        self.tier = self.new()
        self.search.remember(self.tier, example)

    def new(self):
        return Tier("list of floats", Allowed(roots), self.search.launch, after_s=0.0, watch=0.5)


def test_a_level_decided_earlier_that_is_dropped_may_be_decided_anew(monkeypatch, tmp_path):
    decided = Decided(monkeypatch, tmp_path)
    assert decided.tier.prepared is not None
    assert "backend: threads" in decided.path.read_text()
    decided.tier.settle("threads: different")
    assert "reason: 'threads: different'" in decided.path.read_text()


def test_what_is_dropped_since_the_program_ends_stays_decided(monkeypatch, tmp_path):
    decided = Decided(monkeypatch, tmp_path)
    monkeypatch.setattr(keeping, "is_ending", lambda: True)
    decided.tier.settle("threads: the program is ending")
    assert "backend: threads" in decided.path.read_text()


def test_no_threads_are_tried_once_the_program_is_ending(monkeypatch):
    known = Known(monkeypatch)
    monkeypatch.setattr(search, "is_ending", lambda: True)
    tier = known.tier(roots)
    known.run(tier, 1)
    assert (tier.state, len(known.started)) == ("preparing", 1)


def test_what_may_run_twice_is_looked_at_anew_at_once_where_a_level_was_dropped(
    monkeypatch, tmp_path
):
    decided = Decided(monkeypatch, tmp_path)
    decided.tier.settle("threads: different")
    decided.path.unlink()
    decision_file.cache_clear()
    decided.search._keeping.write(decided.tier, unfinished=True)
    decision_file.cache_clear()
    tier = decided.new()
    decided.search.remember(tier, Arguments(([1.0, 4.0],)))
    assert tier.state == "observing"
    assert tier.due.is_now()
