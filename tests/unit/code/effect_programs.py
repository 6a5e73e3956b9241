"""Functions with known effects."""

import contextlib
import json
import os
import random
import sqlite3
import time
from pathlib import Path

import numpy as np
import requests

TOTAL = 0
SEEN = []


def pure(x):
    return sum(value * 2 for value in x) + len(x)


def own_list(x):
    out = []
    out.append(x)
    out[0] = 1
    return sorted(out)


def reads(path):
    with open(path) as stream:
        return json.load(stream)


def reads_mode(path):
    return open(path, mode="rb").read()


def reads_array(path):
    return np.fromfile(path)


def asks(url):
    return requests.get(url, timeout=1).json()


def draws(n):
    return [random.random() for _ in range(n)]


def draws_numpy(n):
    return np.random.normal(size=n)


def writes_file(path):
    with open(path, "w") as stream:
        stream.write("x")


def removes(path):
    os.remove(path)


def writes_path(path):
    Path(path).write_text("x")


def posts(url):
    return requests.post(url, timeout=1)


def changes_argument(values):
    values[0] = 1


def appends_argument(values):
    values.append(1)


def changes_global():
    global TOTAL
    TOTAL += 1


def appends_global(x):
    SEEN.append(x)


def unknown_mode(path, mode):
    return open(path, mode)


def unknown_callable(f):
    return f()


def through_helper(path):
    return writes_file(path)


def recursive(n):
    return n if n < 2 else recursive(n - 1) + recursive(n - 2)


def waits():
    time.sleep(0.1)


def forks():
    return os.fork()


def writes_out(x):
    return np.sin(x, out=x)


QUERY = "SELECT total FROM orders WHERE region = ?"
ENTRY = "INSERT INTO orders VALUES (?)"


def queries(path, region):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(QUERY, (region,)).fetchall()


def enters(path, region):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(ENTRY, (region,))


class Door:
    def close(self):
        print("closed")


def closes_what_prints():
    with contextlib.closing(Door()):
        return 1


def closes_the_unknown(door):
    with contextlib.closing(door):
        return 1
