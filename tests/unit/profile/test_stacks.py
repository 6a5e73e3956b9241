import json
import sys
from collections import Counter

from epochly.measure import serve
from epochly.profile import counters
from epochly.profile.stacks import (
    cut,
    hot_lines,
    is_start,
    is_worker,
    of_calls,
    of_everything,
    read_stacks,
    write_stacks,
)

MAIN = f"main ({serve.__file__}:310)"
START = f"run_calls ({counters.__file__}:88)"
PROCESS = 'process 12:"/usr/bin/python3 -P -m epochly.measure.serve 5 /tmp/epochly-x"'
OUTER, INNER = "total (/srv/shop/prices.py:3)", "price (/srv/shop/prices.py:9)"
LIBRARY = f"dumps ({json.__file__}:231)"


def test_text_is_read_as_it_was_written():
    stacks = Counter({(OUTER, INNER): 3, (OUTER,): 2})
    assert read_stacks(write_stacks(stacks)) == stacks


def test_lines_that_are_no_stacks_are_passed_over():
    assert read_stacks("py-spy> wrote it\n\n") == Counter()


def test_frames_below_the_calls_are_cut_off():
    assert cut((PROCESS, MAIN, START, OUTER, INNER)) == (OUTER, INNER)


def test_what_the_worker_does_between_the_calls_is_left_out():
    assert cut((MAIN, "_fresh (/x/epochly/measure/worker.py:200)", OUTER)) is None


def test_other_threads_and_children_are_kept_without_the_workers_own_process():
    thread = "Thread.run (/usr/lib/python3/threading.py:982)"
    assert cut((thread, INNER)) == (thread, INNER)
    child = 'process 13:"/usr/bin/python3 -c x"'
    assert cut((PROCESS, child, INNER)) == (child, INNER)


def test_only_the_calls_own_thread_makes_hot_lines():
    stacks = Counter({(MAIN, START, OUTER): 2, ("run (/x/threading.py:1)", INNER): 5, (MAIN,): 9})
    assert of_calls(stacks) == Counter({(OUTER,): 2})
    assert of_everything(stacks).total() == 7


def test_a_call_into_a_library_counts_for_the_line_that_makes_it():
    (line,) = hot_lines(Counter({(OUTER, INNER, LIBRARY): 4}), None)
    assert (line.file, line.line, line.function, line.share) == (
        "/srv/shop/prices.py",
        9,
        "price",
        1.0,
    )


def test_shares_are_of_the_users_code_and_the_largest_comes_first():
    lines = hot_lines(Counter({(OUTER,): 1, (OUTER, INNER): 3, (): 4}), None)
    assert [(line.function, line.share) for line in lines] == [("price", 0.75), ("total", 0.25)]


def test_a_target_that_is_installed_as_a_package_is_the_users_all_the_same():
    stacks = Counter({(LIBRARY,): 1})
    assert hot_lines(stacks, None) == ()
    assert hot_lines(stacks, json.__file__)[0].line == 231


def test_an_import_in_the_call_is_the_line_that_imports():
    frozen = "_load (<frozen importlib._bootstrap>:1176)"
    (line,) = hot_lines(Counter({(OUTER, frozen): 1}), None)
    assert line.function == "total"


def test_a_path_may_hold_brackets_and_colons():
    (line,) = hot_lines(Counter({("f (/srv/a (b): c/d.py:12)",): 1}), None)
    assert (line.file, line.line) == ("/srv/a (b): c/d.py", 12)


def test_the_frame_under_which_calls_run_has_the_name_that_is_looked_for():
    taken = []
    counters.run_calls(lambda: taken.append(sys._getframe(1).f_code), (), {}, 1)
    assert is_start(taken[0].co_name, taken[0].co_filename)
    assert is_worker(serve.main.__code__.co_qualname, serve.main.__code__.co_filename)
