"""Which functions may be run a second time."""

import collections
import datetime
import functools
import gc
import operator
import random
import subprocess
import weakref

import numpy as np
import pandas as pd
import pytest
from unit.runtime import lasting_programs as lasting
from unit.runtime import leading_programs as leading
from unit.runtime import replayed_programs as programs
from unit.runtime.everyday_programs import EVERYDAY, LEAVING
from unit.runtime.nearly_ordinary_programs import TRACES
from unit.runtime.ordinary_programs import ORDINARY

from epochly.code.function import function_of
from epochly.runtime.given import Given
from epochly.runtime.replay import hazard_of, replay_of
from epochly.runtime.trial import run_beside


def replay(function):
    return replay_of(function_of(function))


def hazard(function, arguments):
    understood = function_of(function)
    return hazard_of(understood, Given(arguments), replay_of(understood))


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
    found = hazard(function, [given])
    assert found == reason if reason is None else reason in found


@pytest.mark.parametrize(
    "function",
    [
        leading.draws_from_a_generator_of_its_own,
        leading.draws_from_a_legacy_generator_of_its_own,
        leading.draws_from_a_new_generator_of_its_own,
        leading.hands_on_a_generator_of_its_own,
        leading.appends_to_what_a_class_shares,
        leading.adds_to_what_a_class_shares,
        leading.appends_to_an_alias_of_what_a_class_shares,
        leading.counts_in_the_class_of_what_it_made,
        leading.counts_in_a_class_that_it_asked_for,
        leading.fills_a_table_that_a_dataclass_shares,
        leading.changes_what_it_had_put_into_its_own,
        leading.changes_what_it_had_appended,
        leading.changes_what_it_had_set_by_name,
        leading.changes_what_a_constructor_put_there,
        leading.changes_the_default_of_a_constructor,
        leading.sorts_by_default,
    ],
)
def test_what_objects_lead_to_is_never_changed_twice(function):
    assert replay(function).allowed == "never"


@pytest.mark.parametrize(
    "function",
    [
        leading.changes_what_is_really_its_own,
        leading.fills_a_grid_of_its_own,
        leading.puts_numbers_of_a_table_into_its_own,
        leading.puts_a_shared_object_into_an_argument,
        leading.draws_from_everybodys_by_another_name,
        leading.maps,
        lasting.adds_numbers_from_outside_to_its_own,
    ],
)
def test_what_leads_nowhere_else_may_be_run_twice(function):
    assert replay(function).allowed == "twice"


@pytest.mark.parametrize(
    "function",
    [
        lasting.has_a_parameter_within_by_the_same_name,
        lasting.changes_what_a_constructor_asked_for,
        lasting.changes_what_a_method_of_a_constructor_put_there,
        lasting.changes_what_another_class_put_there,
        lasting.changes_what_it_imports,
        lasting.changes_what_it_imports_by_the_name_of_its_own,
        lasting.changes_what_it_imports_by_the_name_of_an_argument,
        lasting.changes_what_an_exception_brings_by_the_name_of_an_argument,
        lasting.changes_what_a_module_that_it_imports_holds,
        lasting.imports_what_is_not_there_yet,
        lasting.changes_the_environment_by_another_name,
        lasting.changes_what_a_library_keeps,
        lasting.changes_what_it_matches,
        lasting.changes_what_an_exception_brings,
        lasting.changes_what_it_had_pushed,
        lasting.changes_what_it_had_put_in_by_the_class,
        lasting.has_a_helper_add,
        lasting.gives_its_own_to_what_forgets_it,
        lasting.changes_what_a_cache_keeps,
        lasting.changes_what_a_comprehension_names_as_itself,
        lasting.changes_what_a_helper_names_as_itself,
        lasting.calls_what_a_lambda_names_as_itself,
        lasting.changes_what_a_class_within_holds_by_the_name_of_its_own,
        lasting.changes_what_it_put_in_by_a_second_name,
        lasting.changes_what_it_added_by_a_second_name,
        lasting.changes_what_it_put_in_with_an_annotation,
        lasting.changes_what_a_block_put_in,
    ],
)
def test_what_outlives_the_call_is_never_changed_twice_on_a_way_around(function):
    assert replay(function).allowed == "never"


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (lasting.changes_what_a_method_gives, (lasting.Box(),)),
        (lasting.changes_what_a_property_gives, (lasting.Box(),)),
        (lasting.changes_what_an_operator_gives, (lasting.Box(),)),
        (lasting.changes_what_a_callback_gives, ([1], lasting.everybodys_for)),
        (lasting.maps, (["true"], subprocess.Popen)),
    ],
)
def test_what_arguments_give_of_what_outlives_the_call_is_seen(function, given):
    assert hazard(function, given)


