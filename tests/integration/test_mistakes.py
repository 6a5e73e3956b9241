"""The mistakes by the whole way: bundled programs, run, measured, and judged."""

import os
import shutil

import pytest

from epochly.levels import Level
from epochly.measure.session import Options, measure
from epochly.workload import Workload

MEMORY_BYTES = 200 << 20


def kinds(program, levels, args=None, **options):
    workload = Workload(f"epochly_fixtures.mistakes:{program}", os.getcwd(), args=args)
    chosen = tuple(Level(number) for number in levels)
    report = measure(workload, Options(levels=chosen, budget_s=0.2, **options))
    for mistake in report.mistakes:
        assert mistake.line
        assert mistake.message
        assert mistake.remedy
    return {mistake.kind for mistake in report.mistakes}


@pytest.mark.parametrize(
    ("kind", "levels", "shown_by", "not_by"),
    [
        ("small-data", (0, 3), ["few_squares"], "much_work"),
        ("compiled-waiting", (0,), ["compiled_pauses"], "overlapped_pauses"),
        ("small-arrays", (0, 4), ["root_mean_square"], "long_root_mean_square"),
        ("cold-jit", (0,), ["cold_benchmark"], "warm_benchmark"),
        ("nested-levels", (0,), ["nested_spectra", "pooled_spectra"], "flat_spectra"),
        ("already-vectorized", (0,), ["compiled_whole_arrays"], "compiled_loop"),
    ],
)
def test_a_mistake_is_found_where_it_is_made(kind, levels, shown_by, not_by):
    for program in shown_by:
        assert kind in kinds(program, levels), program
    assert kind not in kinds(not_by, levels)


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine may have a card")
def test_level_4_without_a_card_is_found_where_it_is_asked_for():
    assert "no-card" in kinds("root_mean_square", (0, 4))
    assert kinds("plain_root_mean_square", (0, 4)) == set()


def test_copies_that_do_not_fit_into_memory_are_found():
    few = "[800_000] * 4"
    assert "memory" in kinds("sum_lists", (0, 3), few, memory_bytes=MEMORY_BYTES)
    assert "memory" not in kinds("sum_lists", (0, 3), few)
