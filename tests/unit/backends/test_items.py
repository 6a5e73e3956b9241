"""Levels 1 and 3 over items that are hard to run elsewhere, against plain Python."""

import contextvars
import decimal
import threading

import numpy as np
import pytest
from epochly_backends.processes import Processes
from epochly_backends.threads import Threads
from unit.backends import item_programs as programs

from epochly.code.function import function_of
from epochly.errors import WorkerError
from epochly.levels import Level
from epochly.model import Arguments, Refused

NUMBERS = list(range(40))


@pytest.fixture(params=[Threads, Processes])
def prepare(request):
    made = []

    def ready(function, trusted=False):
        target = function_of(function)
        found = request.param().prepare(target.trusted() if trusted else target, Arguments())
        assert not isinstance(found, Refused), found
        made.append(found)
        return found

    ready.level = request.param.level
    yield ready
    for found in made:
        found.close()


@pytest.mark.parametrize(
    "function", [programs.plain, programs.returns_items, programs.generators, programs.variables]
)
def test_the_result_is_that_of_the_loop(prepare, function):
    ready = prepare(function)
    for _ in range(2):
        assert ready(NUMBERS) == function(NUMBERS)


def names_its_locals(items):
    return [item + 1 for item in items], sorted(locals())


@pytest.mark.parametrize("backend", [Threads, Processes])
def test_a_function_that_looks_at_its_local_variables_is_refused(backend):
    refused = backend().prepare(function_of(names_its_locals), Arguments())
    assert isinstance(refused, Refused)
    assert "locals()" in refused.reason


def test_what_is_realized_is_told_by_line(prepare):
    ready = prepare(programs.plain)
    ready(NUMBERS)
    (part,) = ready.realized.parts
    assert ready.realized.level is prepare.level
    assert part.line == programs.plain.__code__.co_firstlineno + 1
    assert part.backend in ("threads", "processes")


def test_an_iterator_stays_sequential_and_says_so(prepare):
    ready = prepare(programs.generators)
    ready(NUMBERS)
    assert ready.realized.level is Level.MONITOR


def test_results_that_are_items_keep_their_identity(prepare):
    values = [[number] for number in NUMBERS]
    found = prepare(programs.returns_items)(values)
    assert all(one is other for one, other in zip(found, values, strict=True))


def test_results_that_are_shared_keep_their_identity(prepare):
    found = prepare(programs.returns_shared)(NUMBERS)
    assert all(one is programs.SHARED for one in found)


def test_items_that_cannot_be_pickled_give_the_same_result(prepare):
    locks = [threading.Lock() for _ in NUMBERS]
    found = prepare(programs.returns_items)(locks)
    assert all(one is other for one, other in zip(found, locks, strict=True))


def test_the_first_exception_in_the_order_of_the_items_is_raised(prepare):
    with pytest.raises(programs.Coded) as caught:
        prepare(programs.fails_at)(NUMBERS)
    assert caught.value.args == ("too large", 10)


def test_an_exception_that_cannot_travel_is_raised_all_the_same(prepare):
    with pytest.raises(programs.OddError) as caught:
        prepare(programs.fails_oddly)(NUMBERS)
    assert caught.value.args == (10,)


