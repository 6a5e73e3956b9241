import pytest

from epochly.model import Arguments
from epochly.profile.calls import call_once, call_repeatedly

LIMITS = {"wanted_s": 0.0, "limit_s": 10.0, "in_process": False}


def test_one_call_is_counted_and_its_value_returned():
    value, seen = call_once(divmod, Arguments((7, 2)), in_process=False)
    assert value == (3, 1)
    assert seen["calls"] == 1
    assert seen["times"]["wall_s"] > 0
    assert seen["counts"]["minor_faults"] >= 0
    assert "samples" not in seen


def test_calls_that_leave_their_inputs_alone_share_them_in_batches():
    made = []
    seen = call_repeatedly(
        abs, lambda: made.append(1) or Arguments((1,)), call_s=1e-4, same_inputs=True, **LIMITS
    )
    assert len(made) == 1
    assert seen["calls"] == 100


def test_a_call_that_changes_its_inputs_gets_fresh_ones_every_time():
    lengths = []

    def call(items):
        lengths.append(len(items))
        items.append(1)

    limits = {**LIMITS, "wanted_s": 1e-4}
    seen = call_repeatedly(call, lambda: Arguments(([],)), call_s=1e-9, same_inputs=False, **limits)
    assert set(lengths) == {0}
    assert seen["calls"] == len(lengths)


def test_slow_inputs_end_the_repetition_at_its_limit():
    limits = {**LIMITS, "wanted_s": 1e9, "limit_s": 0.0}
    seen = call_repeatedly(abs, lambda: Arguments((1,)), call_s=1.0, same_inputs=False, **limits)
    assert seen["calls"] == 1


def test_what_a_call_raises_propagates():
    with pytest.raises(ZeroDivisionError):
        call_repeatedly(divmod, lambda: Arguments((1, 0)), call_s=1.0, same_inputs=True, **LIMITS)


def test_a_sampler_is_gone_after_the_call_and_the_users_random_stream_is_untouched():
    import random
    import sys
    import threading

    random.seed(3)
    before, interval = random.getstate(), sys.getswitchinterval()
    _, seen = call_once(sum, Arguments((range(300_000),)), in_process=True)
    assert random.getstate() == before
    assert sys.getswitchinterval() == interval
    assert [thread.name for thread in threading.enumerate() if "epochly" in thread.name] == []
    assert set(seen["samples"]) == {"stacks", "held", "looks", "lost_s"}
