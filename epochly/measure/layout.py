"""Memory laid out by chance, so that no version of a program is lucky in every process.

Two versions of a program, or one in two folders, differ in where the allocator puts things, and
that alone changes times by some per cent (Mytkowicz and others, *Producing Wrong Data Without Doing
Anything Obviously Wrong*, 2009). What is random from sample to sample becomes a matter of
statistics (Curtsinger and Berger, *Stabilizer*, 2013).
"""

from __future__ import annotations

import contextlib
import ctypes
import random
import sys
from collections.abc import Iterator

# Beyond this, CPython asks the C library for memory instead of its own arenas.
SMALL_BYTES = 512
# Alignment within a page decides whether arrays collide in the caches.
PAGE_BYTES = 4096
MOST_BLOCKS = 400
PADDING = "EPOCHLY_PADDING"
# Of personality(2).
ASK, NOT_RANDOM = 0xFFFFFFFF, 0x0040000
# Holes of all these sizes are left by what was imported before.
LARGE_BYTES = (SMALL_BYTES, 8 << 10, 32 << 10)

# Blocks of one size lie in pools of 16 KiB, and numbers and small tuples in the smallest of them.
POOL_BITS = 14
SIZES = range(16, 129, 16)
SPREAD = 24
FLOATS = 48
MOST_TRIES = 64
# An allocator without pools, as under PYTHONMALLOC=malloc, would always have some more to fill.
MOST_FILLED = 50_000


@contextlib.contextmanager
def fixed_addresses() -> Iterator[None]:
    """Have programs that start meanwhile lie at the same addresses, where Linux lets them.

    Where the interpreter itself lies decides which of its branches get in each other's way in the
    processor, and one process in fifty ran a fifth slower than its like.
    """
    if sys.platform != "linux":
        yield
        return
    personality = ctypes.CDLL(None).personality
    personality.argtypes = [ctypes.c_ulong]
    before = personality(ASK)
    if before != -1:
        personality(before | NOT_RANDOM)
    try:
        yield
    finally:
        if before != -1:
            personality(before)


def padding(generator: random.Random) -> str:
    """A value for the variable `PADDING` of a new program, by whose length its stack is moved."""
    return "-" * generator.randrange(PAGE_BYTES)


def shuffled_memory(generator: random.Random) -> list[bytes]:
    """Blocks of random number and size; for as long as they are kept, all else lies elsewhere.

    Parameters
    ----------
    generator : random.Random
        Not the global one, whose state belongs to the user's function.
    """
    blocks = [
        bytes(generator.randrange(1, SMALL_BYTES)) for _ in range(generator.randrange(MOST_BLOCKS))
    ]
    large = [
        bytes(generator.choice(LARGE_BYTES) + 16 * generator.randrange(PAGE_BYTES // 16))
        for _ in range(generator.randrange(1, 16))
    ]
    # Holes, too, are places.
    return [*blocks[::2], *large]


class SmallBlocks:
    """Decides anew for each sample where the numbers that a loop makes and drops will lie.

    A loop gets the same few blocks again and again. Where they are the last of a pool, or all of
    it, each turn takes the pool off a list and puts it back, which costs a tenth of the time of a
    plain loop; where they share a line of the cache, a twentieth. A process keeps such luck for as
    long as it lives. Here every size gets a pool with room, in which blocks are free at random.

    Parameters
    ----------
    generator : random.Random
    """

    def __init__(self, generator: random.Random) -> None:
        self._generator = generator
        self._filled: list[object] = []
        self._held: list[object] = []

    def shuffle(self) -> None:
        """Lay them out anew."""
        self._held.clear()
        for size in SIZES:
            self._spread(size)
        # CPython keeps some floats that were dropped, and hands them out again, the last first.
        floats = [float(number) for number in range(FLOATS)]
        self._generator.shuffle(floats)

    def _spread(self, size: int) -> None:
        """Hold half of some neighbours, and let the others go in random order."""
        for _ in range(MOST_TRIES):
            blocks = [_block(size, number) for number in range(SPREAD)]
            pool = id(blocks[-1]) >> POOL_BITS
            strays = [block for block in blocks if id(block) >> POOL_BITS != pool]
            if not strays or len(self._filled) > MOST_FILLED:
                break
            # Pools with a hole or two, which are filled for good.
            self._filled += strays
        self._generator.shuffle(blocks)
        self._held += blocks[: SPREAD // 2]


def _block(size: int, number: int) -> object:
    """An object that takes so many bytes, and is not one that CPython shares."""
    if size == 16:
        return object()
    if size == 32:
        return 1000 + number
    return bytes(size - sys.getsizeof(b""))
