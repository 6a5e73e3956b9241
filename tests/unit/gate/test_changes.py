from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epochly.gate.changes import changes

NAMES = st.sampled_from("abcdef")
VERSION = st.dictionaries(NAMES, st.sampled_from(["x", "y", "z"]))


def test_a_workload_in_both_is_common_whatever_it_calls():
    found = changes({"a": "x", "b": "y"}, {"b": "z", "a": "x"})
    assert (found.common, found.new, found.removed, found.renamed) == (("b", "a"), (), (), {})


def test_another_name_for_the_same_call_is_a_renaming():
    found = changes({"old": ("m:f", None, "1")}, {"fresh": ("m:f", None, "1")})
    assert found.renamed == {"fresh": "old"}
    assert (found.new, found.removed) == ((), ())


def test_another_name_with_another_call_is_one_removed_and_one_new():
    found = changes({"old": ("m:f", None, "1")}, {"fresh": ("m:f", None, "2")})
    assert (found.new, found.removed, found.renamed) == (("fresh",), ("old",), {})


def test_a_name_that_stayed_is_never_the_former_name_of_another():
    found = changes({"a": "x"}, {"a": "x", "b": "x"})
    assert (found.common, found.new, found.renamed) == (("a",), ("b",), {})


def test_several_names_for_one_call_are_paired_in_their_order():
    found = changes({"a": "x", "b": "x", "c": "x"}, {"d": "x", "e": "x"})
    assert found.renamed == {"d": "a", "e": "b"}
    assert found.removed == ("c",)


@given(VERSION, VERSION)
def test_every_workload_stands_in_exactly_one_place(reference, head):
    found = changes(reference, head)
    assert sorted([*found.common, *found.new, *found.renamed]) == sorted(head)
    assert sorted([*found.common, *found.removed, *found.renamed.values()]) == sorted(reference)
    for now, then in found.renamed.items():
        assert head[now] == reference[then]
    assert not {head[name] for name in found.new} & {reference[name] for name in found.removed}
