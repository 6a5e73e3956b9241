"""What goes to a worker process by value."""

import threading

from cloudpickle import list_registry_pickle_by_value
from unit.runtime import programs

from epochly.runtime.travel import packed


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
