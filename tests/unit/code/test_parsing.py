"""Text is parsed whatever other threads do meanwhile."""

import ast
import sys
import threading

import pytest

from epochly.code import parsing
from epochly.code.parsing import MOST_TRIES, parsed

TEXT = "def f(a, b=(1, 2)):\n    return [a + b[i] for i in range(len(b)) if a]\n" * 40


class Ring:
    """Garbage that runs Python when it is collected, where another thread may take over."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        for _ in range(50):
            pass


@pytest.fixture
def restless():
    """Threads take over from each other all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def deeper(depth, work):
    return work() if depth == 0 else deeper(depth - 1, work)


@pytest.mark.parametrize("ours", [4, 2])
def test_threads_that_parse_at_the_same_time_all_get_their_trees(restless, ours):
    expected, found = ast.dump(ast.parse(TEXT)), []

    def ours_work():
        for _ in range(25):
            rings = [Ring() for _ in range(20)]
            found.append(ast.dump(parsed(TEXT)))
            del rings

    def users_work():
        for _ in range(25):
            try:
                ast.parse(TEXT)
            except SystemError:
                continue

    works = [ours_work] * ours + [users_work] * (4 - ours)
    threads = [
        threading.Thread(target=deeper, args=(3 * number, work))
        for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * (25 * ours)


def test_a_text_that_is_wrong_says_so_at_once(monkeypatch):
    asked = []

    def parse(*arguments):
        asked.append(arguments)
        return ast.parse(*arguments)

    monkeypatch.setattr(parsing, "ast", type("Ast", (), {"parse": staticmethod(parse)}))
    with pytest.raises(SyntaxError) as told:
        parsed("def f(:", "shop.py")
    assert told.value.filename == "shop.py"
    assert len(asked) == 1


def test_it_does_not_try_for_ever(monkeypatch):
    asked = []

    def parse(*arguments):
        asked.append(arguments)
        raise SystemError("AST constructor recursion depth mismatch")

    monkeypatch.setattr(parsing, "ast", type("Ast", (), {"parse": staticmethod(parse)}))
    with pytest.raises(SystemError):
        parsed("1")
    assert len(asked) == MOST_TRIES
