"""What the hash of everything that a function reaches changes with, and what it does not."""

import importlib
import os
import subprocess
import sys
import time

import pytest

from epochly.code.fingerprint import fingerprint
from epochly.code.function import function_of


@pytest.fixture
def of(tmp_path, monkeypatch):
    """The fingerprint of `program.total`, with these modules in a folder of their own."""
    count = 0

    def found(**modules):
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        for name, text in modules.items():
            path = folder / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(folder))
            importlib.invalidate_caches()
            try:
                return fingerprint(function_of(importlib.import_module("program").total).plain)
            finally:
                for name in [*modules, "shop"]:
                    sys.modules.pop(name.replace("__", "."), None)

    return found


SHOP = """\
K = 3
NAMES = ("a", "b")
UNUSED = 1

def heavy(x):
    return helper(x)

def helper(x):
    return x + 1

class Base:
    scale = 2
    def step(self, x):
        return x * self.scale

class Model(Base):
    def __init__(self, k):
        self.k = k
        self.unused = k
    def f(self, x):
        return self.step(x) + self.k + self.part
    @property
    def part(self):
        return 4
    @staticmethod
    def s(x):
        return x - 5
    def __add__(self, x):
        return x + 6
    def other(self):
        return 7

class Slim:
    __slots__ = ("k",)
    def __init__(self, k):
        self.k = k

class Color(Enum):
    RED = 8

@dataclass
class Point:
    x: int = 9
    y: int = 10

@lru_cache
def cached(x):
    return x + 11

@contextmanager
def opened(x):
    yield x + 12

class Meta(type):
    def __call__(cls, *args):
        return 13

class Made(metaclass=Meta):
    pass

model, slim, points = Model(14), Slim(15), [Point(16)]
settings = SimpleNamespace(k=17)
part = partial(helper, x=18)
bound = Model(19).f
spare = Model(20)
"""
IMPORTS = (
    "from contextlib import contextmanager\n"
    "from dataclasses import dataclass\n"
    "from enum import Enum\n"
    "from functools import lru_cache, partial\n"
    "from types import SimpleNamespace\n"
)


@pytest.mark.parametrize(
    ("use", "change"),
    [
        ("heavy(x)", ("x + 1\n", "x + 21\n")),
        ("K", ("K = 3", "K = 30")),
        ("NAMES", ('"b"', '"c"')),
        ("Model.s(x)", ("x - 5", "x - 50")),
        ("Model(x).f(x)", ("x * self.scale", "x / self.scale")),
        ("Model(x).f(x)", ("scale = 2", "scale = 20")),
        ("Model(x)", ("self.unused = k", "self.unused = 2 * k")),
        ("model.f(x)", ("return 4", "return 40")),
        ("model + x", ("x + 6", "x + 60")),
        ("model.k", ("Model(14)", "Model(140)")),
        ("slim.k", ("Slim(15)", "Slim(150)")),
        ("Color.RED", ("RED = 8", "RED = 80")),
        ("Color(x)", ("RED = 8", "RED = 80")),
        ("Point()", ("y: int = 10", "y: int = 100")),
        ("points[0].x", ("Point(16)", "Point(160)")),
        ("cached(x)", ("x + 11", "x + 110")),
        ("opened(x)", ("x + 12", "x + 120")),
        ("Made()", ("return 13", "return 130")),
        ("settings.k", ("k=17", "k=170")),
        ("part()", ("x=18", "x=180")),
        ("bound(x)", ("Model(19)", "Model(190)")),
        ("bound(x)", ("return 4", "return 40")),
    ],
)
@pytest.mark.parametrize(
    ("head", "prefix", "place"),
    [
        ("from shop import *", "", "shop"),
        ("import shop", "shop.", "shop"),
        ("import shop.sub", "shop.sub.", "shop__sub"),
    ],
    ids=["name", "module", "submodule"],
)
def test_it_changes_with_what_is_reached(of, use, change, head, prefix, place):
    program = f"{head}\ndef total(x):\n    return {prefix}{use}\n"
    before, after = IMPORTS + SHOP, IMPORTS + SHOP.replace(*change)
    assert before != after
    was = of(program=program, **{place: before})
    assert of(program=program, **{place: before}) == was
    assert of(program=program, **{place: after}) != was


@pytest.mark.parametrize("use", ["heavy(x)", "K", "Model.s(x)", "model.f(x)", "slim.k"])
@pytest.mark.parametrize(
    "change",
    [
        ("UNUSED = 1", "UNUSED = 10"),
        ("return 7", "return 70"),
        ("Model(20)", "Model(200)"),
        ("\ndef helper", "\n\n# Why.\ndef helper"),
    ],
    ids=str,
)
def test_it_does_not_change_with_what_is_not_reached(of, use, change):
    program = f"import shop\ndef total(x):\n    return shop.{use}\n"
    after = IMPORTS + SHOP.replace(*change)
    assert of(program=program, shop=IMPORTS + SHOP) == of(program=program, shop=after)


def test_what_makes_an_object_does_not_count_once_it_is_made(of):
    program = "import shop\ndef total(x):\n    return shop.model.f(x)\n"
    after = SHOP.replace("self.unused = k", "self.unused = 2 * k")
    assert of(program=program, shop=IMPORTS + SHOP) == of(program=program, shop=IMPORTS + after)


