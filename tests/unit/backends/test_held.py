"""What bodies and items hold."""

import gc
import weakref

import numpy as np
from epochly_backends.held import reach


def test_what_is_in_a_tuple_is_reached_after_a_collection_has_untracked_it():
    array = np.zeros(3)
    values = [(array, array[1:]), ((array,), 1)]
    gc.collect()
    assert id(array) in reach(values)
    assert len(reach(values)) == 2


class Node:
    pass


def test_a_proxy_is_one_thing_whether_or_not_what_it_stands_for_lives():
    root = Node()
    proxy = weakref.proxy(root)
    alive = reach([[proxy]]).keys()
    del root
    assert reach([[proxy]]).keys() & {id(proxy)} == alive & {id(proxy)} == {id(proxy)}
