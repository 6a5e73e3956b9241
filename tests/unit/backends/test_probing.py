"""What the first items of a loop tell."""

import io
import sys
import threading

import pytest
from epochly_backends.probing import Printing, overlapped
from epochly_backends.processes import CoreRunner

from epochly.code.function import function_of


class Stream(io.TextIOWrapper):
    def __init__(self):
        super().__init__(io.BytesIO())


def replaced(monkeypatch):
    """Within a test, since pytest has a standard output of its own for each phase."""
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def text(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()


def elsewhere(call):
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def test_only_what_this_thread_prints_is_noted_and_nothing_is_lost(monkeypatch):
    stream = replaced(monkeypatch)
    with Printing() as printing:
        elsewhere(lambda: print("another"))
        assert not printing.used
        print("own")
    assert printing.used
    print("after")
    assert text(stream) == "another\nown\nafter\n"


def test_nothing_is_left_on_the_stream_where_threads_take_turns(monkeypatch):
    stream = replaced(monkeypatch)
    one, other = Printing(), Printing()
    with one:
        other.__enter__()
    other.__exit__()
    assert sys.stdout is stream
    assert "write" not in vars(stream)


def test_a_method_that_the_stream_had_been_given_is_there_again(monkeypatch):
    stream = replaced(monkeypatch)
    written = []
    stream.write = written.append
    with Printing() as printing:
        print("own", end="")
    assert printing.used
    print("after", end="")
    assert "".join(written) == "ownafter"


@pytest.mark.parametrize("output", [None, type("Bare", (), {"__slots__": ()})()])
def test_where_nothing_can_be_noted_it_is_told_whether_one_may_print(monkeypatch, output):
    monkeypatch.setattr(sys, "stdout", output)
    with Printing() as printing:
        pass
    assert printing.used is (output is not None)


def test_an_item_sees_the_standard_output_that_it_would_see(monkeypatch):
    stream = replaced(monkeypatch)

    def function(values):
        return [sys.stdout is stream for _ in values]

    runner = CoreRunner(function_of(function))
    found = runner.run(lambda _: [sys.stdout is stream], [1] * 9, replayable=False)[1]
    assert found[0]


class StopError(Exception):
    pass


@pytest.mark.parametrize("started", [1, 2])
def test_threads_end_where_an_exception_comes_between_their_start_and_their_end(
    monkeypatch, started
):
    made = []

    class Thread(threading.Thread):
        def start(self):
            super().start()
            made.append(self)
            if len(made) == started:
                raise StopError

    monkeypatch.setattr(threading, "Thread", Thread)
    with pytest.raises(StopError):
        overlapped(lambda item: [item], [1] * 4)
    for thread in made:
        thread.join(10)
    assert not any(thread.is_alive() for thread in made)


def test_what_two_threads_did_comes_in_order_and_the_first_exception_is_raised():
    assert overlapped(lambda item: [item], [1, 2, 3, 4])[0] == [1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        overlapped(lambda item: [1 // item], [1, 0, 1, 1])
