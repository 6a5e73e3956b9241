"""Level 4 on a real card: every known name against NumPy, and the stand-in's programs."""

import copy
import random
import warnings

import numpy as np
import pytest
from epochly_backends.cupy_gpu import CupyGpu, OnDevice
from epochly_backends.cupy_gpu import names as known
from unit.backends.cupy_gpu import programs
from unit.backends.cupy_gpu.test_standing_in import inputs, named

from epochly.backend import Available
from epochly.code.function import function_of
from epochly.errors import Deoptimize
from epochly.model import Arguments
from epochly.verify.compare import compare
from epochly.verify.outcome import outcome_of
from epochly.workload import Tolerance

cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        not isinstance(CupyGpu().availability(), Available), reason="there is no usable card"
    ),
]

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 2.5, 3.5, 1e300, -1e-300, np.inf, -np.inf, np.nan]
WHOLE = [0, 1, -1, 2, -7, 7, 63, 2**31 - 1, -(2**31)]
SAMPLES = {
    "f8": np.array(SPECIAL),
    "f4": np.array(SPECIAL, dtype="f8").astype("f4"),
    "i8": np.array([*WHOLE, 2**63 - 1, -(2**63)], dtype="i8"),
    "i4": np.array(WHOLE, dtype="i4"),
    "u1": np.array([0, 1, 2, 7, 255], dtype="u1"),
    "?": np.array([True, False]),
}


def prepared(function):
    found = CupyGpu().prepare(function_of(function), Arguments((np.ones(3),)))
    assert isinstance(found, OnDevice), found
    return found


def agree(name, expected, found):
    if isinstance(expected, tuple | list):
        return all(agree(name, *pair) for pair in zip(expected, found, strict=True))
    assert found.dtype == expected.dtype, f"{name}: {found.dtype} for {expected.dtype}"
    assert found.shape == expected.shape
    if expected.dtype.kind not in "fc":
        assert (found == expected).all(), f"{name}: {found} for {expected}"
        return True
    rtol = 1e-5 if expected.dtype.itemsize == 4 else 1e-9
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=0, err_msg=name)
    zeros = (expected == 0) & (found == 0)
    signs = np.signbit(expected.real[zeros]), np.signbit(found.real[zeros])
    assert (signs[0] == signs[1]).all(), f"{name}: the sign of zero"
    return True


def equal(found, expected):
    """Whether a user would be told that the results are equal."""
    outcomes = (outcome_of(value, {}, streams=None) for value in (expected, found))
    return compare(*outcomes, Tolerance()).verdict in ("identical", "close")


def elementwise():
    skipped = {"where", "clip", "real", "imag", *known.EITHER_ZERO}
    return sorted(set(known._ELEMENTWISE.split()) - skipped)


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("name", elementwise())
def test_an_elementwise_function_treats_special_values_as_numpy_does(name, kind):
    values = SAMPLES[kind]
    function = getattr(np, name)
    twos = getattr(function, "nin", 1) == 2
    pairs = [np.repeat(values, values.size), np.tile(values, values.size)]
    if name == "power" and kind.startswith("i"):
        pairs[1] = np.clip(pairs[1], 0, 70)
    given = pairs if twos else [values]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = function(*given)
        except TypeError:
            pytest.skip(f"NumPy has no {name} for {kind}")
        if expected.dtype == np.float16:
            pytest.skip("half precision stays on the host")
        found = getattr(cupy, name)(*(cupy.asarray(part) for part in given)).get()
    assert agree(name, expected, found)


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "i4", "?"])
@pytest.mark.parametrize(
    "name",
    "sum prod mean std var min max any all argmin argmax cumsum cumprod count_nonzero".split(),
)
@pytest.mark.parametrize("special", [False, True], ids=["plain", "special"])
def test_a_reduction_agrees_with_numpy(name, kind, special):
    rng = np.random.default_rng(5)
    values = SAMPLES[kind] if special else (rng.random((40, 30)) * 3 + 0.5).astype(kind)
    if special and name in ("mean", "std", "var", "prod", "cumprod") and kind.startswith("i"):
        values = values[:6]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for axis in [None, *range(values.ndim)]:
            expected = np.asarray(getattr(np, name)(values, axis=axis))
            found = cupy.asarray(getattr(cupy, name)(cupy.asarray(values), axis=axis)).get()
            agree(name, expected, found)


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
    assert equal(found, expected)
    assert equal(ours, theirs)
    assert (found is ours[0]) == (expected is theirs[0])


@pytest.mark.parametrize(("function", "kind"), named(programs.GIVES_UP))
def test_what_the_device_would_get_wrong_gives_up(function, kind):
    given = inputs(kind)
    ours = copy.deepcopy(given)
    with pytest.raises(Deoptimize):
        prepared(function)(*ours)
    assert repr(ours) == repr(given)


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_the_larger_of_two_numbers_is_numpys_or_gives_up(name):
    values = SAMPLES["f8"][SAMPLES["f8"] != 0]
    pairs = np.repeat(values, values.size), np.tile(values, values.size)
    expected = getattr(np, name)(*pairs)
    found = getattr(cupy, name)(*map(cupy.asarray, pairs)).get()
    assert agree(name, expected, found)
    with pytest.raises(Deoptimize, match=r"-0\.0"):
        prepared(programs.rectified)(np.array([-0.0, 1.0]))


def test_overlapping_stores_keep_numpys_meaning():
    for start in range(4):
        values = np.arange(1_000_000.0)
        moved = cupy.asarray(values)
        ready = prepared(programs.overlapping_store)
        assert (ready(values.copy()) == np.r_[values[:1], values[:-1]]).all(), start
        moved += moved[::-1]
        assert (moved.get() == values + values[::-1]).all()
