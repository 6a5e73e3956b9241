"""Kinds of arguments."""

import numpy as np
import pandas as pd
import pytest

from epochly.runtime.kinds import describe_kind, kind_of


def kind(*args, **kwargs):
    return kind_of(args, kwargs)


class Sized:
    def __len__(self):
        raise AssertionError("user code was executed")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, 1.0),
        (True, 1),
        (10, 10_000),
        (np.zeros(100), np.zeros(10_000)),
        (np.zeros(100), np.zeros(100, dtype="float32")),
        (np.zeros(100), np.zeros((10, 10))),
        ([1.0], [1]),
        ([1] * 10, [1] * 1000),
        ("x", b"x"),
        (np.float64(1), 1.0),
        (pd.DataFrame({"x": range(10)}), pd.DataFrame({"x": range(1000)})),
    ],
)
def test_arguments_that_cost_otherwise_are_of_another_kind(one, two):
    assert kind(one) != kind(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1000, 1001),
        (np.zeros(1000), np.ones(1001)),
        ([1.0] * 1000, [2.0] * 1001),
        (0.5, 1e300),
        ({"a": 1}, {"b": 2}),
    ],
)
def test_arguments_that_cost_alike_are_of_one_kind(one, two):
    assert kind(one) == kind(two)
    assert hash(kind(one)) == hash(kind(two))


def test_the_order_of_keywords_does_not_matter_but_their_names_do():
    assert kind(a=1, b=2.0) == kind(b=2.0, a=1)
    assert kind(a=1) != kind(b=1)


def test_code_of_a_users_class_is_not_executed():
    assert kind(Sized()) == kind(Sized())


def test_the_words_of_a_kind_name_types_and_sizes():
    given = kind(np.zeros((1000, 1000)), [0.5] * 100, 10_000, "text", None, flag=True)
    assert describe_kind(given) == (
        "float64[2d] ~2^20, list of float ~2^7, int ~4^7, str ~2^3, NoneType, flag=bool"
    )
    assert describe_kind(()) == "no arguments"


def test_classes_that_a_program_makes_as_it_goes_are_not_kept_alive():
    import gc
    import weakref

    from epochly.runtime.kinds import MOST_READERS

    made = []
    for number in range(MOST_READERS + 50):
        cls = type(f"Made{number}", (), {})
        kind_of([cls()], {})
        made.append(weakref.ref(cls))
    del cls
    gc.collect()
    assert all(one() is None for one in made[-50:])