METHOD = """\
class Shop:
    def total(self, x):
        return self.helper(x)
    def helper(self, x):
        return x + 1
    def other(self, x):
        return x + 2
total = Shop.total
"""


def test_a_method_reaches_the_methods_that_it_names_through_self(of):
    was = of(program=METHOD)
    assert of(program=METHOD.replace("x + 1", "x + 10")) != was
    assert of(program=METHOD.replace("x + 2", "x + 20")) == was


def test_modules_and_classes_that_lead_to_each_other_come_to_an_end(of):
    shop = "import program\nclass A:\n    def f(self): return B.f(self)\n"
    shop += "class B:\n    def f(self): return A.f(program.shop.program.total)\n"
    program = "import shop\nloop = []\nloop.append(loop)\n"
    program += "def total(x):\n    return shop.A.f(x), shop.program.shop, loop\n"
    assert of(program=program, shop=shop) == of(program=program, shop=shop)


def test_equal_tuples_are_alike_whether_or_not_they_are_one_object(of):
    program = "A = (1, 2)\nB = {}\ndef total():\n    return A, B\n"
    assert of(program=program.format("A")) == of(program=program.format("tuple([1, 2])"))


def test_nothing_of_the_users_is_run(of):
    shop = """\
def fail(*args):
    raise AssertionError("it was run")

class Meta(type):
    __getattribute__ = fail

class Odd(metaclass=Meta):
    __getattr__ = __getattribute__ = __repr__ = __eq__ = __hash__ = __class__ = property(fail)

class List(list):
    __iter__ = __len__ = __getitem__ = fail

class Number(int):
    __repr__ = __format__ = __index__ = fail

odd, items, number = object.__new__(Odd), List([1]), Number(3)

def __getattr__(name):
    fail()
"""
    program = (
        "import shop\ndef total(x):\n    return shop.odd.x, shop.items, shop.number, shop.no\n"
    )
    was = of(program=program, shop=shop)
    assert of(program=program, shop=shop.replace("Number(3)", "Number(4)")) != was


@pytest.mark.parametrize(
    ("data", "other"),
    [
        ("np.arange(9)", "np.arange(1, 10)"),
        ("np.arange(9)", "np.arange(9.0)"),
        ("np.arange(9)", "np.arange(9).reshape(3, 3)"),
        ("np.zeros(10**6)", "np.ones(10**6)"),
        ("np.arange(10**6)[::2]", "np.arange(10**6)[::-2]"),
        ("np.array([1, 'a'], object)", "np.array([1, 'b'], object)"),
        ("np.zeros(2, 'i1,f8')", "np.ones(2, 'i1,f8')"),
        ("np.float32(1.5)", "np.float32(2.5)"),
        ("np.float64(1.5)", "np.float64(2.5)"),
        ("np.sin", "np.cos"),
        ("(0,) * 9_999 + (0,)", "(0,) * 9_999 + (1,)"),
        ("(0,) * 20_000", "(1,) * 20_000"),
        ("10**5000", "10**5001"),
        ("(10**5000,)", "(10**5001,)"),
        ("{1, 'b', (2, 'c')}", "{1, 'b', (2, 'd')}"),
        ("{'a': [1, {2}]}", "{'a': [1, {3}]}"),
        ("range(3)", "range(4)"),
        ("{1: True}", "{1: 1}"),
    ],
)
def test_it_changes_with_the_data_that_is_read(of, data, other):
    program = "import numpy as np\nDATA = {}\ndef total():\n    return DATA\n"
    was = of(program=program.format(data))
    assert of(program=program.format(data)) == was
    assert of(program=program.format(other)) != was


PROGRAM = """\
import sys
import numpy as np
import shop
from epochly.code.fingerprint import fingerprint

class Point:
    def __init__(self, x):
        self.x = x

def one(x):
    return x + 1

def two(x):
    return one(x)

WORDS = {"a", "b", "c", ("d", "e"), one, two, Point}
TABLE = {Point(1): [object(), lambda: 2, iter(()), sys.stdout, sys], "w": frozenset("xyz")}
PADDED = np.empty(3, np.dtype("i1,f8", align=True))
PADDED["f0"] = PADDED["f1"] = 1

def total(x):
    return WORDS, TABLE, PADDED, shop.heavy(x), shop.model.f(x), shop.Point, shop.Color.RED, Point

if __name__ == "__main__" or True:
    print(fingerprint(total))
"""


def test_it_is_the_same_in_every_process_also_where_the_program_is_imported(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "shop.py").write_text(IMPORTS + SHOP)
    ways = [["program.py"], ["-c", "import program"], ["-c", "import shop, program"]]
    found = [
        subprocess.run(
            [sys.executable, *way], cwd=tmp_path, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for way, seed in zip(ways, "123", strict=True)
    ]  # fmt: skip
    assert len(set(found)) == 1


def test_no_depth_and_no_amount_of_data_takes_long(of):
    program = "DATA = []\nfor _ in range(3000):\n    DATA = [DATA]\n"
    program += "MANY = [[[n, m] for m in range(300)] for n in range(3000)]\n"
    program += "def total():\n    return DATA, MANY\n"
    started = time.process_time()
    of(program=program)
    assert time.process_time() - started < 10
