"""Functions whose time divides as they say, whatever else the machine does meanwhile.

They measure out their work in CPU time of their own thread.
"""

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np

STEP_S = 0.004
BLOCK = bytes(1 << 20)
ANGLES = np.linspace(0.0, 1.0, 300_000)
SINES = np.empty_like(ANGLES)
PAGE = bytearray(8 << 20)
QUARTER = bytes(PAGE[: len(PAGE) // 4])
FILE = Path(__file__).with_name("data.bin")
FILE.write_bytes(PAGE)


def spin(cpu_s):
    end = time.thread_time() + cpu_s
    while time.thread_time() < end:
        for _ in range(100):
            pass


def compress(cpu_s):
    end = time.thread_time() + cpu_s
    while time.thread_time() < end:
        zlib.crc32(QUARTER)


def sleeping():
    time.sleep(STEP_S)


def spinning():
    spin(STEP_S)


def calculating():
    np.sin(ANGLES, out=SINES)


def packing():
    return zlib.compress(BLOCK)


def reading():
    descriptor = os.open(FILE, os.O_RDONLY)
    os.readv(descriptor, [PAGE])
    os.close(descriptor)


def mixed():
    spin(STEP_S)
    time.sleep(STEP_S)
    compress(STEP_S)


def halves(seconds=0.6):
    spin(seconds / 2)
    time.sleep(seconds / 2)


def tiny(n=500):
    total = 0
    for number in range(n):
        total += number
    return total


def once():
    with open(Path(__file__).with_name("written.txt"), "a") as file:
        file.write("x" * 5000)
    spin(0.2)


def parent():
    child = "import time\ndef in_the_child():\n    end = time.time() + 2.5\n"
    child += "    while time.time() < end: pass\nin_the_child()"
    subprocess.run([sys.executable, "-c", child], check=True)


CALLS = 0


def third_time_unlucky():
    global CALLS
    CALLS += 1
    if CALLS > 2:
        raise KeyError(CALLS)


def failing():
    raise ValueError("not today")
