"""Helpers without a name outside: what they change for all items is refused at any level."""

import pytest
from unit.backends import helper_programs as programs
from unit.backends.test_hazards import backwards, check, spread

from epochly.call import Refused
from epochly.code.function import function_of
from epochly.levels import Level


@pytest.mark.parametrize("prepare", [backwards, spread])
@pytest.mark.parametrize("trusted", [False, True], ids=["automatic", "trusted"])
@pytest.mark.parametrize("program", programs.REFUSED + programs.IN_A_CALL)
def test_what_helpers_change_for_all_items_is_kept(program, trusted, prepare):
    check(program, prepare, trusted=trusted)


@pytest.mark.parametrize("program", programs.REFUSED)
def test_what_helpers_change_for_all_items_is_refused_with_line(program):
    ready = check(program, backwards, trusted=True)
    assert isinstance(ready, Refused)
    assert "changes what all items share" in ready.reason
    first = program.__code__.co_firstlineno
    assert ready.line is not None
    assert first < ready.line < first + 20


@pytest.mark.parametrize("program", programs.IN_A_CALL)
def test_what_methods_of_arguments_change_is_told_after_the_call(program):
    ready = check(program, backwards, trusted=True)
    assert ready.realized.level is Level.MONITOR
    assert "changes what all items share" in next(iter(ready._ways.values()))


@pytest.mark.parametrize("program", programs.PARALLEL)
def test_helpers_that_keep_to_themselves_run_side_by_side(program):
    ready = check(program, backwards, trusted=True)
    assert not isinstance(ready, Refused), ready
    assert ready._ways == {0: "backwards"}


def test_methods_that_call_each_other_many_times_are_looked_at_in_time(tmp_path, monkeypatch):
    lines = ["class Deep:", "    x = 0"]
    for number in range(30):
        calls = [f"self.m{(number + step) % 30}(v - 1)" for step in (1, 2, 3, 4)]
        lines += [f"    def m{number}(self, v):", f"        return v and {' + '.join(calls)}"]
    lines += ["    def run(self, values):", "        return [self.m0(v) for v in values]"]
    (tmp_path / "deep_program.py").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import deep_program

    ready = backwards(function_of(deep_program.Deep().run).trusted())
    assert ready((1, 2)) == [0, 0]
    assert ready._ways == {0: "backwards"}
