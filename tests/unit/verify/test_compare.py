"""Outcomes are equal in all that a program can see, or the first difference is named."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import pathlib
import random
import threading
import types

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.code.function import function_of
from epochly.model import Arguments
from epochly.verify.compare import compare
from epochly.verify.outcome import Watch
from epochly.workload import Tolerance


def outcome(value, args=()):
    return Watch(function_of(len), Arguments(args)).returned(value, "")


def verdict(one, two, **tolerance):
    return compare(outcome(one), outcome(two), Tolerance(**tolerance))


@dataclasses.dataclass
class Point:
    x: float
    y: list


class Plain:
    def __init__(self, value):
        self.value = value

    def method(self):
        return self.value


class Extended(Point):
    def __init__(self, x, extra):
        super().__init__(x, [])
        self.extra = extra


class Hidden:
    __slots__ = ("__x",)

    def __init__(self, x):
        self.__x = x


class Named(str):
    def __new__(cls, text, note):
        made = super().__new__(cls, text)
        made.note = note
        return made


class NoRepr:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        return isinstance(other, NoRepr)

    def __repr__(self):
        raise ValueError("no repr")


class NoEq:
    def __eq__(self, other):
        raise ValueError("no eq")

    __hash__ = None


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Metres(np.ndarray):
    @classmethod
    def of(cls, values, unit):
        made = np.array(values).view(cls)
        made.unit = unit
        return made


class Survey(pd.DataFrame):
    _metadata = ["month"]

    def taken(self, month):
        self.month = month
        return self


def adder(n):
    return lambda x: x + n


def local_class():
    class Local(enum.Enum):
        A = 1

    return Local


Pair = collections.namedtuple("Pair", "a b")
RECORD = np.dtype([("a", "i4"), ("b", "f8")])
NAN = float("nan")
SHARED = [1]
UTC, CET = datetime.UTC, datetime.timezone(datetime.timedelta(hours=1))
DAYS = pd.date_range("2020", periods=2)
AB, BA = pd.CategoricalDtype(["a", "b"]), pd.CategoricalDtype(["b", "a"])

SAME = [
    1,
    2**100,
    NAN,
    -0.0,
    float("inf"),
    complex(1, NAN),
    "text",
    b"bytes",
    None,
    [1, [2, {"x": (3.0,)}]],
    {1, 2, 3},
    frozenset({"a"}),
    {"b": 1, "a": 2},
    Pair(1, 2),
    Point(1.0, [2]),
    decimal.Decimal("1.10"),
    range(3),
    np.array([1.0, NAN, -0.0]),
    np.array(["a", "b"]),
    np.array([(1, 2.0)], dtype=RECORD),
    np.array([1, "x", None], dtype=object),
    np.array("2026-01-01", dtype="M8[D]"),
    np.float64(1.5),
    pd.DataFrame({"a": [1, 2], "b": [1.0, NAN]}),
    pd.Series([1, 2], name="s", index=["x", "y"]),
    pd.DataFrame({("a", "x"): [1, 2], ("a", "y"): [1.0, NAN]}),
    pd.MultiIndex.from_tuples([("a", 1.0), ("b", NAN)], names=["letter", None]),
]


@pytest.mark.parametrize("value", SAME, ids=lambda value: f"{type(value).__name__}")
def test_a_copy_is_identical(value):
    import copy

    assert verdict(value, copy.deepcopy(value)).verdict == "identical"


DIFFERENT = [
    (1, True, "result"),
    (1, 1.0, "result"),
    (1.0, np.float64(1.0), "result"),
    (np.float64(1.0), np.float32(1.0), "result"),
    (0.0, -0.0, "result"),
    (NAN, 1.0, "result"),
    (float("inf"), float("-inf"), "result"),
    (2**100, 2**100 + 1, "result"),
    ([1, 2], (1, 2), "result"),
    ([1, 2, 3], [1, 2], "result"),
    ([1, 2, 3], [1, 2, 4], "result[2]"),
    ([0, 0, 0, {"x": [0] * 17 + [1]}], [0, 0, 0, {"x": [0] * 17 + [2]}], "result[3]['x'][17]"),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "result"),
    ({"a": 1}, collections.OrderedDict(a=1), "result"),
    ({1, 2}, {1, 3}, "result"),
    (Pair(1, 2), Pair(1, 3), "result"),
    (Point(1.0, [2]), Point(1.0, [3]), "result.y[0]"),
    (Plain(1), Plain(2), "result"),
    (decimal.Decimal("1.1"), decimal.Decimal("1.10"), "result"),
    (np.zeros(3), np.zeros(4), "result"),
    (np.zeros(3), np.zeros((3, 1)), "result"),
    (np.zeros(3), np.zeros(3, dtype="f4"), "result"),
    (np.array([0.0, 1.0]), np.array([-0.0, 1.0]), "result[0]"),
    (np.array([1, 2]), np.array([1, 3]), "result[1]"),
    (np.array([1, "x"], dtype=object), np.array([1, "y"], dtype=object), "result[1]"),
    (np.array([(1, 2.0)], dtype=RECORD), np.array([(1, 3.0)], dtype=RECORD), "result"),
    (np.array(1.0), np.float64(1.0), "result"),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]}), "result"),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2]}), "result"),
    (pd.Series([1, 2]), pd.Series([1, 2], index=[1, 2]), "result"),
    (pd.Series([1, 2]), pd.Series([1, 2], name="s"), "result"),
    (pd.Series([1, 2]), pd.Series([1.0, 2.0]), "result"),
    (
        pd.DataFrame({("a", "x"): [1]}),
        pd.DataFrame({("a", "y"): [1]}),
        "result.columns.get_level_values(1)[0]",
    ),
    (pd.MultiIndex.from_product([[1], [2]]), pd.MultiIndex.from_product([[1], [2.0]]), "result"),
    ({0.0}, {-0.0}, "result{0.0}"),
    ({1}, {True}, "result"),
    ({1.0}, {1}, "result"),
    ({(1,): 2}, {(True,): 2}, "result, key (1,)"),
    ({0.0: 1}, {-0.0: 1}, "result, key 0.0"),
    ([SHARED, SHARED], [[1], [1]], "result[1]"),
    (Extended(1, 2), Extended(1, 3), "result.extra"),
    (Hidden(1), Hidden(2), "result._Hidden__x"),
    (Named("a", 1), Named("a", 2), "result.note"),
    (adder(1), adder(2), "result.__closure__[0][0]"),
    (Plain(1).method, Plain(2).method, "result.__self__.value"),
    (functools.partial(max, 1), functools.partial(max, 2), "result.__reduce__()"),
    (ValueError(1), ValueError(2), "result.args[0]"),
    (
        datetime.datetime(2020, 1, 1, 1, tzinfo=UTC),
        datetime.datetime(2020, 1, 1, 2, tzinfo=CET),
        "result",
    ),
    (array.array("i", [1]), array.array("l", [1]), "result: typecode 'l' instead of 'i'"),
    (array.array("d", [1.0, 2.0]), array.array("d", [1.0, 3.0]), "result[1]: 3.0 instead of 2.0"),
    (range(3), range(4), "result: range(0, 4) instead of range(0, 3)"),
    (pathlib.Path("a"), pathlib.Path("b"), "result: PosixPath('b') instead of PosixPath('a')"),
    (Color.RED, Color.BLUE, "result.name: 'BLUE' instead of 'RED'"),
    ("a" * 99 + "b", "a" * 99 + "c", "result: from 99 on 'c' instead of 'b'"),
    ("a" * 2000, "a" * 2001, "result: from 2000 on 'a' instead of ''"),
    (Metres.of([1.0], "m"), Metres.of([1.0], "km"), "result.unit: 'km' instead of 'm'"),
    (Survey({"a": [1]}).taken("May"), Survey({"a": [1]}).taken("June"), "result.month: 'June'"),
    (pd.Timestamp("2020").as_unit("s"), pd.Timestamp("2020").as_unit("ns"), "result.unit"),
    (DAYS, pd.DatetimeIndex(list(DAYS)), "result.freq"),
    (pd.Period("2020", "M"), pd.Period("2021", "M"), "result: Period('2021-01', 'M')"),
    (pd.Categorical(["a", "b"]), pd.Categorical(["a", "a"], ["a", "b"]), "result[1]: 'a'"),
    (pd.array([None, 1, 2**62]), pd.array([None, 1, 2**62 + 1]), "result[2]"),
    (pd.array([None, True]), pd.array([None, False]), "result[1]"),
    (
        pd.DataFrame({"a": pd.array([None, 1, 2])}),
        pd.DataFrame({"a": pd.array([None, 1, 3])}),
        "result['a'][2]: np.int64(3) instead of np.int64(2)",
    ),
    (
        pd.Series([1]),
        pd.Series([1]).set_flags(allows_duplicate_labels=False),
        "result.flags.allows_duplicate_labels",
    ),
    (collections.deque([1], 2), collections.deque([1], 3), "result.maxlen"),
    (10**5000, 10**5000 + 1, "result: 0x"),
    ({10**5000: 1}, {10**5000: 2}, "result[0x"),
    ({NoRepr(): 1}, {NoRepr(): 2}, "result[<"),
    (
        np.ma.array([1, 2], mask=[0, 1], fill_value=5),
        np.ma.array([1, 2], mask=[0, 1], fill_value=6),
        "result.fill_value",
    ),
    (pd.Series(["a"], dtype=AB), pd.Series(["a"], dtype=BA), "result.categories"),
    (pd.Series([None, 1], dtype=object), pd.Series([NAN, 1], dtype=object), "result[0]"),
    (
        pd.MultiIndex.from_tuples([(1, 2)]),
        pd.MultiIndex.from_tuples([(1, 3)]),
        "result.get_level_values(1)",
    ),
    (
        [np.zeros(1, RECORD) for _ in range(50)],
        [*(np.zeros(1, RECORD) for _ in range(49)), np.ones(1, RECORD)],
        "result[49]",
    ),
]


@pytest.mark.parametrize(("one", "two", "where"), DIFFERENT, ids=range(len(DIFFERENT)))
def test_a_difference_is_named_by_its_path(one, two, where):
    found = verdict(one, two)
    assert found.verdict == "different", found
    assert found.where.startswith(where), found.where
    assert verdict(two, one).verdict == "different"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({(NAN, 1)}, {(float("nan"), 1)}),
        ({(NAN, 1): 1}, {(float("nan"), 1): 1}),
        ({Plain(1)}, {Plain(1)}),
        ([NoEq()], [NoEq()]),
        (local_class(), local_class()),
        (local_class().A, local_class().A),
        (adder(1), adder(1)),
        (pd.NA, pd.NA),
        (pd.MultiIndex.from_tuples([(1, NAN)]), pd.MultiIndex.from_tuples([(1, NAN)])),
        ([(1, 2)] * 3, [(1, 2), (1, 2), (1, 2)]),
        (random.Random(1), random.Random(1)),
    ],
)
def test_values_made_apart_but_alike_are_identical(one, two):
    assert verdict(one, two).verdict == "identical"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({0.1 + 0.2}, {0.3}),
        ({(0.1 + 0.2, 1)}, {(0.3, 1)}),
        ({0.1 + 0.2: 1}, {0.3: 1}),
        (array.array("d", [0.1 + 0.2]), array.array("d", [0.3])),
        (pd.array([0.1 + 0.2, None]), pd.array([0.3, None])),
    ],
)
def test_numbers_in_sets_keys_and_arrays_have_the_tolerance_too(one, two):
    assert verdict(one, two).verdict == "close"


def test_one_object_in_two_places_is_told_from_two_alike():
    assert "level 0 has the very object of result[0]" in verdict([SHARED] * 2, [[1], [1]]).where
    assert "only it has the very object" in verdict([[1], [1]], [SHARED] * 2).where


def test_a_distance_that_overflows_is_unknown_not_infinite():
    found = verdict(0.0, 1e-9, atol=1e-6)
    assert (found.verdict, found.max_ulp, found.max_rel) == ("close", None, 1.0)


def test_floating_point_within_the_tolerance_is_close_and_says_by_how_much():
    found = verdict([1.0, 2.0], [1.0, 2.0 + 4.44e-16])
    assert (found.verdict, found.max_ulp) == ("close", 1.0)
    assert found.max_rel == pytest.approx(2.2e-16, rel=0.01)
    assert verdict(1.0, 1.0 + 1e-8).verdict == "different"
    assert verdict(1.0, 1.0 + 1e-8, rtol=1e-6).verdict == "close"
    assert verdict(0.0, 1e-12, atol=1e-9).verdict == "close"


def test_exact_demands_the_same_bits():
    assert verdict(1.0, 1.0 + 2.3e-16, exact=True).verdict == "different"
    assert verdict(NAN, NAN, exact=True).verdict == "identical"


def test_single_precision_has_its_own_tolerance():
    one = np.array([1.0], dtype="f4")
    assert verdict(one, one * np.float32(1.000005)).verdict == "close"
    assert verdict(one.astype("f8"), one.astype("f8") * 1.000005).verdict == "different"


def test_lists_that_hold_themselves_are_compared_to_an_end():
    one, two = [1], [1]
    one.append(one)
    two.append(two)
    assert verdict(one, two).verdict == "identical"


def test_deep_nesting_is_no_limit():
    one, two = [], []
    for _ in range(20_000):
        one, two = [one], [two]
    comparison = compare(
        dataclasses.replace(outcome(0), value=one),
        dataclasses.replace(outcome(0), value=two),
        Tolerance(),
    )
    assert comparison.verdict == "identical"


def test_returning_an_argument_is_told_from_returning_its_copy():
    values = np.zeros(3)
    for made in (values, values[1:]):
        one = outcome(made, (values,))
        two = outcome(made.copy(), (values,))
        assert compare(one, two, Tolerance()).verdict == "different"


def test_a_changed_argument_is_a_difference():
    def after(change):
        values = [1, 2]
        watch = Watch(function_of(len), Arguments((values,)))
        change(values)
        return watch.returned(None, "")

    found = compare(after(lambda v: v.append(3)), after(lambda v: None), Tolerance())
    assert found.verdict == "different"
    assert found.where.startswith("arguments[0]")


def test_inputs_that_differ_but_are_left_alone_are_no_difference():
    assert compare(outcome(1, (["a"],)), outcome(1, (["b"],)), Tolerance()).verdict == "identical"


BORN = [0]
KEPT = []


def reads_and_keeps(keep):
    if keep:
        KEPT.append(BORN)


def kept(keep):
    watch = Watch(function_of(reads_and_keeps), Arguments((keep,)))
    reads_and_keeps(keep)
    return watch.returned(None, "")


def test_a_global_that_differs_from_process_to_process_but_is_left_alone_is_no_difference():
    here, elsewhere = kept(False), kept(False)
    elsewhere = dataclasses.replace(elsewhere, globals={"BORN": [1], "KEPT": []})
    assert compare(here, elsewhere, Tolerance()).verdict == "identical"


def test_a_global_that_only_one_call_changes_is_a_difference():
    here = kept(False)
    changing = kept(True)
    changing = dataclasses.replace(changing, globals={"BORN": [0], "KEPT": [[0]]})
    here = dataclasses.replace(here, globals={"BORN": [0], "KEPT": []})
    assert changing.changed == {("globals", "KEPT")}
    assert compare(here, changing, Tolerance()).where.startswith("global KEPT")


def test_a_draw_more_is_a_difference():
    one = outcome(1)
    random.random()
    assert "random state" in compare(one, outcome(1), Tolerance()).where
    one = outcome(1)
    np.random.random()
    assert "np.random state" in compare(one, outcome(1), Tolerance()).where


def test_exceptions_are_compared_by_type_arguments_and_attributes():
    def raised(error):
        return Watch(function_of(len), Arguments()).raised(error, "")

    class Coded(ValueError):
        def __init__(self, text, code):
            super().__init__(text)
            self.code = code

    def check(one, two):
        return compare(raised(one), raised(two), Tolerance()).verdict

    assert check(ValueError("a"), ValueError("a")) == "identical"
    assert check(ValueError("a"), ValueError("b")) == "different"
    assert check(ValueError("a"), TypeError("a")) == "different"
    assert check(Coded("a", 1), Coded("a", 2)) == "different"
    found = compare(outcome(1), raised(ValueError("a")), Tolerance())
    assert found.where.startswith("exception")


def test_printing_something_else_is_a_difference():
    one = Watch(function_of(len), Arguments()).returned(1, "digest")
    assert compare(one, outcome(1), Tolerance()).where.startswith("printed")


def test_shape_only_compares_types_shapes_and_dtypes():
    def shape(one, two):
        return compare(outcome(one), outcome(two), Tolerance(), shape_only=True).verdict

    assert shape([1, 2.0], [3, 4.0]) == "unchecked"
    assert shape(np.zeros(3), np.ones(3)) == "unchecked"
    assert shape([1], ["a"]) == "different"
    assert shape(np.zeros(3), np.zeros(4)) == "different"


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(NESTED)
def test_any_value_equals_itself_copied(value):
    import copy

    assert verdict(value, copy.deepcopy(value), exact=True).verdict == "identical"


@given(NESTED, NESTED)
def test_values_that_print_differently_are_different(one, two):
    found = verdict(one, two, exact=True).verdict
    assert (found == "identical") == (repr(one) == repr(two))


class Cached:
    """What `functools.update_wrapper` makes of an object that is called like a function."""

    def __init__(self, value):
        functools.update_wrapper(self, verdict)
        self.value = value

    def __call__(self):
        return self.value


@pytest.mark.parametrize(
    ("one", "two", "where"),
    [
        ({1: 2}.values(), {1: 3}.values(), "result[0]: 3 instead of 2"),
        ({1: 2}.keys(), {3: 2}.keys(), "result[0]: 3 instead of 1"),
        ({1: 2}.items(), {1: 3}.items(), "result[0][1]: 3 instead of 2"),
        (
            collections.OrderedDict(a=1).values(),
            collections.OrderedDict(a=2).values(),
            "result[0]: 2 instead of 1",
        ),
        (types.MappingProxyType({1: 2}), types.MappingProxyType({1: 3}), "result[1]: 3 instead"),
        (Cached(1), Cached(2), "result.value: 2 instead of 1"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_view_or_a_callable_object_holds_is_compared(one, two, where):
    assert verdict(one, one).verdict == "identical"
    found = verdict(one, two)
    assert found.verdict == "different"
    assert found.where.startswith(where)


def test_properties_are_compared_by_their_functions():
    assert verdict(property(len), property(len)).verdict == "identical"
    assert verdict(property(len), property(abs)).verdict == "different"


def test_what_shows_nothing_of_itself_is_left_unchecked():
    found = verdict([threading.Lock()], [threading.Lock()])
    assert found.verdict == "unchecked"
    assert "result[0]" in found.where
    assert verdict([object()], [object()]).verdict == "identical"
