"""Every registered backend keeps the contract, and breaking it is noticed."""

import random

import pytest

from epochly.backend import Available, Capabilities
from epochly.levels import Level
from epochly.model import Realized
from epochly.registry import backend_names
from epochly.testing import CASES, ContractError, check_backend, programs


def case_of(function):
    return next(case for case in CASES if case.function is function)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("name", backend_names())
def test_a_registered_backend_keeps_the_contract(name, case):
    assert check_backend(name, case) in ("ran", "refused", "unavailable")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("monitor", programs.grow),
        ("threads", programs.each),
        ("threads", programs.appended),
        ("numba", programs.count_squares),
        ("numba", programs.throw_darts),
        ("processes", programs.each),
    ],
)
def test_a_bundled_backend_takes_what_it_is_for(name, function):
    assert check_backend(name, case_of(function)) == "ran"


@pytest.mark.parametrize("name", ["threads", "processes"])
@pytest.mark.parametrize("function", [programs.carried, programs.draws])
def test_a_loop_that_depends_on_order_is_refused(name, function):
    assert check_backend(name, case_of(function)) == "refused"


class Broken:
    """A backend that runs whatever it is given instead of the function."""

    name = "broken"
    level = Level.COMPILE
    capabilities = Capabilities()
    realized = Realized(Level.COMPILE, "broken")

    def __init__(self, call, closes=True):
        self.call, self.closes, self.open = call, closes, True

    def availability(self):
        return Available()

    def prepare(self, function, example):
        return self

    def __call__(self, *args, **kwargs):
        return self.call(*args, **kwargs)

    def stats(self):
        return {}

    def close(self):
        self.open = False


def other_type(n):
    return float(programs.count_squares(n))


def draws_more(n):
    random.random()
    return programs.count_squares(n)


@pytest.mark.parametrize(
    ("call", "function", "message"),
    [
        (other_type, programs.count_squares, "int"),
        (draws_more, programs.count_squares, "random state"),
        (lambda values: list(values), programs.same_object, "broken"),
        (programs.count_squares, programs.count_squares, "close"),
        (lambda n: iter([0, 1, 4, 9, 16]), programs.lazily, "generator"),
    ],
    ids=["another type", "another draw", "another object", "open after close", "a generator"],
)
def test_a_broken_promise_is_told(call, function, message):
    with pytest.raises(ContractError, match=message):
        check_backend(Broken(call), case_of(function))
