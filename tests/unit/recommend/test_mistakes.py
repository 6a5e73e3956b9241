"""Each mistake from recorded rows: found where a level lost for that reason, and only there."""

import pytest
from unit.recommend.recorded import (
    SLEEP,
    array,
    ended,
    facts,
    loop,
    profile,
    row,
    vectorized,
)

from epochly.code.accelerated import Inner
from epochly.recommend.evidence import Room
from epochly.recommend.mistakes import mistakes

ROOM = Room(memory_bytes=10**9, cores=4)
MAPPED = {"loops": (loop("comprehension", total=100, mappable=True),)}
WAITING = {"io": (SLEEP,)}
WHOLE = {"vectorized": (vectorized(),)}
INNER = (Inner(8, "work is decorated with @epochly.optimize(level=1)"),)


def found(rows, seen, known=None, room=ROOM):
    return mistakes(rows, seen, known or profile(), room)


def kinds(*arguments, **options):
    return [mistake.kind for mistake in found(*arguments, **options)]


@pytest.mark.parametrize(
    ("rows", "seen", "expected"),
    [
        ([row(0), row(3, 0.1)], MAPPED, True),
        ([row(0), row(3, 0.99)], MAPPED, False),
        ([row(0), row(3, 2.0)], MAPPED, False),
        ([row(0, call_s=0.5), row(3, 0.5, call_s=0.5)], MAPPED, False),
        ([row(0), row(3, 0.1, realized=row(0).realized)], MAPPED, False),
        ([row(0, call_s=1e-5), ended(3, "refused")], {**MAPPED, "asks": 3}, True),
        ([row(0, call_s=1e-5)], {**MAPPED, "asks": 3}, True),
        ([row(0, call_s=1e-5)], MAPPED, False),
        ([row(0, call_s=1e-3), ended(3, "refused")], {**MAPPED, "asks": 3}, False),
    ],
)
def test_level_3_on_small_data(rows, seen, expected):
    assert (kinds(rows, facts(**seen)) == ["small-data"]) is expected


def test_small_data_says_how_much_was_lost():
    (one,) = found([row(0), row(3, 0.1)], facts(**MAPPED))
    assert one.line == 5
    assert "20.0 ms for 100 items, and sharing them out makes that 200 ms" in one.message


@pytest.mark.parametrize(
    ("rows", "seen", "wait", "expected"),
    [
        ([row(0), row(2, 1.0)], WAITING, 0.9, True),
        ([row(0), row(2, 3.0)], WAITING, 0.9, False),
        ([row(0), row(2, 1.0)], WAITING, 0.1, False),
        ([row(0), row(2, 1.0)], {}, 0.9, False),
        ([row(0), ended(2, "refused")], {**WAITING, "asks": 2}, 0.9, True),
        ([row(0), ended(2, "refused")], WAITING, 0.9, False),
        ([row(0), row(2, 1.0)], WAITING, None, False),
    ],
)
def test_level_2_on_waiting(rows, seen, wait, expected):
    found_kinds = kinds(rows, facts(**seen), profile(wait=wait))
    assert (found_kinds == ["compiled-waiting"]) is expected


def test_the_remedy_for_waiting_knows_what_stands_in_the_way_of_level_1():
    blocked = facts(io=(SLEEP,), loops=(loop(why_not="'total' is carried"),))
    (one,) = found([row(0), row(2, 1.0)], blocked, profile(wait=0.9))
    assert one.line == 7
    assert "'total' is carried" in one.remedy
    (one,) = found([row(0), row(2, 1.0)], facts(io=(SLEEP,), **MAPPED), profile(wait=0.9))
    assert one.remedy == "use level 1, which overlaps the waiting"


@pytest.mark.parametrize(
    ("rows", "seen", "expected"),
    [
        ([row(0), ended(4, "unavailable", "no driver", remedy="get one")], {"asks": 4}, True),
        ([row(0), ended(4, "unavailable", "no driver", remedy="get one")], {}, False),
        ([row(0), ended(4, "unavailable", "no driver", remedy="get one")], {"asks": 3}, False),
        ([row(0), row(4, 3.0)], {"asks": 4}, False),
        ([row(0)], {"asks": 4}, False),
    ],
)
def test_level_4_without_a_card(rows, seen, expected):
    assert (kinds(rows, facts(**seen)) == ["no-card"]) is expected


@pytest.mark.parametrize(
    ("rows", "seen", "expected"),
    [
        ([row(0), row(4, 0.2)], {"sizes": (array(1000),)}, True),
        ([row(0), row(4, 0.2)], {"sizes": (array(2_000_000),)}, False),
        ([row(0), row(4, 2.0)], {"sizes": (array(1000),)}, False),
        ([row(0, call_s=1e-4), row(4, 0.2, call_s=1e-4)], {}, True),
        ([row(0), row(4, 0.2)], {}, False),
        ([row(0, call_s=1e-3), ended(4, "refused")], {"asks": 4, "sizes": (array(9),)}, True),
        ([row(0, call_s=0.5), ended(4, "refused")], {"asks": 4, "sizes": (array(9),)}, False),
        ([row(0, call_s=1e-3), ended(4, "refused")], {"sizes": (array(9),)}, False),
    ],
)
def test_level_4_on_small_arrays(rows, seen, expected):
    assert (kinds(rows, facts(**seen)) == ["small-arrays"]) is expected


