from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from epochly_fixtures.guide.expectations import EXPECTATIONS
from unit.tool import tool

guide = tool("guide_vs_measured")


def row(level: int, status: str = "measured", **fields: Any) -> dict[str, Any]:
    found = {
        "level": level,
        "status": status,
        "reason": None,
        "realized": {"level": level},
        "best": status == "measured",
        "median_s": 0.02,
        "speedup": None,
        "speedup_low": None,
        "speedup_high": None,
        "breakeven_calls": None,
        "equality": {"verdict": "identical", "where": None},
        **fields,
    }
    if "low" in fields:
        found["speedup_low"], found["speedup_high"] = found.pop("low"), found.pop("high")
        found["speedup"] = (found["speedup_low"] + found["speedup_high"]) / 2
    return found


def report(name: str, recommended: int | None, *rows: dict[str, Any], cores: int = 16) -> Any:
    return {
        "created": "2026-11-24T10:00:00+00:00",
        "workload": name,
        "target": {"spec": f"somewhere:{name}"},
        "machine": {
            "python": "3.12.1",
            "implementation": "CPython",
            "processor": "a processor",
            "cores": cores,
            "memory_bytes": 2**34,
            "gpu": None,
            "packages": {"numpy": "2.0"},
        },
        "levels": [row(0), *rows],
        "recommendation": {"level": recommended},
    }


def judged(*reports: Any) -> Any:
    return guide.judged({"reports": reports})


def verdict(*arguments: Any, **options: Any) -> str:
    (one,) = judged(report(*arguments, **options))
    return str(one.verdict)


def test_a_level_recommended_as_expected_and_within_the_range_is_right():
    assert verdict("pi", 2, row(2, low=90, high=110)) == "right"
    assert verdict("baseline", 0, row(2, "refused")) == "right"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (40, 57.9, "wrong"),
        (40, 58, "right"),
        (193, 210, "right"),
        (193.1, 210, "wrong"),
        (10, 500, "right"),
    ],
)
def test_an_interval_outside_the_range_is_wrong(low: float, high: float, expected: str):
    assert verdict("pi", 2, row(2, low=low, high=high)) == expected


@pytest.mark.parametrize("status", ["refused", "different"])
def test_a_level_that_cannot_return_the_same_is_wrong(status: str):
    assert verdict("pi", 0, row(2, status)) == "wrong"


@pytest.mark.parametrize("status", ["unavailable", "failed", "timeout", "skipped"])
def test_a_level_that_did_not_show_what_it_does_is_not_tested(status: str):
    assert verdict("matrix", 0, row(4, status)) == "not tested"
    assert verdict("matrix", 0) == "not tested"


def test_a_level_that_ran_the_plain_function_is_wrong():
    assert verdict("fetch", 0, row(1, low=2.5, high=3, realized={"level": 0})) == "wrong"


def test_another_level_is_better_only_beyond_the_noise():
    assert verdict("items", 1, row(1, low=9.6, high=10), row(3, low=9, high=9.5)) == "wrong"
    assert verdict("items", 1, row(1, low=9.5, high=10), row(3, low=9, high=9.5)) == "right"


def test_plain_python_is_better_where_the_level_does_not_clear_the_gain():
    few = {"cores": 2}
    assert verdict("chunks", 0, row(3, low=0.9, high=1.09), **few) == "wrong"
    assert verdict("chunks", 0, row(3, low=0.9, high=1.1), **few) == "right"


def test_any_level_recommended_in_place_of_plain_python_is_wrong():
    (one,) = judged(report("baseline", 2, row(2, low=3, high=5, breakeven_calls=1200)))
    assert list(one.faults()) == [
        "level 2 reaches 4.00x (3.00 to 5.00), paid for after 1,200 calls"
    ]


def test_the_range_of_level_3_is_asked_only_of_machines_with_enough_cores():
    assert verdict("items", 3, row(3, low=1.8, high=1.9), cores=8) == "wrong"
    (one,) = judged(report("items", 3, row(3, low=1.8, high=1.9), cores=2))
    assert one.verdict == "right"
    assert "8x is out of reach of 2 cores" in guide.page([one])


def test_a_level_warned_of_that_pays_is_wrong():
    plain = row(1, low=2, high=3)
    assert verdict("texts", 1, plain, row(2, "refused")) == "right"
    assert verdict("texts", 1, plain, row(2, low=0.5, high=1.05)) == "right"
    assert verdict("texts", 1, plain, row(2, low=1.1, high=1.5)) == "wrong"


def test_too_noisy_to_recommend_is_not_clear():
    assert verdict("fetch", None, row(1, low=1.05, high=2.5)) == "not clear"


def test_the_best_backend_stands_for_its_level():
    slow = row(2, low=1, high=1.05, best=False)
    absent = row(2, "unavailable")
    assert verdict("pi", 2, absent, slow, row(2, low=90, high=110)) == "right"
    (one,) = judged(report("pi", 0, absent, row(2, "refused", reason="it recurses")))
    assert list(one.faults()) == ["level 2 refuses it: it recurses"]


def test_a_result_that_is_close_is_called_so():
    close = row(2, low=90, high=110, equality={"verdict": "close", "where": None})
    assert guide.cell(close) == "100x (90.0 to 110), close"


def test_the_page_names_machine_date_and_what_was_not_measured(tmp_path: Path):
    source, target = tmp_path / "r.json", tmp_path / "p.md"
    reports = [report("pi", 2, row(2, low=90, high=110)), report("fibonacci", 0, row(2, "refused"))]
    source.write_text(json.dumps({"reports": reports}))
    assert guide.main([str(source), str(target)]) == 0
    text = target.read_text()
    assert "2026-11-24: CPython 3.12.1, a processor, 16 cores, 16 GiB, no GPU; numpy 2.0." in text
    assert "Of 2 workloads the guide is: 1 wrong, 1 right, 0 not clear, 0 not tested." in text
    assert f"{len(EXPECTATIONS) - 2} more were not measured" in text
    assert text.count("\n- **") == 1
    assert '--args "*pi_inputs(points=10_000_000)[0]"' in text


@pytest.mark.parametrize(
    "content", ["", "[]", '{"reports": []}', json.dumps({"reports": [report("mine", 0)]})]
)
def test_another_file_is_refused_and_nothing_written(content: str, tmp_path: Path, capsys):
    source, target = tmp_path / "r.json", tmp_path / "p.md"
    source.write_text(content)
    assert guide.main([str(source), str(target)]) == 2
    assert "epochly bench --guide" in capsys.readouterr().err
    assert not target.exists()
