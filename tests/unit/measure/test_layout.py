"""No two workers lay out their memory alike, whatever the program and its folder."""

import random
import subprocess
import sys

from epochly.measure.layout import shuffled_memory


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
