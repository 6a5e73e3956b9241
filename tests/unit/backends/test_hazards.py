"""Items that reach each other: levels 1 and 3 give what plain Python gives, or do not run them."""

import contextvars
import threading

import pytest
from epochly_backends.mapped import prepare_mapped
from epochly_backends.processes import CoreRunner
from unit.backends import hazard_programs as programs

from epochly.code.function import function_of
from epochly.errors import WorkerError
from epochly.levels import Level
from epochly.model import Refused
from epochly.verify.values import ValueComparison
from epochly.workload import Tolerance


class Backwards:
    """Runs items last to first in another thread, which every dependence between them shows."""

    def run(self, body, items, *, replayable):
        found, failed = {}, {}

        def work():
            for number in reversed(range(len(items))):
                try:
                    found[number] = contextvars.copy_context().run(body, items[number])
                except Exception as error:
                    failed[number] = error

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if failed:
            raise failed[min(failed)]
        return "backwards", [value for number in sorted(found) for value in found[number]]

    def stats(self):
        return {}

    def close(self):
        pass


class Spread(CoreRunner):
    """Uses worker processes without finding out first whether threads do."""

    def __init__(self, function):
        super().__init__(function)
        self._released = False


def backwards(function):
    return prepare_mapped(function, Level.THREADS, "threads", Backwards())


def spread(function):
    return prepare_mapped(function, Level.CORES, "processes", Spread(function))


def outcome(call, args):
    try:
        return call(*args), None, args
    except Exception as error:
        return None, (type(error).__name__, error.args), args


def check(program, prepare, *, trusted=False):
    function, args = program()
    expected = outcome(function, args)
    function, args = program()
    target = function_of(function)
    ready = prepare(target.trusted() if trusted else target)
    if isinstance(ready, Refused):
        return ready
    found = outcome(ready, args)
    ready.close()
    if not (trusted and found[1] and found[1][0] == WorkerError.__name__):
        ValueComparison(Tolerance(), False).values(expected, found, "outcome")
    return ready


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
@pytest.mark.parametrize("program", programs.AUTOMATIC + programs.TRUSTED)
def test_items_that_reach_each_other_are_not_run_side_by_side(program, trusted, prepare):
    if program in EXCUSED and trusted:
        pytest.skip("what a property or a container does when asked is the user's word")
    check(program, prepare, trusted=trusted)


EXCUSED = [
    programs.entries_made_by_asking,
    programs.property_read_by_name,
    programs.key_that_is_a_property,
    programs.vectorized_function_that_counts,
    programs.objects_that_are_made_by_asking_for_their_class,
]


@pytest.mark.parametrize("program", programs.ELSEWHERE)
@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
def test_what_another_process_would_do_otherwise_is_done_here(program, trusted):
    check(program, spread, trusted=trusted)


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("program", programs.SPREAD)
def test_items_of_their_own_run_side_by_side(program, prepare):
    ready = check(program, prepare)
    assert not isinstance(ready, Refused), ready
    assert ready.realized.level is not Level.MONITOR


def test_a_helper_that_is_replaced_is_looked_at_again():
    held = [0]

    def first(value):
        return value

    def second(value):
        total = held
        total += [value]
        return len(total)

    helper = first

    def function(values):
        return [helper(value) for value in values]

    ready = backwards(function_of(function))
    assert ready(programs.NUMBERS) == list(programs.NUMBERS)
    helper = second
    assert ready(programs.NUMBERS) == list(range(2, 14))
    assert "replaced" in next(iter(ready._ways.values()))


def test_modules_and_classes_are_those_of_the_call(tmp_path, monkeypatch):
    (tmp_path / "settings_of_a_program.py").write_text("SCALE = 2\nclass Config:\n    scale = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import settings_of_a_program as settings

    def function(values):
        return [value * settings.SCALE * settings.Config.scale for value in values]

    ready = spread(function_of(function))
    assert ready(programs.NUMBERS) == function(programs.NUMBERS)
    monkeypatch.setattr(settings, "SCALE", 5)
    monkeypatch.setattr(settings.Config, "scale", 7)
    assert ready(programs.NUMBERS) == [value * 35 for value in programs.NUMBERS]
    ready.close()


def test_an_empty_loop_needs_no_workers():
    function, _ = programs.helper_with_numbers_of_its_own()
    ready = spread(function_of(function))
    assert ready(()) == []
    ready.close()
