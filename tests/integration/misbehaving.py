"""User code that does what a guest should not."""

import builtins
import ctypes
import functools
import os
import random
import resource
import subprocess
import sys
import threading
import time

import numpy as np


def segfault():
    ctypes.string_at(0)


def leave():
    os._exit(3)


def exit_politely():
    raise SystemExit(5)


def hang():
    time.sleep(60)


def eat():
    held = []
    while True:
        held.append(bytearray(10_000_000))


def print_much():
    for _ in range(20):
        print("x" * 1_000_000)
        print("y" * 100_000, file=sys.stderr)
    return 1


def close_descriptors():
    os.close(0)
    os.close(1)
    os.close(2)
    return 7


def allow_no_file():
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return 7


def allow_no_file_for_good():
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return 7


def replace_len():
    builtins.len = lambda items: 1 / 0
    return 7


def replace_isinstance():
    builtins.isinstance = None
    return 7


def remove_open():
    del builtins.open
    return 7


def replace_print():
    builtins.print = lambda *args: None
    return 7


def replace_len_meanwhile():
    kept = builtins.len
    builtins.len = lambda items: 1 / 0
    builtins.len = kept
    return 7


def generators_within(n):
    return {"all": [0, (i for i in range(n))]}


@functools.lru_cache
def cached(n):
    return sum(i * i for i in range(n))


def leave_a_child():
    subprocess.Popen(["sleep", "300"])
    return 1


def leave_a_thread():
    threading.Thread(target=time.sleep, args=(100,)).start()
    return 1


def locks(n):
    return [threading.Lock() for _ in range(n)]


def generator(n):
    return (i for i in range(n))


def outgrow(values):
    values.append(1)
    if len(values) > 1:
        raise LookupError("used before")


def raise_always(n):
    raise LookupError("no", n)


def disagree():
    return [time.time_ns(), os.urandom(2)]


def hash_order():
    return list({"a", "b", "c", "dd", "e"})


CALLS = 0


def count_calls():
    global CALLS
    CALLS += 1
    return CALLS


def write_a_file():
    with open("written.txt", "a") as stream:
        stream.write("x")
    return 1


def doubled(n):
    return [item * 2 for item in range(n)]


def change_surroundings(n):
    random.seed(1)
    np.random.seed(2)
    np.seterr(all="ignore")
    return [item * 2 for item in range(n)]


def slow_items(n):
    return [time.sleep(0.02) for _ in range(n)]
