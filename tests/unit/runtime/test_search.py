"""What the search for a level prepares."""

import pytest

from epochly.call import Arguments
from epochly.errors import Deoptimize
from epochly.levels import SPREADING
from epochly.registry import usable_backends
from epochly.runtime import search
from epochly.runtime.search import Search


def roots(values):
    return [value**0.5 for value in values]


def test_what_spreads_items_leaves_them_to_the_original_at_the_end_of_the_program(monkeypatch):
    made = Search(roots, lambda tier: None)._proven(Arguments(([1.0, 4.0],)))
    assert {candidate.backend for candidate in made} == {
        backend.name for backend in usable_backends(SPREADING)
    }
    assert all(candidate.prepared([1.0, 4.0]) == [1.0, 2.0] for candidate in made)
    monkeypatch.setattr(search, "is_ending", lambda: True)
    for candidate in made:
        with pytest.raises(Deoptimize, match="ending"):
            candidate.prepared([1.0, 4.0])
        candidate.prepared.close()