def test_a_cold_compiler_says_what_it_cost_here():
    seen = facts(cold=(Inner(6, "fast is compiled by Numba"),))
    (one,) = found([row(0, first_call_s=1.5)], seen)
    assert (one.kind, one.line) == ("cold-jit", 6)
    assert "a first call takes 1.50 s, a later 20.0 ms" in one.message
    (one,) = found([row(0)], seen)
    assert "a later" not in one.message


@pytest.mark.parametrize(
    ("rows", "seen", "expected"),
    [
        ([row(0)], {"asks": 3, "inner": INNER}, True),
        ([row(0)], {"asks": 0, "inner": INNER}, False),
        ([row(0)], {"inner": INNER}, False),
        ([row(0), row(3, 2.0)], {"inner_in_loops": INNER}, True),
        ([row(0), row(3, 0.5, call_s=1.0)], {"inner_in_loops": INNER}, False),
        ([row(0), row(2, 2.0)], {"inner_in_loops": INNER}, False),
        ([row(0), row(3, 2.0)], {}, False),
    ],
)
def test_nested_levels(rows, seen, expected):
    assert (kinds(rows, facts(**seen)) == ["nested-levels"]) is expected


@pytest.mark.parametrize(
    ("rows", "seen", "hot", "expected"),
    [
        ([row(0), row(2, 0.9)], WHOLE, (), True),
        ([row(0), row(2, 0.9)], WHOLE, [(5, 0.9)], True),
        ([row(0), row(2, 0.9)], WHOLE, [(9, 0.9)], False),
        ([row(0), row(2, 2.0)], WHOLE, (), False),
        ([row(0), row(2, 0.9)], {}, (), False),
        ([row(0), ended(2, "refused")], {**WHOLE, "asks": 2}, (), True),
        ([row(0), ended(2, "refused")], WHOLE, (), False),
        ([row(0), row(2, 0.9)], {**WHOLE, "loops": (loop(total=10),)}, (), True),
        ([row(0), row(2, 0.9)], {**WHOLE, "loops": (loop(total=100_000),)}, (), False),
        ([row(0), row(2, 0.9)], {**WHOLE, "loops": (loop(total=None),)}, (), False),
    ],
)
def test_compiling_what_is_vectorized(rows, seen, hot, expected):
    found_kinds = kinds(rows, facts(**seen), profile(hot=hot))
    assert (found_kinds == ["already-vectorized"]) is expected


FULL = ended(4, "refused", "on the device: OutOfMemoryError: out of memory")
DATA = {"sizes": (array(50_000_000),)}


@pytest.mark.parametrize(
    ("rows", "seen", "card", "expected"),
    [
        ([row(0), ended(3, "failed", "killed", peak_memory_bytes=2 * 10**9)], MAPPED, None, True),
        ([row(0), row(3, 2.0, peak_memory_bytes=9 * 10**8)], MAPPED, None, False),
        ([row(0), ended(3, "failed", "raised ValueError")], MAPPED, None, False),
        ([row(0)], {**DATA, "asks": 3}, None, True),
        ([row(0)], DATA, None, False),
        ([row(0), row(3, 2.0)], {**DATA, "asks": 3}, None, False),
        ([row(0), FULL], DATA, None, True),
        ([row(0), FULL], DATA, 10**8, True),
        ([row(0), ended(4, "unavailable", "x")], {**DATA, "asks": 4}, 10**9, True),
        ([row(0), ended(4, "unavailable", "x")], {**DATA, "asks": 4}, 10**10, False),
        ([row(0), row(4, 2.0)], {**DATA, "asks": 4}, 10**9, False),
    ],
)
def test_more_copies_than_there_is_memory_for(rows, seen, card, expected):
    room = Room(10**9, 4, card)
    assert ("memory" in kinds(rows, facts(**seen), room=room)) is expected


def test_memory_says_how_much_is_wanted_and_free():
    held = ended(3, "failed", "killed", peak_memory_bytes=2 * 2**30)
    (one,) = found([row(0), held], facts(**MAPPED), profile(peak=2**28), Room(2**30, 4))
    assert "held 2.00 GiB (a plain call: 256 MiB), where 1.00 GiB may be used" in one.message


def test_a_good_run_shows_no_mistake():
    seen = facts(**MAPPED, **WHOLE, contained=True, sizes=(array(5_000_000),))
    rows = [row(0, call_s=0.5), row(1, 1.2), row(2, 3.0), row(3, 4.0), row(4, 9.0)]
    assert found(rows, seen, profile(0.5)) == ()
