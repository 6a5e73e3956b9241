"""The flowchart's forks, each with its fact."""

import pytest
from unit.recommend.recorded import SLEEP, array, ended, facts, loop, profile, row

from epochly.recommend.path import decision_path


def steps(found, seen, *rows):
    return decision_path(found, seen, rows)


def test_waiting_ends_at_level_1():
    io, end = steps(facts(io=(SLEEP,)), profile(0.4, wait=0.98))
    assert (
        io
        == "I/O bound? yes: a plain call of 400 ms waits 98 % of its time, at time.sleep (line 7)"
    )
    assert end == "the flowchart ends at level 1, threads"


def test_python_loops_end_at_level_2():
    found = facts(loops=(loop(total=100_000),), contained=True)
    io, loops, end = steps(found, profile(0.1, wait=0.02, gil=0.97))
    assert io == "I/O bound? no: a plain call of 100 ms waits 2 % of its time"
    assert loops == (
        "loops? yes: the `for` loop in line 5 turns 100,000 times, 1.00 µs each at most; "
        "a call holds the GIL 97 % of its time"
    )
    assert end == "the flowchart ends at level 2, compile"


def test_independent_items_end_at_level_3():
    found = facts(loops=(loop("comprehension", total=100, mappable=True),))
    *_, loops, parallel, end = steps(found, profile(0.1))
    assert loops == "loops? no: only comprehensions"
    assert parallel == (
        "parallel? yes: the items of the comprehension in line 5 are independent; "
        "it turns 100 times"
    )
    assert end == "the flowchart ends at level 3, cores"


def test_large_arrays_end_at_level_4():
    found = facts(sizes=(array(2_000_000),))
    *_, loops, parallel, arrays, end = steps(found, profile(0.1))
    assert loops == "loops? no: none was found"
    assert parallel.startswith("parallel? no: there is no loop")
    assert arrays == "large arrays? yes: data, float64 (2000000,), 15.3 MiB"
    assert end == "the flowchart ends at level 4, gpu"


def test_nothing_of_all_that_ends_at_level_0():
    found = facts(sizes=(array(10),), loops=(loop(total=3, why_not="'a' is carried"),))
    *_, loops, parallel, arrays, end = steps(found, profile(0.1))
    assert loops.startswith("loops? no: the `for` loop in line 5 turns 3 times, 33.3 ms each")
    assert parallel == "parallel? no: the `for` loop in line 5: 'a' is carried"
    assert arrays.startswith("large arrays? no: the largest is data, float64 (10,), 80 B")
    assert end == "the flowchart ends at level 0, monitor"


@pytest.mark.parametrize("wait", [0.9, None])
def test_a_busy_machine_is_not_taken_for_io(wait):
    io, *_ = steps(facts(contained=True), profile(0.1, wait=wait))
    assert io.startswith("I/O bound? no")


def test_what_was_not_measured_is_said():
    io, loops, *_ = steps(facts(loops=(loop(total=None),)), profile(0.1, wait=None))
    assert "nothing was measured" in io
    assert "turns an unknown number of times" in loops
    assert "how long the GIL is held was not measured" in loops
    assert steps(facts(io=(SLEEP,)), None)[0] == (
        "I/O bound? perhaps: time.sleep (line 7) may wait, and nothing was measured"
    )


def test_the_rows_follow_with_what_they_measured():
    *_, end, one, two, three = steps(
        facts(),
        profile(),
        row(0),
        row(1, 0.5, doubt="threads take turns"),
        row(2, 12.0),
        ended(3, "skipped", "too short", doubt="too short"),
    )
    assert end.endswith("; measuring decides")
    assert one == (
        "level 1 (threads): 0.5x, result identical; it was doubted, since threads take turns"
    )
    assert two == "level 2 (numba): 12x, result identical"
    assert three == "level 3 (processes): skipped, too short"
