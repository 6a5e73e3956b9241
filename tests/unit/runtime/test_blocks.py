"""Named blocks, their levels and their shares."""

import asyncio
import threading

import pytest
from unit.runtime import programs

import epochly
from epochly.errors import UsageError


def block(name):
    return next(one for one in epochly.benchmarks() if one.name == name)


def test_a_block_knows_its_runs_its_seconds_and_its_share():
    for _ in range(3):
        with epochly.benchmark_context("first"):
            programs.squares(10)
    with epochly.benchmark_context("second"):
        programs.squares(10)
    found = epochly.benchmarks()
    assert [(one.name, one.runs, one.errors, one.level) for one in found] == [
        ("first", 3, 0, None),
        ("second", 1, 0, None),
    ]
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert 0 < found[0].fastest <= found[0].slowest <= found[0].seconds


@pytest.mark.parametrize("level", [0, 2])
def test_a_block_takes_the_level_of_the_context_inside_it(level):
    with epochly.benchmark_context("inside"), epochly.optimize_context(level=level):
        programs.squares(10)
    assert block("inside").level == level


def test_a_block_takes_the_level_of_the_context_around_it():
    with epochly.optimize_context(level=0), epochly.benchmark_context("around"):
        programs.squares(10)
    assert block("around").level == 0


def test_a_block_with_contexts_of_several_levels_has_none():
    with epochly.benchmark_context("several"):
        for level in (0, 1):
            with epochly.optimize_context(level=level):
                programs.squares(10)
    assert block("several").level is None


def test_a_block_that_raises_is_counted_and_the_exception_goes_on():
    with pytest.raises(ZeroDivisionError), epochly.benchmark_context("failing"):
        _ = 1 // 0
    assert (block("failing").runs, block("failing").errors) == (1, 1)


def test_a_block_in_a_block_is_part_of_the_outer_share():
    with epochly.benchmark_context("outer"), epochly.benchmark_context("inner"):
        programs.squares(1000)
    assert block("outer").share == pytest.approx(1.0)
    assert 0 < block("inner").share < 1


def test_one_object_serves_threads_and_itself():
    shared = epochly.benchmark_context("shared")

    def work():
        for _ in range(100):
            with shared, shared:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert block("shared").runs == 800


def test_they_print_as_a_table():
    with epochly.benchmark_context("a long name"), epochly.optimize_context(level=2):
        programs.squares(10)
    head, row = str(epochly.benchmarks()).splitlines()
    assert head.split() == ["block", "level", "runs", "seconds", "per", "run", "fastest", "share"]
    assert row.startswith("a long name      2     1  ")
    assert row.endswith("100.0%")


def test_a_name_of_several_lines_is_printed_on_one():
    with epochly.benchmark_context("one\ntwo\tof \x1b[31mthree, größer"):
        pass
    _, row = str(epochly.benchmarks()).splitlines()
    assert row.startswith(r"one\ntwo\tof \x1b[31mthree, größer")


@pytest.mark.parametrize("name", ["", 3, None, b"block"])
def test_what_is_no_name_is_told(name):
    with pytest.raises(UsageError, match="is no name of a block"):
        epochly.benchmark_context(name)


def test_without_blocks_the_table_says_how_to_make_one():
    assert "benchmark_context" in str(epochly.benchmarks())


def test_a_block_in_a_block_of_its_name_takes_no_more_than_all_of_the_time():
    with epochly.benchmark_context("again"), epochly.benchmark_context("again"):
        sum(range(10_000))
    (block,) = epochly.benchmarks()
    assert block.runs == 2
    assert block.share <= 1.0


def test_a_block_in_a_task_or_thread_that_was_started_in_another_is_part_of_it():
    async def child():
        with epochly.benchmark_context("child"):
            await asyncio.sleep(0)

    def in_thread():
        with epochly.benchmark_context("thread"):
            programs.squares(10)

    async def main():
        with epochly.benchmark_context("parent"):
            await asyncio.gather(child(), child(), asyncio.to_thread(in_thread))

    asyncio.run(main())
    assert block("parent").share == pytest.approx(1.0)
    assert (block("child").runs, block("thread").runs) == (2, 1)
