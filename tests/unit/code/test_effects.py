"""What a function does besides returning."""

import pytest
from unit.code import effect_programs as programs

from epochly.code.effects import Effect, effects_of


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (programs.pure, Effect.PURE),
        (programs.own_list, Effect.PURE),
        (programs.recursive, Effect.PURE),
        (programs.reads, Effect.READS),
        (programs.reads_mode, Effect.READS),
        (programs.reads_array, Effect.READS),
        (programs.asks, Effect.READS),
        (programs.waits, Effect.READS),
        (programs.queries, Effect.READS),
        (programs.draws, Effect.DRAWS),
        (programs.draws_numpy, Effect.DRAWS),
        (programs.writes_file, Effect.WRITES),
        (programs.removes, Effect.WRITES),
        (programs.posts, Effect.WRITES),
        (programs.enters, Effect.WRITES),
        (programs.changes_argument, Effect.WRITES),
        (programs.appends_argument, Effect.WRITES),
        (programs.changes_global, Effect.WRITES),
        (programs.appends_global, Effect.WRITES),
        (programs.through_helper, Effect.WRITES),
        (programs.writes_out, Effect.WRITES),
        (programs.forks, Effect.WRITES),
        (programs.unknown_mode, Effect.UNKNOWN),
        (programs.unknown_callable, Effect.UNKNOWN),
        (programs.closes_what_prints, Effect.UNKNOWN),
        (programs.closes_the_unknown, Effect.UNKNOWN),
    ],
    ids=lambda value: getattr(value, "__name__", value.name if hasattr(value, "name") else ""),
)
def test_the_worst_effect_is_found(function, expected):
    found = effects_of(function)
    named = [cause for cause in found.causes if cause.effect is expected]
    assert expected is Effect.PURE or named, found.causes
    if expected in (Effect.PURE, Effect.READS, Effect.UNKNOWN):
        assert found.worst is expected, found.causes


@pytest.mark.parametrize(
    ("function", "outside"),
    [
        (programs.writes_file, True),
        (programs.removes, True),
        (programs.through_helper, True),
        (programs.changes_argument, False),
        (programs.changes_global, False),
        (programs.appends_global, False),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_write_tells_whether_it_leaves_the_process(function, outside):
    cause = effects_of(function).first(Effect.WRITES)
    assert cause is not None
    assert cause.outside is outside


def test_a_helpers_effect_is_told_at_the_line_of_its_call():
    cause = effects_of(programs.through_helper).first(Effect.WRITES)
    assert cause is not None
    assert cause.line == programs.through_helper.__code__.co_firstlineno + 1
    assert "writes_file" in cause.what


def test_a_path_that_writes_is_never_pure():
    assert effects_of(programs.writes_path).worst in (Effect.WRITES, Effect.UNKNOWN)
