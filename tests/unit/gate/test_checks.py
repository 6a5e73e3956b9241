from __future__ import annotations

from dataclasses import replace

import pytest
from unit.gate.kept import MACHINE, compiled, entry, level_0, report, row

from epochly.gate.checks import equality_checks, realized_checks
from epochly.levels import Level
from epochly.model import Equality, Realized

ENTRY = entry(level_0(), compiled())
CARD = row(Level.GPU, "cupy", 0.001, 0.05)
NO_CARD = row(Level.GPU, "cupy", None, status="unavailable", reason="there is no card")


def only(*rows, before=ENTRY, machine=MACHINE):
    checks, notes = realized_checks(before, report(level_0(), *rows, machine=machine))
    assert notes == ()
    (check,) = checks
    return check


def test_a_level_that_is_realized_as_before_passes():
    assert only(compiled()).state == "passed"


def test_a_level_that_is_refused_now_fails_with_the_line_and_the_remedy():
    check = only(
        compiled(None, status="refused", reason="a generator", line=7, remedy="use a list")
    )
    assert (check.kind, check.state, check.remedy) == ("realized", "failed", "use a list")
    assert "level 2 (numba)" in check.message
    assert "refused now in line 7: a generator" in check.message


@pytest.mark.parametrize("status", ["refused", "failed", "timeout", "unavailable"])
def test_a_level_that_does_not_run_any_more_fails(status):
    check = only(compiled(None, status=status, reason="so it is"))
    assert check.state == "failed"
    assert check.remedy


@pytest.mark.parametrize("realized", [Realized(Level.MONITOR, "monitor"), None])
def test_a_level_that_is_measured_but_fell_back_fails(realized):
    check = only(compiled(realized=realized))
    assert check.state == "failed"
    assert "fell back" in check.message


def test_a_level_that_was_not_tried_is_undecided():
    assert only(compiled(None, status="skipped", reason="no time")).state == "undecided"


def test_a_different_result_is_a_matter_of_equality_alone():
    wrong = compiled(status="different", equality=Equality("different", where="result: 1 != 2"))
    assert realized_checks(ENTRY, report(level_0(), wrong)) == ((), ())
    (check,) = equality_checks(report(level_0(), wrong))
    assert (check.kind, check.state) == ("equality", "failed")
    assert "result: 1 != 2" in check.message


def test_a_level_that_was_not_asked_for_is_noted():
    checks, notes = realized_checks(ENTRY, report(level_0()))
    assert checks == ()
    assert "level 2 (numba) was not run" in notes[0]


def test_a_level_that_was_never_realized_may_go_on_being_refused():
    refused = compiled(None, status="refused", reason="a generator")
    fell = compiled(realized=Realized(Level.MONITOR, "monitor"))
    for before in (refused, fell):
        assert realized_checks(entry(level_0(), before), report(level_0(), refused)) == ((), ())


def test_a_machine_without_a_card_is_noted_and_fails_nothing():
    before = entry(level_0(), CARD, machine=replace(MACHINE, gpu="NVIDIA H100"))
    checks, notes = realized_checks(before, report(level_0(), NO_CARD))
    assert checks == ()
    assert "there is no card" in notes[0]


def test_a_card_without_its_package_fails():
    with_card = replace(MACHINE, gpu="NVIDIA H100")
    before = entry(level_0(), CARD, machine=with_card)
    assert only(NO_CARD, before=before, machine=with_card).state == "failed"


def test_a_backend_of_another_python_is_noted_and_fails_nothing():
    here = replace(MACHINE, python="3.13.0")
    gone = compiled(None, status="unavailable", reason="CPython 3.13 has none")
    checks, notes = realized_checks(ENTRY, report(level_0(), gone, machine=here))
    assert checks == ()
    assert "CPython 3.13 has none" in notes[0]


def test_a_backend_that_is_gone_from_the_same_python_fails():
    here = replace(MACHINE, python="3.11.9")
    assert only(compiled(None, status="unavailable", reason="no Numba"), machine=here).state == (
        "failed"
    )


def test_each_measured_level_is_checked_for_equality():
    (check,) = equality_checks(report(level_0(), compiled(equality=Equality("close"))))
    assert (check.state, check.level) == ("passed", Level.COMPILE)


def test_a_result_that_could_not_be_compared_is_no_proof_of_equality():
    assert equality_checks(report(level_0(), compiled(equality=Equality("unchecked")))) == ()