ITEM = leading.Item()
PLAIN = leading.Plain()


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (leading.sorts, ([3, 1], leading.noted)),
        (leading.sorts, ([3, 1], functools.partial(leading.noted))),
        (leading.sorts, ([3, 1], PLAIN.noted)),
        (leading.sorts, ([3, 1], random.Random(1).choice)),
        (leading.sorts, ([3, 1], leading.SEEN.append)),
        (leading.maps, (["a"], leading.read)),
        (leading.maps, (["a"], open)),
        (leading.maps, ([[1]], operator.methodcaller("pop"))),
        (leading.sorts_by_one_of, ([3, 1], {"key": leading.noted})),
        (leading.sorts_by_one_of, ([3, 1], leading.space(key=print))),
        (leading.size_of, (leading.space(items=leading.Sized()),)),
        (leading.size_of, (collections.UserList([leading.Sized()]),)),
        (leading.size_of, (collections.ChainMap({"items": leading.Sized()}),)),
        (leading.size_of, ({1: leading.Sized()}.values(),)),
        (leading.size_of, (weakref.proxy(PLAIN),)),
        (leading.sum_of_a_pair, (np.array([leading.Sized(), 1], dtype=object),)),
        (leading.sum_of_a_pair, (np.array([(1, leading.Sized())], dtype="i8, O"),)),
        (leading.deepest, ([[[[[leading.Order()]]]]],)),
        (leading.asks_by_name, (ITEM, "price")),
        (leading.asks_by_format, (ITEM,)),
        (leading.asks_with_a_getter, ([ITEM],)),
        (leading.asks_by_matching, (leading.Order(),)),
        (leading.size_of, (leading.space(items=None, old=leading.Fading()),)),
        (leading.size_of, (slice(leading.Sized()),)),
        (leading.size_of, (leading.Single(),)),
        (leading.size_of, (pd.Series([[1], [2]]),)),
    ],
)
def test_what_arguments_do_when_they_are_used_is_seen(function, given):
    assert hazard(function, given)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (leading.sorts, ([3, 1], leading.negated)),
        (leading.sorts, ([3, 1], functools.partial(leading.negated))),
        (leading.sorts, ([3, 1], PLAIN.negated)),
        (leading.sorts, ([3, 1], operator.itemgetter(0))),
        (leading.sorts, ([3, 1], abs)),
        (leading.maps, (["1"], float)),
        (leading.maps, ([0.5], np.sqrt)),
        (leading.maps, ([0.5], np.float32)),
        (leading.size_of, (leading.space(items=[1, 2], kind=np.dtype("f8")),)),
        (leading.sum_of_a_pair, (np.array([1, "a"], dtype=object),)),
        (leading.deepest, ([[[[[PLAIN]]]]],)),
        (leading.size_of, ([(1, 2.0)] * 3,)),
        (leading.size_of, (pd.DataFrame({"name": ["a", "b"], "value": [1, 2]}),)),
    ],
)
def test_what_only_computes_may_be_given(function, given):
    assert hazard(function, given) is None


def named(programs):
    return [pytest.param(*program, id=program[0].__name__) for program in programs]


# What changes itself, and methods of these classes of the library, are not followed yet.
NOT_SHOWN = {
    "fills_an_object_of_its_own",
    "has_an_argument_change_itself",
    "counts_in_a_counter",
    "pushes_to_a_heap",
    "calls_a_partial_of_its_own",
}


@pytest.mark.parametrize(
    ("function", "given"),
    named(item for item in [*ORDINARY, *EVERYDAY] if item[0].__name__ not in NOT_SHOWN),
)
def test_what_people_write_and_leaves_nothing_behind_may_be_run_twice(function, given):
    assert (replay(function).allowed, replay(function).reason) == ("twice", "")
    assert hazard(function, list(given)) is None
    trial = run_beside(function, function, given, {}, draws=False)
    assert trial.equality.verdict == "identical"


@pytest.mark.parametrize(("function", "given"), named([*TRACES, *LEAVING]))
def test_what_nearly_leaves_nothing_behind_is_not_run_twice(function, given):
    assert replay(function).allowed != "twice" or hazard(function, list(given))


def shows(moment):
    return moment.isoformat()


def test_dates_are_not_shown_twice_where_a_time_zone_of_the_users_has_effects():
    moments, asked = [datetime.datetime(2024, 5, 1)], []
    assert hazard(shows, moments) is None

    class Zone(datetime.tzinfo):
        def utcoffset(self, moment):
            asked.append(moment)
            return datetime.timedelta(0)

    assert "Zone.utcoffset has effects" in hazard(shows, moments)
    # Classes are in cycles with themselves.
    del Zone
    gc.collect()
    assert hazard(shows, moments) is None
