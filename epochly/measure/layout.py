"""Memory laid out by chance, so that no version of a program is lucky in every process.

Two versions of a program, or one in two folders, differ in where the allocator puts things, and
that alone changes times by some per cent (Mytkowicz and others, *Producing Wrong Data Without Doing
Anything Obviously Wrong*, 2009). What is random from sample to sample becomes a matter of
statistics (Curtsinger and Berger, *Stabilizer*, 2013).
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import random
import sys
from collections.abc import Iterator

# Beyond this, CPython asks the C library for memory instead of its own arenas.
SMALL_BYTES = 512
# Alignment within a page decides whether arrays collide in the caches.
PAGE_BYTES = 4096
MOST_BLOCKS = 400
CHANCE = "EPOCHLY_CHANCE"
# Of personality(2).
ASK, NOT_RANDOM = 0xFFFFFFFF, 0x0040000
# Holes of all these sizes are left by what was imported before.
LARGE_BYTES = (SMALL_BYTES, 8 << 10, 32 << 10)

# Blocks of one size lie in pools of 16 KiB, and numbers and small tuples in the smallest of them.
POOL_BITS = 14
# Those of numbers last, since laying out the others makes some.
SIZES = (16, *range(48, 129, 16), 32)
MOST_IN_POOL = (1 << POOL_BITS) // min(SIZES)
POOLS, MOST_POOLS = 12, 24
FREE = 16
NEXT = 8
MOST_HOLES, MOST_PLUGS = 8, 10_000
FLOATS = 64
MOST_FLOATS = 400
MOST_TRIES = 24


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


def seeded(seed: int) -> str:
    """A value for the variable `CHANCE` of a new program.

    It holds the seed of all that is laid out by chance, and by its length moves the stack.
    Programs of the same seed lie as much alike as they are alike themselves.
    """
    return f"{seed}{'-' * random.Random(seed).randrange(PAGE_BYTES)}"


def generator_of(value: str) -> random.Random:
    """The generator of a program that was given such a value."""
    return random.Random(value.rstrip("-"))


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
    plain loop; where they share a line of the cache, a twentieth; where the head of their pool
    meets another line that is as busy, a twelfth. A process keeps such luck for as long as it
    lives. Here some pools of each size are kept full, and one of them, chosen at random, gets room
    in random places; from it the next blocks are taken.

    Parameters
    ----------
    generator : random.Random
    """

    def __init__(self, generator: random.Random) -> None:
        self._generator = generator
        self._pools: dict[int, dict[int, list[object]]] = {size: {} for size in SIZES}
        self._floats = [float(number) for number in range(MOST_FLOATS)]
        self._plugs: list[object] = []

    def shuffle(self) -> None:
        """Lay them out anew."""
        self._move_floats()
        if len(self._plugs) > MOST_PLUGS:
            self._plugs.clear()
        for size in SIZES:
            self._open(size)

    def _move_floats(self) -> None:
        """CPython keeps some floats that were dropped, and hands them out again, the last first."""
        self._floats += [float(number) for number in range(FLOATS)]
        self._generator.shuffle(self._floats)
        del self._floats[-FLOATS:]

    def _open(self, size: int) -> None:
        """Let the next blocks of a size come from one of the full pools."""
        pools = self._pools[size]
        for _ in range(MOST_TRIES):
            self._fill(size)
            if len(pools) < POOLS:
                continue
            pool = self._generator.choice(list(pools))
            self._thin(pools[pool])
            if len(pools) <= MOST_POOLS and self._is_next(size, pool):
                return
            # It was not full, or is too full of others' blocks, or one too many.
            del pools[pool]

    def _thin(self, blocks: list[object]) -> None:
        """Let some go, in random order."""
        for last in range(1, min(FREE, len(blocks)) + 1):
            place = int(self._generator.random() * len(blocks))
            blocks[place], blocks[-last] = blocks[-last], blocks[place]
        del blocks[-FREE:]

    def _is_next(self, size: int, pool: int) -> bool:
        """Whether the next blocks come from a pool, once a few holes that we made are filled."""
        for _ in range(MOST_HOLES):
            blocks = [_block(size) for _ in range(NEXT)]
            elsewhere = [block for block in blocks if id(block) >> POOL_BITS != pool]
            if not elsewhere:
                return True
            self._plugs += elsewhere
        return False

    def _fill(self, size: int) -> None:
        """Take all that is left of the pool from which the next block would come."""
        first = _block(size)
        pool = id(first) >> POOL_BITS
        blocks = self._pools[size].setdefault(pool, [])
        blocks.append(first)
        for _ in itertools.repeat(None, MOST_IN_POOL):
            block = _block(size)
            if id(block) >> POOL_BITS != pool:
                return
            blocks.append(block)


def _block(size: int) -> object:
    """A new object that takes so many bytes, made without others of that size on the way."""
    if size == 16:
        return object()
    if size == 32:
        return complex(1.0)
    return bytes(size - sys.getsizeof(b""))
