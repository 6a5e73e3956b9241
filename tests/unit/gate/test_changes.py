from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epochly.gate.changes import changes

VERSION = st.dictionaries(
    st.sampled_from("abcdef"),
    st.sampled_from([("m:f", None, None), ("m:f", None, "1"), ("m:g", "import os", "1")]),
)
X, Y, Z = ("m:x", None, None), ("m:y", None, None), ("m:z", None, None)


def test_a_workload_in_both_is_no_change_whatever_it_calls():
    found = changes({"a": X, "b": Y}, {"b": Z, "a": X})
    assert (found.new, found.removed, found.renamed) == (frozenset(), frozenset(), {})


def test_another_name_for_the_same_call_is_a_renaming():
    found = changes({"old": ("m:f", None, "1")}, {"fresh": ("m:f", None, "1")})
    assert found.renamed == {"fresh": "old"}
    assert (found.new, found.removed) == (frozenset(), frozenset())


def test_another_name_with_another_call_is_one_removed_and_one_new():
    found = changes({"old": ("m:f", None, "1")}, {"fresh": ("m:f", None, "2")})
    assert (found.new, found.removed, found.renamed) == ({"fresh"}, {"old"}, {})


def test_a_name_that_stayed_is_never_the_former_name_of_another():
    found = changes({"a": X}, {"a": X, "b": X})
    assert (found.new, found.removed, found.renamed) == ({"b"}, frozenset(), {})


def test_several_names_for_one_call_are_paired_in_their_order():
    found = changes({"a": X, "b": X, "c": X}, {"d": X, "e": X})
    assert found.renamed == {"d": "a", "e": "b"}
    assert found.removed == {"c"}


@given(VERSION, VERSION)
def test_every_workload_stands_in_exactly_one_place(reference, head):
    found = changes(reference, head)
    common = reference.keys() & head.keys()
    assert sorted([*common, *found.new, *found.renamed]) == sorted(head)
    assert sorted([*common, *found.removed, *found.renamed.values()]) == sorted(reference)
    for now, then in found.renamed.items():
        assert head[now] == reference[then]
    assert not {head[name] for name in found.new} & {reference[name] for name in found.removed}
