"""The rewriting of level 4, differential against plain NumPy, over a stand-in for CuPy."""

import copy
import random
import warnings

import numpy as np
import pytest
from epochly_backends.cupy_gpu import OnDevice, prepare_on
from unit.backends.cupy_gpu import programs
from unit.backends.cupy_gpu.stand_in import stand_in
from unit.backends.numba_jit.differential import same

from epochly.code.function import function_of
from epochly.errors import Deoptimize, EpochlyError
from epochly.levels import Level
from epochly.model import Arguments, Refused


def inputs(kind):
    rng = np.random.default_rng(1)
    return {
        "x": lambda: (rng.random(50),),
        "n": lambda: (12,),
        "matrix": lambda: (rng.random((6, 6)),),
        "matrices": lambda: (rng.random((6, 6)), rng.random((6, 6))),
        "pair": lambda: (np.array([3.0, 4.0]),),
        "items": lambda: ([1.0, 2.0],),
    }[kind]()


EXAMPLE = Arguments((np.ones(3),))


def prepared(function):
    found = prepare_on(stand_in, function_of(function), EXAMPLE)
    assert isinstance(found, OnDevice), found
    return found


def named(table):
    return [pytest.param(function, kind, id=function.__name__) for function, kind in table.items()]


@pytest.mark.parametrize(("function", "kind"), named(programs.ACCEPTED))
def test_the_device_does_what_numpy_does(function, kind):
    given = inputs(kind)
    ours, theirs = copy.deepcopy(given), copy.deepcopy(given)
    np.random.seed(3)
    random.seed(3)
    expected = function(*theirs)
    after = np.random.random(), random.random()
    np.random.seed(3)
    random.seed(3)
    found = prepared(function)(*ours)
    assert (np.random.random(), random.random()) == after
    assert same(found, expected)
    assert same(ours, theirs)
    assert (found is ours[0]) == (expected is theirs[0])
    assert "DeviceArray" not in repr(found)


def test_one_array_returned_twice_stays_one_array():
    first, second = prepared(programs.same_array_twice)(np.ones(4))
    assert first is second


@pytest.mark.parametrize(("function", "kind"), named(programs.GIVES_UP))
def test_what_the_device_would_get_wrong_gives_up_without_a_trace(function, kind):
    given = inputs(kind)
    ours = copy.deepcopy(given)
    np.random.seed(3)
    before = np.random.get_state()[1].copy(), np.random.get_state()[2]
    with pytest.raises(Deoptimize):
        prepared(function)(*ours)
    assert repr(ours) == repr(given)
    assert (np.random.get_state()[1] == before[0]).all()
    assert np.random.get_state()[2] == before[1]


@pytest.mark.parametrize(
    ("function", "reason", "offset"),
    [pytest.param(f, *how, id=f.__name__) for f, how in programs.REFUSED.items()],
)
def test_a_refusal_names_the_reason_and_the_line(function, reason, offset):
    found = prepare_on(stand_in, function_of(function), Arguments())
    assert isinstance(found, Refused)
    assert reason in found.reason
    assert found.line is not None
    assert 0 < found.line - function.__code__.co_firstlineno <= offset
    assert found.remedy


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", "b"]),
        np.array([object()]),
        np.ones(3, dtype=">f8"),
        np.ones(3, dtype="f2"),
        np.array(1.0),
        np.ma.array([1.0]),
    ],
    ids=["text", "objects", "big-endian", "half", "0-d", "masked"],
)
def test_arrays_without_a_counterpart_give_up(array):
    with pytest.raises(Deoptimize):
        prepared(programs.polynomial)(array)


def test_arguments_that_overlap_give_up():
    x = np.ones((4, 4))
    with pytest.raises(Deoptimize, match="overlap"):
        prepared(programs.matrix_product)(x[:2], x[1:3].T)


def test_a_read_only_argument_that_is_written_gives_up_and_numpy_raises():
    x = np.ones(8)
    x.flags.writeable = False
    with pytest.raises(Deoptimize, match="read-only"):
        prepared(programs.stencil)(x)


def test_a_helper_replaced_after_preparing_gives_up(monkeypatch):
    ready = prepared(programs.through_helper)
    monkeypatch.setattr(programs, "helper", lambda x, power=2: x)
    with pytest.raises(Deoptimize):
        ready(np.ones(5))


def test_a_changed_global_array_is_seen():
    ready = prepared(programs.reads_globals)
    x = np.ones(50)
    first = ready(x)
    programs.WEIGHTS[:] += 1
    try:
        np.testing.assert_allclose(ready(x), first + programs.SCALE)
    finally:
        programs.WEIGHTS[:] -= 1


def test_errors_asked_of_numpy_give_up():
    ready = prepared(programs.polynomial)
    with np.errstate(invalid="raise"), pytest.raises(Deoptimize, match="errstate"):
        ready(np.ones(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Deoptimize, match="warning filter"):
            ready(np.ones(3))


def test_realized_names_the_function_and_its_helper_by_line():
    realized = prepared(programs.through_helper).realized
    assert (realized.level, realized.backend) == (Level.GPU, "cupy")
    assert {part.what for part in realized.parts} == {"through_helper", "helper"}


def test_statistics_count_what_moved():
    ready = prepared(programs.polynomial)
    ready(np.ones(100))
    assert ready.stats()["bytes_in"] == 800
    assert ready.stats()["operations"] == 2


def test_a_closed_function_cannot_be_called():
    ready = prepared(programs.polynomial)
    ready.close()
    ready.close()
    with pytest.raises(EpochlyError, match="closed"):
        ready(np.ones(3))
