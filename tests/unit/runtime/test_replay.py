"""Which functions may be run a second time."""

import numpy as np
import pytest
from unit.runtime import replayed_programs as programs

from epochly.call import Arguments
from epochly.code.function import function_of
from epochly.runtime.replay import hazard_of, replay_of


def replay(function):
    return replay_of(function_of(function))


@pytest.mark.parametrize(
    "function",
    [
        programs.adds,
        programs.fills_an_array_of_its_own,
        programs.changes_its_argument,
        programs.changes_a_copy_of_its_argument,
        programs.changes_part_of_its_argument,
        programs.adds_to_a_number_of_a_global,
        programs.fills_an_array_by_its_defaults,
        programs.makes_an_iterator_of_its_own,
        programs.asks_a_property_that_only_reads,
        programs.doubled,
        programs.Counter().doubles,
    ],
)
def test_what_touches_nothing_but_its_arguments_may_be_run_twice(function):
    assert replay(function).allowed == "twice"
    assert not replay(function).draws


@pytest.mark.parametrize(
    "function",
    [programs.draws, programs.draws_with_numpy, programs.shuffles_a_list_of_its_own],
)
def test_what_draws_may_be_run_twice_with_its_stream_restored(function):
    assert replay(function).allowed == "twice"
    assert replay(function).draws


@pytest.mark.parametrize("function", [programs.waits, programs.reads_a_file])
def test_what_reads_the_world_may_only_be_changed_by_proof(function):
    assert replay(function).allowed == "proven"


@pytest.mark.parametrize(
    "function",
    [
        programs.writes_a_file,
        programs.prints,
        programs.changes_a_global,
        programs.changes_an_alias_of_a_global,
        programs.adds_to_an_alias_of_a_global,
        programs.changes_a_view_of_a_global,
        programs.changes_what_a_helper_returns,
        programs.changes_one_of_two,
        programs.rebinds_a_global,
        programs.calls_the_unknown,
        programs.shuffles_a_global,
        programs.shuffles_a_global_with_numpy,
        programs.Counter().counts,
        programs.adds_to_its_default,
        programs.adds_to_an_alias_of_its_default,
        programs.takes_from_an_iterator_of_all,
        programs.has_a_helper_take,
        programs.takes_from_its_default,
        programs.asks_for_a_group,
        programs.Queue().takes,
        programs.asks_a_property_that_counts,
        programs.indexes_what_counts,
        programs.adds_to_what_it_makes,
        len,
    ],
)
def test_what_leaves_a_trace_is_never_run_twice_and_the_reason_is_told(function):
    found = replay(function)
    assert found.allowed == "never"
    assert found.reason


@pytest.mark.parametrize(
    ("function", "given", "reason"),
    [
        (programs.values_of, [programs.Counting()], "Counting.value has effects: counted"),
        (programs.values_of, {"one": (programs.Counting(),)}, "Counting.value has effects"),
        (programs.doubled, [1.0, programs.Scale()], None),
        (programs.doubled, np.zeros(3), None),
    ],
)
def test_what_properties_of_arguments_do_is_seen(function, given, reason):
    found = hazard_of(function_of(function), Arguments((given,)))
    assert found == reason if reason is None else reason in found