def test_items_see_the_callers_surroundings(prepare, monkeypatch, tmp_path):
    ready = prepare(programs.surroundings, trusted=True)
    ready(NUMBERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOR_ITEMS", "seen")
    with decimal.localcontext() as context, np.errstate(over="raise"):
        context.prec = 7
        assert ready(NUMBERS) == [(str(tmp_path), "seen", 7, "raise")] * len(NUMBERS)


def test_items_see_the_callers_context_variables():
    ready = Threads().prepare(function_of(programs.variables).trusted(), Arguments())
    context = contextvars.copy_context()
    context.run(programs.VARIABLE.set, "set")
    assert context.run(ready, NUMBERS) == ["set"] * len(NUMBERS)
    ready.close()


def test_globals_are_those_of_the_call(prepare, monkeypatch):
    ready = prepare(programs.plain)
    ready(NUMBERS)
    monkeypatch.setattr(programs, "SCALE", 5)
    assert ready(NUMBERS) == programs.plain(NUMBERS)


def test_an_item_that_writes_never_runs_twice(tmp_path):
    path = tmp_path / "written"
    ready = Processes().prepare(function_of(programs.appends_to_file).trusted(), Arguments())
    with pytest.raises(WorkerError, match="must not be done again"):
        ready([str(path)] * 40)
    ready.close()
    assert len(path.read_text()) <= 40


def test_a_change_that_the_first_item_shows_is_kept(prepare):
    ready = prepare(programs.changes_items, trusted=True)
    for _ in range(2):
        values, plain = [[number] for number in NUMBERS], [[number] for number in NUMBERS]
        assert ready(values) == programs.changes_items(plain)
        assert values == plain


def test_a_change_that_only_a_later_item_shows_is_kept_or_told(prepare):
    ready = prepare(programs.changes_later_items, trusted=True)
    values, plain = [[number] for number in NUMBERS], [[number] for number in NUMBERS]
    expected = programs.changes_later_items(plain)
    if prepare.level is Level.CORES:
        with pytest.raises(WorkerError, match="changed an object of the caller's") as caught:
            ready(values)
        assert "level=1" not in str(caught.value.remedy)
    else:
        assert ready(values) == expected
        assert values == plain


def test_a_class_counter_that_an_operator_changes_is_kept_where_the_first_item_shows_it(
    monkeypatch,
):
    monkeypatch.setattr(programs.Register, "total", 0)
    expected = programs.counts_in_operator(NUMBERS[1:])
    programs.Register.total = 0
    ready = Processes().prepare(function_of(programs.counts_in_operator).trusted(), Arguments())
    assert ready(NUMBERS[1:]) == expected
    assert programs.Register.total == sum(NUMBERS[1:])
    assert ready.realized.level is Level.MONITOR
    ready.close()


@pytest.mark.parametrize(
    "function",
    [
        programs.counts_in_class,
        programs.counts_in_class_by_name,
        programs.counts_in_object,
        programs.counts_in_object_by_method,
        programs.notes_through_cache,
        programs.keeps_by_a_global_name,
        programs.keeps_by_a_local_name,
        programs.keeps_in_one_of_two,
    ],
)
@pytest.mark.parametrize("backend", [Threads, Processes])
def test_what_methods_and_cached_functions_change_for_all_items_under_any_name_is_refused(
    backend, function
):
    refused = backend().prepare(function_of(function).trusted(), Arguments())
    assert isinstance(refused, Refused)
    assert "changes what all items share" in refused.reason


def test_objects_with_slots_come_back_as_they_are(prepare):
    found = prepare(programs.makes_slotted)(NUMBERS)
    assert [type(made) for made in found] == [programs.Slotted] * len(NUMBERS)
    expected = programs.makes_slotted(NUMBERS)
    assert [made.value for made in found] == [made.value for made in expected]


def test_objects_with_slots_have_no_other_attributes_elsewhere(prepare):
    ready = prepare(programs.asks_slotted)
    assert ready(NUMBERS) == programs.asks_slotted(NUMBERS)


def test_array_work_runs_in_threads_at_level_3():
    ready = Processes().prepare(function_of(programs.vectors), Arguments())
    values = [np.arange(200_000.0) + number for number in range(24)]
    assert ready(values) == programs.vectors(values)
    ready.close()


@pytest.mark.parametrize("function", [programs.gets, programs.adds, programs.asks_size])
def test_methods_that_change_their_object_are_not_taken_for_those_of_a_container(prepare, function):
    ready = prepare(function)
    assert ready(NUMBERS, programs.Meter()) == function(NUMBERS, programs.Meter())
    assert ready.realized.level is Level.MONITOR


def test_items_within_results_keep_their_identity(prepare):
    values = [f"word {number}" for number in NUMBERS]
    found = prepare(programs.keeps_items)(values)
    assert all(one is other for (one, _), other in zip(found, values, strict=True))


def test_an_iterator_inside_zip_is_not_read_ahead(prepare):
    source = iter(range(40))
    with pytest.raises(ZeroDivisionError):
        prepare(programs.reads_lazily)(NUMBERS, source)
    assert next(source) == 4


def test_an_array_is_iterated_by_rows(prepare):
    rows = np.arange(24.0).reshape(12, 2)
    found = prepare(programs.vectors)(rows)
    assert found == programs.vectors(rows)


def test_an_exit_inside_an_item_reaches_the_caller(prepare):
    with pytest.raises(SystemExit) as caught:
        prepare(programs.exits)(NUMBERS)
    assert caught.value.args == (10,)
