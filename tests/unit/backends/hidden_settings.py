"""A module of the user's whose parts do more than they seem to."""

import queue
import threading
from collections import defaultdict


class Meter:
    """Counts every look."""

    def __init__(self):
        self.looks = 0

    def get(self, value):
        self.looks += 1
        return self.looks, value

    def __add__(self, value):
        return self.get(value)

    @property
    def size(self):
        return self.get(0)


def reset():
    global METER, ROWS, TABLE, QUEUE, LOCAL, NUMBERS, tickets
    METER, ROWS, TABLE, QUEUE = Meter(), [], defaultdict(list), queue.Queue()
    LOCAL, NUMBERS, tickets = threading.local(), iter(range(99)), 0
    LOCAL.value = 3
    for number in range(20):
        QUEUE.put(number)


def __getattr__(name):
    global tickets
    if name != "ticket":
        raise AttributeError(name)
    tickets += 1
    return tickets


reset()
