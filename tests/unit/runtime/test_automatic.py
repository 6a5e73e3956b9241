"""Where the calls of a function without a level go."""

from unit.runtime.test_tier import Prepared

from epochly.runtime.automatic import DECIDED_CALLS, Automatic
from epochly.runtime.decorated import decorated
from epochly.runtime.dispatcher import Dispatcher
from epochly.runtime.standing import Candidate
from epochly.runtime.undecided import Undecided

SHORT, LONG = ("a",), ("a" * 1000,)


def shout(text):
    return text.upper()


def met(*given):
    """A policy that has met such calls, and where their kinds stand."""
    policy = Automatic(shout)
    for args in given:
        policy.call(*args)
    return policy, list(policy._tiers.values())


def test_where_all_stays_at_level_0_calls_go_to_the_original():
    policy, tiers = met(SHORT, LONG)
    for tier in tiers:
        assert policy.way.call == policy.call
        tier.settle("nothing pays")
    assert policy.way.call is shout


def test_where_another_kind_is_met_calls_are_told_apart_again():
    policy, (tier,) = met(SHORT)
    tier.settle("nothing pays")
    assert policy.choose(LONG, {}).call == policy.call
    assert [standing.state for standing in policy.standings()] == ["settled", "observing"]


def test_where_one_kind_has_a_level_calls_are_told_apart():
    policy, (short, long) = met(SHORT, LONG)
    long.commit(Candidate("fast", Prepared(None, 0.0)))
    short.settle("nothing pays")
    assert policy.way.call == policy.call


def test_another_kind_is_seen_among_many_calls():
    policy, (tier,) = met(SHORT)
    tier.settle("nothing pays")
    undecided = Undecided(shout)
    undecided._automatic = policy
    function = decorated(shout, lambda original: Dispatcher(original, undecided))
    assert function(*SHORT) == "A"
    for _ in range(2 * DECIDED_CALLS):
        assert function(*LONG) == "A" * 1000
    assert len(policy.standings()) == 2
