"""What a call waits for."""

import pytest
from unit.code import io_programs as programs

from epochly.code.io_calls import io_calls
from epochly.code.source import source_of

NAMES = [name for name in vars(programs) if "_" in name and not name.startswith("_")]


@pytest.mark.parametrize("name", NAMES)
def test_a_waiting_call_is_of_the_kind_in_its_name(name):
    function = getattr(programs, name)
    found = {call.kind for call in io_calls(function, source_of(function).node)}
    expected = name.partition("_")[0]
    assert found == (set() if expected == "none" else {expected})


def test_a_method_of_an_unknown_object_is_not_known_for_certain():
    function = programs.database_query
    assert [call.known for call in io_calls(function, source_of(function).node)] == [False, False]


def test_a_method_of_an_object_whose_class_the_source_tells_is_known():
    function = programs.database_known
    found = io_calls(function, source_of(function).node)
    assert [(call.kind, call.known) for call in found] == [("database", True)] * 3
