"""No two workers lay out their memory alike, whatever the program and its folder."""

import json
import random
import subprocess
import sys

import pytest

from epochly.measure.layout import (
    CHANCE,
    MOST_HOLES,
    MOST_PLUGS,
    MOST_POOLS,
    MOST_TRIES,
    NEXT,
    POOL_BITS,
    SIZES,
    SmallBlocks,
    fixed_addresses,
    generator_of,
    seeded,
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


# In a process of its own, as workers are: how full the pools of this one are, tests decide.
LIE = """
import json, random, sys
from epochly.measure.layout import SmallBlocks
from epochly.measure.timing import forget_last_calls

def lie(blocks):
    blocks.shuffle()
    forget_last_calls()
    numbers = [10**6 + number for number in range(8)]
    return [id(number) for number in numbers]

blocks = SmallBlocks(random.Random(1))
left = [number + 10**6 for number in range(int(sys.argv[2]))]
random.Random(2).shuffle(left)
del left[::2]
print(json.dumps([lie(blocks) for _ in range(int(sys.argv[1]))]))
"""


def lain(times, left=0):
    """Where the next few numbers lie, as so many samples find them."""
    return json.loads(run(LIE, str(times), str(left)))


def in_one_pool(places):
    return len({place >> POOL_BITS for place in places}) == 1


def test_numbers_get_a_pool_with_room_and_do_not_lie_in_a_row():
    seen = lain(20)
    assert all(in_one_pool(places) for places in seen)
    assert len({tuple(place - places[0] for place in places) for places in seen}) > 15


def test_they_move_to_another_pool_so_that_no_luck_lasts():
    assert len({places[0] >> POOL_BITS for places in lain(100)}) > 8


def test_they_find_room_after_a_program_has_left_holes_everywhere():
    assert all(in_one_pool(places) for places in lain(20, left=100_000))


def test_floats_are_handed_out_in_another_order_each_time():
    blocks = SmallBlocks(random.Random(1))

    def first():
        blocks.shuffle()
        return id(float("1.5"))

    assert len({first() for _ in range(30)}) > 20


def held(blocks):
    return sum(len(of) for pools in blocks._pools.values() for of in pools.values())


def test_laying_blocks_out_anew_takes_no_more_and_more_memory():
    blocks = SmallBlocks(random.Random(1))
    for _ in range(100):
        blocks.shuffle()
    before = held(blocks), len(blocks._floats)
    for _ in range(1000):
        blocks.shuffle()
    assert held(blocks) <= 1.2 * before[0]
    assert len(blocks._floats) == before[1]
    assert len(blocks._plugs) <= MOST_PLUGS + NEXT * MOST_HOLES * len(SIZES) * MOST_TRIES


def run(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, check=True, text=True
    )
    return done.stdout


def may_fix_addresses():
    """Whether this system lets programs do so; a container may forbid it."""
    with fixed_addresses():
        return "00040000" in run("print(open('/proc/self/personality').read())")


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are fixed on Linux only")
def test_programs_that_start_meanwhile_lie_at_the_same_addresses():
    with fixed_addresses():
        places = {run("print(id(len), id(None))") for _ in range(3)}
    assert len(places) == 1 or not may_fix_addresses()


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are fixed on Linux only")
def test_later_ones_lie_anywhere_again():
    before = run("print(open('/proc/self/personality').read())")
    with fixed_addresses():
        pass
    assert run("print(open('/proc/self/personality').read())") == before


def test_a_variable_of_random_length_moves_the_stack():
    assert len({len(seeded(seed)) for seed in range(50)}) > 40
    assert max(len(seeded(seed)) for seed in range(50)) < 4096 + 10


@pytest.mark.skipif(sys.platform != "linux", reason="addresses are fixed on Linux only")
def test_programs_of_one_seed_lie_alike_and_those_of_another_do_not():
    program = (
        "import os, random\n"
        "from epochly.measure.layout import CHANCE, SmallBlocks, generator_of, shuffled_memory\n"
        "generator = generator_of(os.environ.pop(CHANCE))\n"
        "kept = shuffled_memory(generator)\n"
        "blocks = SmallBlocks(generator)\n"
        "for _ in range(5):\n"
        "    blocks.shuffle()\n"
        "    number = 10**6 + len(kept)\n"
        "    print(id(number) % (1 << 20))"
    )

    def places(seed):
        with fixed_addresses():
            return subprocess.run(
                [sys.executable, "-c", program],
                capture_output=True,
                check=True,
                env={"PYTHONHASHSEED": "0", CHANCE: seeded(seed)},
            ).stdout

    assert places(1) == places(1) or not may_fix_addresses()
    assert places(1) != places(2)


def test_a_seed_gives_the_same_numbers_on_both_sides():
    assert generator_of(seeded(7)).random() == generator_of(seeded(7)).random()
    assert generator_of(seeded(7)).random() != generator_of(seeded(8)).random()


def test_without_pools_no_more_blocks_are_kept_than_some():
    program = (
        "import random; from epochly.measure import layout\n"
        "blocks = layout.SmallBlocks(random.Random(1))\n"
        "for _ in range(300): blocks.shuffle()\n"
        "print(max(map(len, blocks._pools.values())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONMALLOC": "malloc"},
    )
    assert int(done.stdout) <= MOST_POOLS + 1
