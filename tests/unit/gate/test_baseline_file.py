from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.gate.kept import ELSEWHERE, compiled, entry, level_0

from epochly.errors import ConfigError, UsageError
from epochly.gate.baseline import Baseline, BaselineRow
from epochly.gate.baseline_file import SCHEMA, baseline_text, load_baseline, save_baseline
from epochly.levels import Level
from epochly.model import Realized

REFUSED = compiled(None, status="refused", reason="a generator: `yield`\nand more")


@pytest.fixture
def baseline() -> Baseline:
    other = replace(entry(level_0(), REFUSED, machine=ELSEWHERE), name="yes", args="", dirty=True)
    return Baseline((entry(level_0(), compiled()), other))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "epochly-baseline.yaml")


def refusal(path: str, text: str | bytes) -> ConfigError:
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_baseline(path)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return caught.value


def close(first: BaselineRow, second: BaselineRow) -> bool:
    """Whether two rows are the same, but for the seventh digit of their numbers."""
    for field in fields(BaselineRow):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, (float, tuple)):
            if one != pytest.approx(other, rel=1e-5):
                return False
        elif one != other:
            return False
    return True


def test_what_was_saved_is_read(path: str, baseline: Baseline):
    save_baseline(path, baseline)
    found = load_baseline(path)
    assert len(found.entries) == len(baseline.entries) == 2
    for read, kept in zip(found.entries, baseline.entries, strict=True):
        assert replace(read, rows=()) == replace(kept, rows=())
        assert all(map(close, read.rows, kept.rows))


def test_what_was_read_is_written_as_it_was(path: str, baseline: Baseline):
    save_baseline(path, baseline)
    assert baseline_text(load_baseline(path)) == Path(path).read_text()


@settings(deadline=None)
@given(args=st.text(max_size=40), reason=st.text(min_size=1, max_size=40))
def test_any_text_survives(tmp_path_factory, args: str, reason: str):
    path = str(tmp_path_factory.getbasetemp() / "any.yaml")
    row = compiled(None, status="refused", reason=reason)
    kept = replace(entry(level_0(), row), args=args)
    save_baseline(path, Baseline((kept,)))
    (found,) = load_baseline(path).entries
    assert (found.args, found.rows[1].reason) == (args, reason)


@settings(deadline=None)
@given(seconds=st.floats(min_value=1e-9, max_value=1e6))
def test_seconds_survive_to_six_digits(tmp_path_factory, seconds: float):
    path = str(tmp_path_factory.getbasetemp() / "seconds.yaml")
    save_baseline(path, Baseline((entry(level_0(seconds)),)))
    (found,) = load_baseline(path).entries
    assert math.isclose(found.rows[0].median_s, seconds, rel_tol=1e-5)


def test_a_row_says_what_was_realized_beside_what_was_asked_for(path: str):
    fell = compiled(realized=Realized(Level.MONITOR, "monitor"))
    save_baseline(path, Baseline((entry(level_0(), fell),)))
    (found,) = load_baseline(path).entries
    assert found.rows[1].level is Level.COMPILE
    assert found.rows[1].realized == Realized(Level.MONITOR, "monitor")


def test_a_missing_file_is_told_with_the_command_that_writes_it(path: str):
    with pytest.raises(ConfigError) as caught:
        load_baseline(path)
    assert f"epochly bench --save-baseline {path}" in str(caught.value.remedy)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("# a comment\n", "the file is empty"),
        ("just text", "must be a mapping"),
        ("- 1\n", "must be a mapping"),
        ("a: b: c\n", "not YAML"),
        ("a: \x01\n", "not allowed in YAML"),
        (b"a: \xff\n", "UTF-8"),
        ("workloads: {}\n", "not a baseline"),
        ("schema: epochly.report/1\n", "not a baseline"),
        ("schema: [1]\n", "not a baseline"),
        ("schema: epochly.baseline/1\n", "cut short"),
        ("schema: epochly.baseline/1\nworkloads: {}\nmachines: {}\n", "no workload"),
        ("schema: epochly.baseline/1\nschema: epochly.baseline/1\n", "twice"),
    ],
)
def test_what_is_not_a_baseline_is_one_message(path: str, text: str | bytes, says: str):
    assert says in refusal(path, text).what


def test_a_newer_schema_asks_for_a_newer_version(path: str):
    error = refusal(path, "schema: epochly.baseline/2\n")
    assert error.where == f"{path}:1"
    assert "pip install --upgrade epochly-cli" in str(error.remedy)


def test_a_file_that_was_cut_short_anywhere_is_refused(path: str, baseline: Baseline):
    text = baseline_text(baseline)
    ends = [index for index, letter in enumerate(text) if letter == "\n"]
    for end in {*ends[:-1], *range(0, len(text) - 2, 41), len(text) - 2}:
        refusal(path, text[:end])


def test_a_workload_given_twice_is_refused_with_its_line(path: str, baseline: Baseline):
    lines = baseline_text(baseline).splitlines()
    start, end = lines.index("  mean:"), lines.index("  'yes':")
    error = refusal(path, "\n".join([*lines[:end], *lines[start:end], *lines[end:]]))
    assert error.where == f"{path}:{end + 1}"
    assert "twice" in error.what


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: 2,", "level: 7,", "no level 7"),
        ("level: 0\n", "level: 0.5\n", "an integer"),
        ("status: measured", "status: mesured", "`status`"),
        ("equality: identical", "equality: same", "`equality`"),
        ("median_s: 0.05", "median_s: -1", "not negative"),
        ("median_s: 0.05", "median_s: 0", "more than 0"),
        ("median_s: 0.05", "median_s: soon", "a number"),
        ("generation_speedups: [1.0, ", "generation_speedups: [0, ", "more than 0"),
        ("generation_speedups: [", "generation_speedups: 1 #", "a list"),
        ("interval: [", "interval: [1.0, ", "2 numbers"),
        ("target: shop.stats:mean", "target:", "nothing"),
        ("      backend: monitor\n", "", "`backend` is missing"),
        ("cores: 4", "cores: many", "a number"),
        ("machine: m", "machine: n", "`machines` has no"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(
    path: str, baseline: Baseline, old: str, new: str, says: str
):
    text = baseline_text(baseline)
    assert old in text
    error = refusal(path, text.replace(old, new, 1))
    assert says in error.what
    assert error.where is not None
    assert error.where.startswith(f"{path}:")


def test_a_key_of_a_later_version_is_ignored(path: str, baseline: Baseline):
    text = baseline_text(baseline).replace(f"schema: {SCHEMA}", f"schema: {SCHEMA}\ncolour: red")
    Path(path).write_text(text)
    assert len(load_baseline(path).entries) == 2


_SAVING = """
import resource, sys
from epochly.errors import UsageError
from epochly.gate.baseline_file import load_baseline, save_baseline
baseline = load_baseline(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
try:
    save_baseline(sys.argv[1], baseline)
except UsageError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_without_room_the_old_file_stays_whole_and_nothing_is_left_beside_it(
    path: str, baseline: Baseline
):
    save_baseline(path, baseline)
    before = Path(path).read_bytes()
    assert len(before) > 700
    done = subprocess.run(
        [sys.executable, "-c", _SAVING, path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "File too large" in done.stdout
    assert "remedy:" in done.stdout
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_a_folder_in_its_place_is_one_message(tmp_path: Path, baseline: Baseline):
    with pytest.raises(UsageError, match="cannot be written"):
        save_baseline(str(tmp_path), baseline)
