"""What is written down of where tiers have arrived."""

import gc
import weakref

import pytest

from epochly.levels import Level
from epochly.runtime import keeping
from epochly.runtime.decisions import decision_file
from epochly.runtime.keeping import Keeping
from epochly.runtime.original import Original
from epochly.runtime.standing import Candidate
from epochly.runtime.tier import Tier


def doubled(values):
    return [2 * value for value in values]


class Prepared:
    """Level 1, as far as anybody asks."""

    def __init__(self):
        from epochly.call import Realized

        self.realized = Realized(Level.THREADS, "threads")


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A tier whose level is in use, who keeps that, and what stands in the file."""
    path = tmp_path / "decisions.yaml"
    monkeypatch.setattr(keeping, "decision_path", lambda: path)
    monkeypatch.setattr(keeping, "_all", set())
    original = Original(doubled)
    tier = Tier("list", original, lambda *_: None, after_s=1.0, watch=0.0)
    tier.commit(Candidate("threads", Prepared(), 3.0))

    def found():
        decision_file.cache_clear()
        return decision_file(path).find(original.key, "list", original.code)

    return tier, Keeping(original, lambda tier: None), found


def test_a_level_in_use_is_kept_as_the_program_ends_though_not_all_was_tried(kept):
    tier, keeper, found = kept
    keeper.so_far(tier)
    assert found() is None
    keeping._at_the_end()
    assert (found().level, found().speedup, found().unfinished) == (1, 3.0, True)


def test_once_all_is_tried_the_end_of_the_program_changes_nothing(kept):
    tier, keeper, found = kept
    keeper.so_far(tier)
    keeper.keep(tier)
    keeping._at_the_end()
    assert (found().level, found().unfinished) == (1, False)


@pytest.mark.parametrize("told", [True, False])
def test_a_level_that_was_dropped_is_not_kept_as_the_program_ends(kept, told):
    tier, keeper, found = kept
    keeper.so_far(tier)
    tier.settle("it became slower")
    if told:
        keeper.so_far(tier)
    keeping._at_the_end()
    assert found() is None


def test_what_was_tried_in_vain_is_kept_as_the_program_ends_where_more_is_left(kept):
    tier, keeper, found = kept
    tier.wait()
    tier.reason = "threads: 0.9x on real calls"
    keeper.put_off(tier, 16.0)
    assert found() is None
    keeping._at_the_end()
    assert (found().level, found().unfinished, found().rest_after_s) == (0, True, 16.0)
    assert found().reason == "threads: 0.9x on real calls"


@pytest.mark.parametrize("in_use", [True, False])
def test_what_another_process_has_found_out_to_the_end_is_not_replaced(kept, in_use):
    tier, keeper, found = kept
    keeper.write(tier)
    if in_use:
        keeper.so_far(tier)
    else:
        tier.wait()
        keeper.put_off(tier, 16.0)
    keeping._at_the_end()
    assert (found().level, found().unfinished) == (1, False)


def test_once_it_is_looked_at_again_the_end_of_the_program_changes_nothing(kept):
    tier, keeper, found = kept
    keeper.put_off(tier, 16.0)
    tier.settle("nothing pays")
    keeper.keep(tier)
    keeping._at_the_end()
    assert (found().level, found().unfinished) == (0, False)


def test_a_forked_child_keeps_nothing_of_its_parents(kept):
    tier, keeper, found = kept
    keeper.so_far(tier)
    keeping._after_fork()
    keeping._at_the_end()
    assert found() is None


def test_a_level_of_an_earlier_process_that_is_dropped_is_not_begun_with_again(kept):
    tier, keeper, found = kept
    keeper.write(tier, unfinished=True)
    tier.settle("it returned something different")
    keeper.replacing(tier)
    assert (found().level, found().unfinished) == (0, True)
    assert "different" in found().reason


def test_what_the_program_no_longer_has_is_let_go():
    tier = Tier("list", Original(doubled), lambda *_: None, after_s=1.0, watch=0.0)
    keeper = Keeping(Original(doubled), lambda tier: None)
    keeper.put_off(tier, 16.0)
    gone = weakref.ref(tier)
    del tier, keeper
    gc.collect()
    assert gone() is None
