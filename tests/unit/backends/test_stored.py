"""Arrays into which NumPy stores in ways that are easy to overlook."""

# mypy: disable-error-code="no-untyped-def"
import numpy as np
import pytest
from unit.backends.test_hazards import backwards, check, spread

from epochly.model import Refused

VALUES = (2.0, 0.0, 3.0, 5.0, 1.0, 4.0)


def _storing(store, held):
    """Items that store into what is held, and tell what they find there."""

    def work(value):
        store(value)
        return np.ma.getdata(held).tolist()

    def function(values):
        return [work(value) for value in values], held

    return function, (VALUES,)


def unpacked_keywords():
    held = np.zeros(2)
    options = {"out": held, "axis": 0}

    def store(value):
        np.sum(np.ones((2, 2)) * value, **options)

    return _storing(store, held)


def unpacked_positions():
    held = np.zeros(2)
    options = (0, None, held)

    def store(value):
        np.sum(np.ones((2, 2)) * value, *options)

    return _storing(store, held)


def the_second_of_two_outputs():
    held = np.zeros(2)

    def store(value):
        np.modf([value + 0.5, 1.0], None, held)

    return _storing(store, held)


def an_output_in_a_tuple_with_a_name():
    held = np.zeros(2)

    def store(value):
        pair = (held,)
        np.add(value, 1.0, out=pair)

    return _storing(store, held)


def an_output_that_can_only_be_named():
    held = np.zeros(())

    def store(value):
        np.einsum("i->", [value], out=held)

    return _storing(store, held)


def an_output_of_a_method():
    held = np.zeros(2)

    def store(value):
        (np.ones((2, 2)) * value).sum(axis=0, out=held)

    return _storing(store, held)


def an_input_that_is_overwritten():
    held = np.array([3.0, 1.0, 2.0])

    def store(value):
        np.median(held, None, None, True)

    return _storing(store, held)


def a_named_input_that_is_overwritten():
    held = np.array([3.0, 1.0, 2.0])

    def store(value):
        np.median(a=held, overwrite_input=True)

    return _storing(store, held)


def a_named_input_that_is_not_copied():
    held = np.array([3.0, np.nan, 2.0])
    copies = False

    def store(value):
        np.nan_to_num(x=held, copy=copies)

    return _storing(store, held)


def a_masked_array_that_is_not_copied():
    held = np.array([3.0, np.nan, 2.0])

    def store(value):
        np.ma.fix_invalid(held, copy=False)

    return _storing(store, held)


def an_element_of_a_masked_array():
    held = np.ma.array([1.0, 2.0])

    def store(value):
        np.ma.put(held, [0], [value])

    return _storing(store, held)


def methods_called_through_their_class():
    held = np.array([3.0, 1.0, 2.0])

    def store(value):
        np.ndarray.sort(held)
        np.ufunc.at(np.add, held, 0, value)

    return _storing(store, held)


STORING = [
    unpacked_keywords,
    unpacked_positions,
    the_second_of_two_outputs,
    an_output_in_a_tuple_with_a_name,
    an_output_that_can_only_be_named,
    an_output_of_a_method,
    an_input_that_is_overwritten,
    a_named_input_that_is_overwritten,
    a_named_input_that_is_not_copied,
    a_masked_array_that_is_not_copied,
    an_element_of_a_masked_array,
    methods_called_through_their_class,
]


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("program", STORING)
def test_an_array_that_all_items_store_into_keeps_them_one_after_another(program, prepare):
    check(program, prepare)


def test_an_output_that_the_item_made_lets_items_run_side_by_side():
    def program():
        def work(value):
            made = np.zeros(2)
            np.add(value, made, out=made)
            return np.hypot(made, made, made).tolist()

        def function(values):
            return [work(value) for value in values]

        return function, (VALUES,)

    ready = check(program, backwards)
    assert not isinstance(ready, Refused), ready
    assert ready.realized.parts
