from __future__ import annotations

from dataclasses import replace

import pytest
from cli.reports import MACHINE

from epochly.gate.fingerprint import fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"python": "3.12.1"},
        {"implementation": "PyPy"},
        {"processor": "Another"},
        {"cores": 4},
        {"memory_bytes": 16 * 2**30},
        {"gpu": "NVIDIA H100"},
        {"platform": "Windows-11"},
    ],
)
def test_a_machine_that_would_take_another_time_has_another_fingerprint(changes):
    assert fingerprint(replace(MACHINE, **changes)) != fingerprint(MACHINE)


@pytest.mark.parametrize(
    "changes",
    [
        {"python": "3.11.9"},
        {"packages": {"numpy": "3.0.0"}},
        {"platform": "Linux-6.99"},
        {"memory_bytes": 8 * 2**30 - 4096},
    ],
)
def test_an_upgrade_keeps_the_fingerprint_so_that_its_effect_can_be_seen(changes):
    assert fingerprint(replace(MACHINE, **changes)) == fingerprint(MACHINE)


def test_a_fingerprint_says_what_it_stands_for():
    found = fingerprint(MACHINE)
    assert len(found.short) == 8
    for word in ("2 cores", "8 GiB", "no GPU", "Linux", "CPython 3.11"):
        assert word in found.words
