"""Usage errors: exit 2, one message, a way out, and no traceback of ours."""

import pytest

MODULE = """
x = 5
def fibonacci(n, k=2):
    return n
class A:
    def plain(self):
        return 1
    @staticmethod
    def static():
        return [1 for i in range(3)]
    @classmethod
    def of_class(cls):
        return 2
    def __call__(self):
        return 3
instance = A()
class B:
    def __init__(self, n):
        self.n = n
    def plain(self):
        return self.n
from functools import partial
part = partial(fibonacci, 3)
"""
FILES = {
    "shop.py": MODULE,
    "broken.py": "def f(:\n",
    "lacking.py": "import no_such_thing\n",
    "unknown.yaml": "workloads:\n  a:\n    target: shop:part\n    colour: red\n",
    "twice.yaml": "workloads:\n  a:\n    target: shop:part\n  a:\n    target: shop:part\n",
    "torn.yaml": "workloads: [\n",
}


@pytest.fixture
def shop(folder):
    for name, text in FILES.items():
        (folder.path / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shopp:fibonacci",), ["no module named 'shopp'"]),
        (("shop:fibonaci",), ["has no 'fibonaci'", "did you mean 'fibonacci'?"]),
        (("shop:x",), ["cannot be called"]),
        (("shop:A",), ["is a class"]),
        (("nofile.py:f",), ["no file 'nofile.py'"]),
        (("broken.py:f",), ["syntax error", "broken.py:1", "def f(:"]),
        (("lacking.py:f",), ["cannot be imported", "import no_such_thing", "Traceback"]),
        (
            ("shop:fibonacci",),
            ["fibonacci(n, k=2)", "--args", "epochly.yaml", "fibonacci_inputs()"],
        ),
        (("shop:A.plain",), ['--args "A()"']),
        (("shop:B.plain",), ['--args "B(...)"']),
        (("shop:fibonacci", "--args", "1,,"), ["cannot be parsed", "--args"]),
        (("shop:fibonacci", "--args", "zz"), ["name 'zz' is not defined"]),
        (("shop:fibonacci", "--args", "1", "--levels", "7"), ["'7' is not a level", "0 to 4"]),
        (("shop:fibonacci", "--args", "1", "--levels", "3-1"), ["runs backwards"]),
        (("shop:part", "--reset", "1/0"), ["failed in reset", "ZeroDivisionError", "<reset>:1"]),
        (("--config", "unknown.yaml"), ["unknown key 'colour'", "unknown.yaml:4", "accepted"]),
        (("--config", "twice.yaml"), ["'a' twice", "twice.yaml:4"]),
        (("--config", "torn.yaml"), ["not YAML", "torn.yaml"]),
        (("--config", "none.yaml"), ["no such file"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_message_with_a_remedy(shop, arguments, said):
    ran = shop.run("bench", *arguments)
    assert ran.code == 2
    for text in said:
        assert text in ran.err
    assert ran.err.startswith("error:")
    assert "\nerror:" not in ran.err
    assert "remedy:" in ran.err
    assert "epochly/" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    "target", ["shop:instance", "shop:part", "shop:A.static", "shop:A.of_class", "shop.py:A.static"]
)
def test_every_kind_of_callable_is_a_target(shop, target):
    ran = shop.bench(target, "--levels", "0")
    assert ran.code == 0, ran.err
    assert ran.row(0)["status"] == "measured"


def test_a_decorated_target_is_measured_without_its_decorator(shop):
    (shop.path / "decorated.py").write_text(
        "import epochly\n"
        "@epochly.optimize(level=1)\n"
        "def f():\n    return helper()\n"
        "@epochly.optimize(level=2)\n"
        "def helper():\n    return sum(range(1000))\n"
    )
    ran = shop.bench("decorated.py:f")
    assert ran.code == 0, ran.err
    assert ran.row(0)["realized"]["level"] == 0


def test_a_relative_import_within_a_package_works(shop):
    (shop.path / "pack").mkdir()
    (shop.path / "pack" / "__init__.py").write_text("")
    (shop.path / "pack" / "low.py").write_text("def f():\n    return 1\n")
    (shop.path / "pack" / "high.py").write_text("from .low import f\ndef g():\n    return f()\n")
    for target in ("pack.high:g", "pack/high.py:g"):
        ran = shop.bench(target, "--levels", "0")
        assert ran.code == 0, ran.err


def test_inputs_beside_a_function_are_left_to_it_by_init_and_shown_as_the_call(folder):
    (folder.path / "shop.py").write_text(
        MODULE + "\ndef fibonacci_inputs():\n    return (3,), {}\n"
    )
    assert folder.run("init", "shop:fibonacci").out == "wrote epochly.yaml: run `epochly bench`\n"
    ran = folder.run("bench", "--levels", "0", "--budget", "0.3", "--format", "json")
    assert ran.code == 0, ran.err
    (report,) = ran.report["reports"]
    assert report["target"]["inputs"] == "fibonacci_inputs"
