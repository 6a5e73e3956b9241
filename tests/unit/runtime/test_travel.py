"""What goes to a worker process by value."""

import subprocess
import sys
import threading

import pytest
from cloudpickle import list_registry_pickle_by_value
from unit.runtime import programs
from unit.runtime.ordinary_programs import makes_named_tuples, makes_typed_named_tuples

from epochly.runtime.travel import CannotTravelError, packed, packed_into


def test_of_threads_that_pack_at_once_the_first_to_end_leaves_the_modules_to_the_other():
    begun, may_end = threading.Event(), threading.Event()

    def slowly(value):
        begun.set()
        may_end.wait(10)
        return b""

    other = threading.Thread(target=packed, args=(programs.squares, None), kwargs={"dump": slowly})
    other.start()
    begun.wait(10)

    def after_the_other(value):
        may_end.set()
        other.join()
        return str(programs.__name__ in list_registry_pickle_by_value()).encode()

    assert packed(programs.squares, None, dump=after_the_other) == b"True"
    assert programs.__name__ not in list_registry_pickle_by_value()


def test_a_value_in_a_file_is_the_same_as_in_memory(tmp_path):
    value = (programs.squares, [1, 2.5], {"a": b"x"})
    with open(tmp_path / "packed", "w+b") as file:
        packed_into(file, programs.squares, value)
        assert (tmp_path / "packed").read_bytes() == packed(programs.squares, value)


def test_a_file_that_takes_no_more_says_so(tmp_path):
    with (
        open("/dev/full", "wb", buffering=0) as file,
        pytest.raises(OSError, match="No space left"),
    ):
        packed_into(file, programs.squares, bytes(100_000))


def test_what_cannot_travel_into_a_file_is_told_as_such(tmp_path):
    with open(tmp_path / "packed", "wb") as file, pytest.raises(CannotTravelError):
        packed_into(file, programs.squares, threading.Lock())


@pytest.mark.parametrize("program", [makes_typed_named_tuples, makes_named_tuples])
def test_classes_of_named_tuples_are_made_again(program):
    payload = packed(program, program)
    made = subprocess.run(
        [sys.executable, "-c", "import pickle, sys; print(pickle.load(sys.stdin.buffer)([1, 2]))"],
        input=payload,
        capture_output=True,
        check=False,
    )
    assert made.stdout.decode().strip() == str(program([1, 2])), made.stderr.decode()
