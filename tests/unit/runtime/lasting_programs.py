"""Functions that change what outlives a call, and that they reach on a way around."""

import contextlib
import functools
import heapq
import os
import sys

import numpy as np

SEEN = []
BROUGHT = ValueError(SEEN)
NUMBERS = np.ones(3)


def everybodys():
    return SEEN


def everybodys_for(item):
    return SEEN


class Box:
    def get(self):
        return SEEN

    @property
    def part(self):
        return SEEN

    def __getitem__(self, number):
        return self.get()


def changes_what_a_method_gives(box):
    found = box.get()
    found.append(1)
    return 1


def changes_what_a_property_gives(box):
    found = box.part
    found.append(1)
    return 1


def changes_what_an_operator_gives(box):
    found = box[0]
    found.append(1)
    return 1


def changes_what_a_callback_gives(items, function):
    for found in map(function, items):
        found.append(1)
    return 1


def maps(items, function):
    return list(map(function, items))


def has_a_parameter_within_by_the_same_name(items):
    return sorted([SEEN], key=lambda items: items.append(1))


class Filled:
    def __init__(self):
        self.items = everybodys()


class FilledByAMethod:
    def __init__(self):
        self._fill()

    def _fill(self):
        self.items = SEEN


class Holder:
    def __init__(self):
        self.inner = FilledByAMethod()


def changes_what_a_constructor_asked_for(n):
    made = Filled()
    made.items.append(n)
    return n


def changes_what_a_method_of_a_constructor_put_there(n):
    made = FilledByAMethod()
    made.items.append(n)
    return n


def changes_what_another_class_put_there(n):
    made = Holder()
    made.inner.items.append(n)
    return n


def changes_what_it_imports(n):
    from unit.runtime.lasting_programs import SEEN as found

    mine = found
    mine.append(n)
    return n


def changes_what_it_imports_by_the_name_of_its_own(n):
    mine = []
    mine.append(n)
    from unit.runtime.lasting_programs import SEEN as mine

    mine.append(n)
    return n


def changes_what_it_imports_by_the_name_of_an_argument(mine):
    found = mine
    found.append(0)
    from unit.runtime.lasting_programs import SEEN as found

    found.append(1)


def changes_what_an_exception_brings_by_the_name_of_an_argument(mine):
    error = mine
    error.append(0)
    try:
        raise BROUGHT
    except ValueError as error:
        error.args[0].append(1)


def changes_what_a_module_that_it_imports_holds(n):
    import unit.runtime.lasting_programs as module

    mine = module.SEEN
    mine.append(n)
    return n


def imports_what_is_not_there_yet(n):
    import antigravity

    return n, antigravity


def changes_the_environment_by_another_name(n):
    names = os.environ
    names["EPOCHLY_OF_A_TEST"] = str(n)
    return n


def changes_what_a_library_keeps(n):
    found = sys.modules["unit.runtime.lasting_programs"].SEEN
    found.append(n)
    return n


def changes_what_it_matches(n):
    match [SEEN]:
        case [found]:
            mine = found
            mine.append(n)
    return n


def changes_what_an_exception_brings(n):
    try:
        raise ValueError(SEEN)
    except ValueError as error:
        brought = error.args
        brought[0].append(n)
    return n


def changes_what_it_had_pushed(n):
    heap = []
    heapq.heappush(heap, SEEN)
    first = heap[0]
    first.append(n)
    return n


def changes_what_it_had_put_in_by_the_class(n):
    found = []
    list.append(found, SEEN)
    first = found[0]
    first.append(n)
    return n


def _adds_to_everybodys(n):
    found = everybodys()
    found += [n]
    return n


def has_a_helper_add(n):
    return _adds_to_everybodys(n)


def _forgets_what_it_was_given(found, n):
    mine = found
    mine = everybodys()
    mine.append(n)


def gives_its_own_to_what_forgets_it(n):
    own = [1]
    _forgets_what_it_was_given(own, n)
    return n


@functools.lru_cache
def kept(n):
    return [n]


def changes_what_a_cache_keeps(n):
    found = kept(n)
    found.append(1)
    return len(found)


def changes_what_a_comprehension_names_as_itself(n):
    return [SEEN.append(n) for SEEN in [SEEN]]


def changes_what_a_helper_names_as_itself(n):
    def named():
        SEEN = str(n)
        return SEEN + SEEN

    SEEN.append(n)
    return named()


def calls_what_a_lambda_names_as_itself(n):
    same = lambda see: see  # noqa: E731
    see(n)
    return same(n)


def see(n):
    SEEN.append(n)


def changes_what_a_class_within_holds_by_the_name_of_its_own(n):
    mine = []
    mine.append(n)

    class mine:
        held = SEEN

    mine.held.append(n)


def changes_what_it_put_in_by_a_second_name(n):
    mine = other = []
    other.append(SEEN)
    mine[0] += [n]


def changes_what_it_added_by_a_second_name(n):
    mine = []
    other = mine
    other += [SEEN]
    mine[0].append(n)


def changes_what_it_put_in_with_an_annotation(n):
    mine = {}
    mine["seen"]: list = SEEN
    mine["seen"] += [n]


def adds_numbers_from_outside_to_its_own(n):
    mine = np.zeros(3)
    other = mine
    other += NUMBERS
    mine[0] += n
    return mine


def changes_what_a_block_put_in(n):
    mine = [0]
    with contextlib.nullcontext(SEEN) as mine[0]:
        mine[0] += [n]
