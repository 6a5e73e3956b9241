"""A level is left out on strong evidence only."""

import pytest
from unit.recommend.recorded import SLEEP, array, facts, loop, profile, vectorized

from epochly.levels import Level
from epochly.recommend.worth import doubt, has_python_loops, order, waits

MAPPED = facts(loops=(loop("comprehension", mappable=True),), contained=True)
WAITING = facts(loops=(loop("comprehension", mappable=True),), io=(SLEEP,))


def doubted(found, seen, *, overlapped=False):
    return [int(level) for level in Level if doubt(level, found, seen, overlapped=overlapped)]


@pytest.mark.parametrize(
    ("found", "seen", "overlapped", "expected"),
    [
        (MAPPED, profile(20e-6), False, [1, 3, 4]),
        (MAPPED, profile(60e-6), False, []),
        (MAPPED, profile(0.1), False, []),
        (MAPPED, profile(0.1, gil=0.98), False, [1]),
        (MAPPED, profile(0.1, gil=0.9), False, []),
        (MAPPED, profile(0.0002, gil=0.98), False, [1, 3]),
        (MAPPED, profile(0.0002, gil=0.5), False, []),
        (WAITING, profile(0.1, wait=0.99), False, [2, 4]),
        (WAITING, profile(0.1, wait=0.99), True, [2, 3, 4]),
        (WAITING, profile(0.1, wait=0.9), True, []),
        (MAPPED, profile(0.1, wait=0.99), True, []),
        (facts(), profile(0.1, native=0.99), False, [2]),
        (facts(), profile(0.1, native=0.9), False, []),
        (facts(sizes=(array(10),)), profile(0.1, native=0.99), False, []),
        (facts(vectorized=(vectorized(),)), profile(0.1, native=0.99), False, []),
        (facts(arrays_possible=False), profile(0.1), False, [4]),
        (facts(loops=(loop(total=1, mappable=True),)), profile(0.1), False, [1, 3]),
        (facts(loops=(loop(total=2, mappable=True),)), profile(0.1), False, []),
        (facts(loops=(loop(total=None, mappable=True),)), profile(0.1), False, []),
        (MAPPED, profile(0.1, wait=None), True, []),
        (MAPPED, None, False, []),
    ],
)
def test_only_what_cannot_pay_is_doubted(found, seen, overlapped, expected):
    assert doubted(found, seen, overlapped=overlapped) == expected


def test_a_doubt_says_what_was_measured():
    assert "20.0 µs" in doubt(Level.CORES, MAPPED, profile(20e-6), overlapped=False)
    assert "98 %" in doubt(Level.THREADS, MAPPED, profile(0.1, gil=0.98), overlapped=False)


@pytest.mark.parametrize(
    ("found", "seen", "first"),
    [
        (WAITING, profile(0.1, wait=0.9), 1),
        (facts(loops=(loop(total=100_000),)), profile(0.1), 2),
        (MAPPED, profile(0.1), 3),
        (facts(sizes=(array(2_000_000),)), profile(0.1), 4),
        (facts(), None, 1),
    ],
)
def test_the_most_promising_level_is_tried_first(found, seen, first):
    found_order = order(found, seen)
    assert found_order[0] == first
    assert sorted(found_order) == [1, 2, 3, 4]


def test_a_loop_with_heavy_turns_is_not_pythons_own():
    assert has_python_loops(facts(loops=(loop(total=100_000),)), profile(0.1))
    assert not has_python_loops(facts(loops=(loop(total=10),)), profile(0.1))
    assert not has_python_loops(facts(loops=(loop("comprehension"),)), profile(0.1))


def test_a_loop_of_unknown_length_is_judged_by_the_gil():
    found = facts(loops=(loop("while", total=None),))
    assert has_python_loops(found, profile(0.1))
    assert has_python_loops(found, profile(0.1, gil=0.9))
    assert not has_python_loops(found, profile(0.1, gil=0.1))


def test_what_stays_inside_the_process_never_waits():
    assert waits(facts(), profile(wait=0.9))
    assert not waits(facts(contained=True), profile(wait=0.9))
    assert not waits(facts(), profile(wait=None))
