"""Findings by the real command: read without arguments, and deciding what is tried."""

import json

import pytest

MODULE = """
import time

def total(prices, rate):
    result = 0.0
    for price in prices:
        result += price * rate
    time.sleep(0.001)
    return result

def few():
    return [number * 2 for number in range(3)]

def pauses():
    return [pause(number) for number in range(6)]

def pause(number):
    time.sleep(0.02)
    return number
"""


@pytest.fixture
def shop(folder):
    (folder.path / "shop.py").write_text(MODULE)
    return folder


def test_without_arguments_the_source_is_read_and_nothing_runs(shop):
    ran = shop.run("analyze", "shop:total", "--format", "json", "--levels", "0-4")
    assert ran.code == 0, ran.err
    report = ran.report
    assert report["static"] is True
    assert (report["levels"], report["profile"]) == ([], None)
    assert {finding["kind"] for finding in report["findings"]} == {"loop", "io-wait"}
    advice = report["recommendation"]
    assert (advice["level"], advice["apply"]) == (None, None)
    assert "nothing was run" in advice["reason"]
    for way in ("--args", "epochly.yaml", "total_inputs()"):
        assert way in advice["reason"]
    assert advice["path"][0].startswith("I/O bound? perhaps: time.sleep (line 8)")


@pytest.mark.parametrize("form", ["rich", "markdown"])
def test_a_static_report_is_marked_in_every_form(shop, form):
    ran = shop.run("analyze", "shop.py:total", "--format", form, "--output", "r.xml")
    assert ran.code == 0, ran.err
    assert "static findings alone" in ran.out
    assert "no recommendation" in ran.out
    assert 'tests="0"' in (shop.path / "r.xml").read_text()


def test_bench_without_arguments_is_a_usage_error(shop):
    assert shop.run("bench", "shop:total").code == 2


def test_arguments_that_do_not_fit_are_a_usage_error(shop):
    ran = shop.run("analyze", "shop:total", "--args", "1")
    assert ran.code == 2
    assert "do not fit" in ran.err


def test_a_hopeless_level_is_skipped_with_its_reason_unless_it_is_given(shop):
    common = ("shop:few", "--budget", "0.2", "--format", "json")
    chosen = shop.run("bench", *common)
    skipped = {row["level"]: row for row in chosen.report["levels"] if row["doubt"]}
    assert sorted(skipped) == [1, 3, 4]
    assert {row["status"] for row in skipped.values()} == {"skipped"}
    assert "`--levels 3`" in skipped[3]["remedy"]
    assert chosen.row(2)["status"] != "skipped"
    given = shop.run("bench", *common, "--levels", "0,1").row(1)
    assert given["status"] == "measured"
    assert "handing work to a thread" in given["doubt"]


def test_levels_in_the_configuration_are_given_too(shop):
    (shop.path / "epochly.yaml").write_text(
        "workloads:\n  few:\n    target: shop:few\n    levels: 0-1\n"
    )
    ran = shop.run("bench", "--budget", "0.2", "--format", "json")
    (report,) = json.loads(ran.out)["reports"]
    assert [row["status"] for row in report["levels"]] == ["measured", "measured"]


def test_waiting_is_left_to_threads(shop):
    ran = shop.run("analyze", "shop:pauses", "--budget", "2", "--format", "json")
    rows = {row["level"]: row for row in ran.report["levels"]}
    assert ran.report["recommendation"]["level"] == 1
    assert {rows[level]["status"] for level in (2, 3, 4)} == {"skipped"}
    assert any("at most" in finding["message"] for finding in ran.report["findings"])
    path = ran.report["recommendation"]["path"]
    assert path[0].startswith("I/O bound? yes")
    assert path[1].startswith("the flowchart ends at level 1")
