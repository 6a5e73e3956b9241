"""A report says of a function only what was found out about it."""

from __future__ import annotations

import pytest

from epochly.levels import Level
from epochly.measure.contender import Contender
from epochly.measure.summary import Known, summary
from epochly.model import TargetInfo
from epochly.recommend.facts import Facts


@pytest.mark.parametrize("understood", [True, False])
def test_a_function_that_nobody_read_yet_has_no_way_through_the_flowchart(understood: bool) -> None:
    known = Known(
        target=TargetInfo("shop:total", "total", "shop.py", 1, "()", "", None),
        workload=None,
        baseline=Contender(Level.MONITOR, "monitor"),
        others=(),
        facts=Facts(),
        understood=understood,
        profile=None,
        nondeterministic=False,
        memory_bytes=1,
        notes=(),
        interrupted=True,
        identity=None,
    )
    assert bool(summary(known).recommendation.path) is understood
