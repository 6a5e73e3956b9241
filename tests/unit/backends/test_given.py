"""What operators and methods give the items: levels 1 and 3 do not take all of it for new."""

import pytest
from unit.backends import given_programs as programs
from unit.backends.test_hazards import backwards, check, spread

from epochly.levels import Level
from epochly.model import Refused

BOTH = pytest.mark.parametrize("prepare", [backwards, spread])


@BOTH
@pytest.mark.parametrize("program", programs.GIVEN)
def test_what_an_operator_gives_to_several_items_is_changed_in_their_order(program, prepare):
    check(program, prepare)


@BOTH
@pytest.mark.parametrize("program", programs.SPREAD)
def test_operators_that_give_what_they_made_are_no_reason_to_stay(program, prepare):
    ready = check(program, prepare)
    assert not isinstance(ready, Refused), ready
    assert ready.realized.level is not Level.MONITOR
