"""Memory laid out by chance, so that no version of a program is lucky in every process."""

from __future__ import annotations

import random

# Beyond this, CPython asks the C library for memory instead of its own arenas.
SMALL_BYTES = 512
# Alignment within a page decides whether arrays collide in the caches.
PAGE_BYTES = 4096
MOST_BLOCKS = 400
# Holes of all these sizes are left by what was imported before.
LARGE_BYTES = (SMALL_BYTES, 8 << 10, 32 << 10)


def shuffled_memory(generator: random.Random) -> list[bytes]:
    """Blocks of random number and size; for as long as they are kept, all else lies elsewhere.

    Two versions of a program, or one in two folders, differ in where the allocator puts things,
    and that alone changes times by some per cent (Mytkowicz and others, *Producing Wrong Data
    Without Doing Anything Obviously Wrong*, 2009). What is random from process to process becomes
    a matter of statistics (Curtsinger and Berger, *Stabilizer*, 2013).

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
