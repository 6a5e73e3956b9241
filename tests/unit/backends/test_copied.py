"""Results and items of which a copy in another process would not be the same."""

# mypy: disable-error-code="no-untyped-def"
import copyreg

import pytest
from unit.backends.test_hazards import check, spread

VALUES = (2, 0, 3, 5, 1, 4, 7, 0, 6)


def _made_and_given(make, look):
    """Items that make an object, and others that are given one."""

    def function(values, objects):
        made = [make(value) for value in values]
        return [look(one) for one in made], [look(one) for one in objects]

    return function, (VALUES, [make(value) for value in VALUES])


def a_number_made_from_another():
    class Twice(int):
        def __new__(cls, value):
            return super().__new__(cls, value * 2)

    return _made_and_given(lambda value: Twice(value), int)


def a_text_made_from_another():
    class Loud(str):
        def __new__(cls, text):
            return super().__new__(cls, text + "!")

    return _made_and_given(lambda value: Loud("a" * value), str)


def a_set_that_is_made_by_a_call():
    class Shifted(set):
        def __init__(self, values):
            super().__init__(value + 100 for value in values)

    return _made_and_given(lambda value: Shifted([value]), sorted)


def an_exception_with_a_message_of_its_own():
    class BadError(Exception):
        def __init__(self, value):
            super().__init__(f"bad {value}")

    return _made_and_given(lambda value: BadError(value), str)


def a_list_that_is_extended_otherwise():
    class Shifted(list):
        def extend(self, values):
            super().extend(value + 100 for value in values)

    return _made_and_given(lambda value: Shifted([value]), list)


def a_list_that_is_read_otherwise():
    class Short(list):
        def __iter__(self):
            return iter([1])

    return _made_and_given(lambda value: Short([value, value]), len)


def a_table_that_is_read_otherwise():
    class Table(dict):
        def items(self):
            return [("other", 1)]

    def function(values):
        made = [Table(key=value) for value in values]
        return [sorted(one) for one in made]

    return function, (VALUES,)


def a_table_that_is_filled_otherwise():
    class Table(dict):
        def __setitem__(self, key, value):
            super().__setitem__(key, value + 100)

    return _made_and_given(lambda value: Table(key=value), dict)


def slots_that_are_filled_otherwise():
    class Slotted:
        __slots__ = ("value",)

        def __init__(self, value):
            object.__setattr__(self, "value", value)

        def __setattr__(self, name, value):
            object.__setattr__(self, name, value + 100)

    return _made_and_given(lambda value: Slotted(value), lambda one: one.value)


def a_class_known_to_copyreg():
    class Plain:
        def __init__(self, value):
            self.value = value

    copyreg.pickle(Plain, lambda one: (Plain, (one.value + 100,)))
    return _made_and_given(lambda value: Plain(value), lambda one: one.value)


def a_name_that_was_not_found():
    def make(value):
        return AttributeError("none", name="part", obj=value), NameError("none", name="other")

    def look(pair):
        return pair[0].name, pair[0].obj, pair[1].name

    return _made_and_given(make, look)


def texts_sorted_by_a_key():
    held = {"aa", "bb", "cc", "d"}

    def by_length(value):
        return sorted(set("abcdef"), key=lambda text: value)

    def function(values):
        return [sorted(held, key=len)[v % 4] for v in values], [by_length(v) for v in values]

    return function, (VALUES,)


COPIED = [
    a_number_made_from_another,
    a_text_made_from_another,
    a_set_that_is_made_by_a_call,
    an_exception_with_a_message_of_its_own,
    a_list_that_is_extended_otherwise,
    a_list_that_is_read_otherwise,
    a_table_that_is_read_otherwise,
    a_table_that_is_filled_otherwise,
    slots_that_are_filled_otherwise,
    a_class_known_to_copyreg,
    a_name_that_was_not_found,
    texts_sorted_by_a_key,
]


@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
@pytest.mark.parametrize("program", COPIED)
def test_what_a_copy_would_not_be_is_made_and_looked_at_here(program, trusted):
    check(program, spread, trusted=trusted)


def test_an_exception_raised_elsewhere_has_the_cause_and_the_context_it_had():
    def fail(value):
        if value == 5:
            raise ValueError(value) from KeyError(value)
        return value

    def program():
        def function(values):
            try:
                return [fail(value) for value in values]
            except ValueError as error:
                return repr(error.__cause__), repr(error.__context__)

        return function, (VALUES,)

    check(program, spread, trusted=True)
