"""Variables by which items reach each other in statements that bind or read names oddly."""

# mypy: disable-error-code="no-untyped-def"
import pytest
from unit.backends.test_hazards import backwards, check, spread

from epochly.model import Refused

VALUES = (2, 0, 3, 5, 1, 4, 7, 0, 6)
place = 0


def a_target_that_an_empty_loop_leaves():
    def function(values):
        found, number = [], 9
        for value in values:
            for number in range(value):  # noqa: B007
                pass
            else:
                found.append(number)
        return found

    return function, (VALUES,)


def a_guard_that_reads_what_an_earlier_item_left():
    def function(values):
        found, largest = [], 0
        for value in values:
            match value:
                case other if other > largest:
                    found.append(1)
                case _:
                    found.append(0)
            largest = value
        return found

    return function, (VALUES,)


def a_pattern_that_reads_what_an_earlier_item_left():
    class Two:
        wanted = 2

    class Three:
        wanted = 3

    def function(values):
        found, kind = [], Two
        for value in values:
            match value:
                case kind.wanted:
                    found.append(1)
                case _:
                    found.append(0)
            kind = Three if value % 2 else Two
        return found

    return function, (VALUES,)


def an_exception_that_an_earlier_item_chose():
    def function(values):
        found, kind = [], ZeroDivisionError
        for value in values:
            try:
                part = 10 // value
            except kind:
                part = -1
            found.append(part)
            kind = (ZeroDivisionError, ValueError)
        return found

    return function, (VALUES,)


def a_variable_that_is_only_declared():
    def function(values):
        found, last = [], 0
        for value in values:
            last: int
            found.append(last + value)
            last = value
        return found

    return function, (VALUES,)


def an_index_of_the_target_of_a_later_loop():
    def function(values):
        found, held, at = [], [0] * 10, 1
        for value in values:
            at = value
            found.append(at)
        for held[at] in range(3):
            pass
        return found, held

    return function, (VALUES,)


def _of(work):
    def function(values):
        return [work(value) for value in values]

    return function, (VALUES,)


def a_walrus():
    total = 0

    def work(value):
        nonlocal total
        return total if (total := total + value) > 3 else -total

    return _of(work)


def a_walrus_in_a_comprehension():
    last = 0

    def work(value):
        nonlocal last
        before = last
        any((last := part) > 9 for part in [value])
        return before

    return _of(work)


class Given:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return self.value

    def __exit__(self, *error):
        return None


def a_with_that_binds_a_variable():
    total = 0

    def work(value):
        nonlocal total
        before = total
        with Given(total + value) as total:
            return before

    return _of(work)


def a_with_that_binds_an_element():
    totals = [0]

    def work(value):
        before = totals[0]
        with Given(before + value) as totals[0]:
            return before

    return _of(work)


def a_pattern_that_binds():
    last = 0

    def work(value):
        nonlocal last
        before = last
        match value:
            case last:
                return before

    return _of(work)


def a_function_and_a_class_that_bind():
    made = other = None

    def work(value):
        nonlocal made, other
        before = made is None, other is None

        def made(): ...

        class other: ...

        return before

    return _of(work)


def an_import_that_binds():
    global place
    place = 0

    def work(value):
        global place
        before = place == 0
        import math as place

        return before

    return _of(work)


def a_function_within_a_helper():
    total = 0

    def work(value):
        def add():
            nonlocal total
            total += value

        add()
        return total

    return _of(work)


CARRIED = [
    a_target_that_an_empty_loop_leaves,
    a_guard_that_reads_what_an_earlier_item_left,
    a_pattern_that_reads_what_an_earlier_item_left,
    an_exception_that_an_earlier_item_chose,
    a_variable_that_is_only_declared,
    an_index_of_the_target_of_a_later_loop,
    a_walrus,
    a_walrus_in_a_comprehension,
    a_with_that_binds_a_variable,
    a_with_that_binds_an_element,
    a_pattern_that_binds,
    a_function_and_a_class_that_bind,
    an_import_that_binds,
    a_function_within_a_helper,
]


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
@pytest.mark.parametrize("program", CARRIED)
def test_what_an_earlier_item_left_in_a_variable_is_seen_by_the_next(program, trusted, prepare):
    check(program, prepare, trusted=trusted)


def a_variable_of_the_helper_itself():
    def work(value):
        total = 0

        def add():
            nonlocal total
            total += value

        add()
        return total

    return _of(work)


def test_a_variable_of_the_helper_itself_is_none_that_items_share():
    ready = check(a_variable_of_the_helper_itself, backwards, trusted=True)
    assert not isinstance(ready, Refused), ready
