"""The process's one list of dispatchers."""

import threading

import epochly
from epochly.runtime.records import records


def test_a_first_call_does_not_wait_for_whoever_looks_at_all_functions():
    function = epochly.optimize(level=0)(lambda value: value + 1)
    found = []
    with records._lock:
        caller = threading.Thread(target=lambda: found.append(function(1)))
        caller.start()
        caller.join(5)
        assert found == [2]
    assert epochly.get_metrics(function)["total_calls"] == 1
