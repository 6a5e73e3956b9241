"""What has its place in one thread or process: levels 1 and 3 keep it there, or say so."""

import pytest
from unit.backends import place_programs as programs
from unit.backends.test_hazards import backwards, check, spread

import epochly
from epochly.code.function import function_of
from epochly.errors import EpochlyError
from epochly.model import Refused

TRUST = pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])


@TRUST
@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("program", programs.EVERYWHERE)
def test_what_one_thread_has_is_not_asked_for_in_another(program, trusted, prepare):
    check(program, prepare, trusted=trusted)


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("program", programs.BY_ASKING)
def test_what_runs_when_an_attribute_is_asked_for_runs_in_order(program, prepare):
    check(program, prepare)


@TRUST
@pytest.mark.parametrize("program", programs.ELSEWHERE)
def test_what_another_process_would_not_have_stays_as_it_is(program, trusted):
    check(program, spread, trusted=trusted)


@pytest.mark.parametrize(
    "program",
    [programs.layout_of_items, programs.module_that_is_returned],
)
def test_what_can_be_kept_is_no_reason_to_stay(program):
    ready = check(program, spread)
    assert not isinstance(ready, Refused), ready
    assert list(ready._ways.values())[:1] == ["processes"]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (programs.number_of_the_process, "os.getpid is about the process that calls it"),
        (programs.records_of_a_log, "logger.warning is about the process that calls it"),
        (programs.part_of_the_interpreter, "sys.path is of the process that asks"),
    ],
)
def test_a_function_that_asks_for_its_place_is_refused(program, reason):
    function, _ = program()
    answer = spread(function_of(function).trusted())
    assert isinstance(answer, Refused)
    assert answer.reason == reason


def test_the_reason_to_stay_is_said():
    ready = check(programs.lock_that_the_caller_holds, spread, trusted=True)
    (way,) = ready._ways.values()
    assert "the thread that calls holds a lock" in way


def test_a_level_that_no_call_could_be_run_at_is_an_error_where_that_was_asked_for():
    function, args = programs.number_of_the_process()
    strict = epochly.optimize(level=3, strict=True)(function)
    with pytest.raises(EpochlyError, match="is about the process that calls it"):
        strict(*args)


def test_a_lock_held_by_nobody_is_no_reason_to_stay():
    import threading

    lock = threading.RLock()

    def helper(value):
        with lock:
            return value

    def function(values):
        return [helper(value) for value in values]

    ready = backwards(function_of(function).trusted())
    assert ready(programs.NUMBERS) == list(programs.NUMBERS)
    assert set(ready._ways.values()) == {"backwards"}
    ready.close()


@pytest.mark.parametrize("level", [1, 3])
def test_a_call_whose_items_all_ran_in_turn_is_a_fallback_with_its_reason(level, caplog):
    caplog.set_level("INFO", "epochly")
    function = epochly.optimize(level=level)(programs.doubled)
    epochly.reset_metrics()
    assert function(iter(programs.NUMBERS)) == [value * 2 for value in programs.NUMBERS]
    (counted,) = epochly.get_metrics(function)["functions"].values()
    (fallback,) = counted["fallbacks"]
    assert fallback["calls"] == 1
    assert "read ahead" in fallback["reason"]
    assert counted["reason"] == fallback["reason"]
    assert caplog.text.count("doubled ran plainly") == 1


def test_a_call_with_one_item_is_no_fallback():
    function = epochly.optimize(level=1)(programs.doubled)
    epochly.reset_metrics()
    assert function([3]) == [6]
    assert function([]) == []
    (counted,) = epochly.get_metrics(function)["functions"].values()
    assert counted["fallbacks"] == []
