"""No two workers lay out their memory alike, whatever the program and its folder."""

import random
import subprocess
import sys

import pytest

from epochly.measure.layout import (
    POOL_BITS,
    SPREAD,
    SmallBlocks,
    fixed_addresses,
    padding,
    shuffled_memory,
)


def sizes(seed):
    return [len(block) for block in shuffled_memory(random.Random(seed))]


def test_blocks_differ_in_number_and_size_from_process_to_process():
    assert len({tuple(sizes(seed)) for seed in range(50)}) == 50
    assert len({len(sizes(seed)) for seed in range(50)}) > 20


def test_the_users_random_stream_is_left_alone():
    state = random.getstate()
    shuffled_memory(random.SystemRandom())
    assert random.getstate() == state


def test_arrays_lie_at_other_places_of_a_page_in_every_process():
    program = (
        "import random; from epochly.measure.layout import shuffled_memory; "
        "kept = shuffled_memory(random.SystemRandom()); import numpy; "
        "print(numpy.ones(10_000).ctypes.data % 4096)"
    )
    places = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            # Which alone would move things about.
            env={"PYTHONHASHSEED": "0"},
        ).stdout
        for _ in range(10)
    }
    assert len(places) > 4


def test_numbers_get_a_pool_with_room_and_do_not_lie_in_a_row():
    def lie(blocks):
        blocks.shuffle()
        numbers = [10**6 + number for number in range(8)]
        places = [id(number) for number in numbers]
        assert len({place >> POOL_BITS for place in places}) == 1
        return tuple(place - places[0] for place in places)

    blocks = SmallBlocks(random.Random(1))
    blocks.shuffle()
    assert len({lie(blocks) for _ in range(20)}) > 15


def test_laying_blocks_out_anew_takes_no_more_and_more_memory():
    blocks = SmallBlocks(random.Random(1))
    for _ in range(100):
        blocks.shuffle()
    held = len(blocks._filled)
    for _ in range(1000):
        blocks.shuffle()
    assert len(blocks._filled) - held < 1000


def run(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, check=True, text=True
    )
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are fixed on Linux only")
def test_programs_that_start_meanwhile_lie_at_the_same_addresses():
    with fixed_addresses():
        places = {run("print(id(len), id(None))") for _ in range(3)}
        allowed = "00040000" in run("print(open('/proc/self/personality').read())")
    assert len(places) == 1 or not allowed


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are fixed on Linux only")
def test_later_ones_lie_anywhere_again():
    before = run("print(open('/proc/self/personality').read())")
    with fixed_addresses():
        pass
    assert run("print(open('/proc/self/personality').read())") == before


def test_a_variable_of_random_length_moves_the_stack():
    assert len({len(padding(random.Random(seed))) for seed in range(50)}) > 40
    assert max(len(padding(random.Random(seed))) for seed in range(50)) < 4096


def test_without_pools_no_more_blocks_are_kept_than_some():
    program = (
        "import random; from epochly.measure import layout; layout.MOST_FILLED = 500; "
        "blocks = layout.SmallBlocks(random.Random(1))\n"
        "for _ in range(300): blocks.shuffle()\n"
        "print(len(blocks._filled))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONMALLOC": "malloc"},
    )
    assert 500 < int(done.stdout) <= 500 + SPREAD
