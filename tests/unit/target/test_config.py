from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochly.errors import ConfigError
from epochly.gate.model import Settings
from epochly.levels import Level
from epochly.target.config import GATE_KEYS, KEYS, VERIFY_KEYS, load_config, load_gate_settings
from epochly.workload import Limits, Tolerance


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes) -> str:
        path = tmp_path / "epochly.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def refusal(path: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.remedy
    assert caught.value.exit_code == 2
    return caught.value


def line_of(error: ConfigError) -> int:
    assert error.where is not None
    return int(error.where.rpartition(":")[2])


def one(write, key_line: str) -> str:
    return write(f"workloads:\n  mean:\n    target: a:b\n    {key_line}\n")


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("args: (1", 4),
        ("args: ')'", 4),
        ("setup: import = 1", 4),
        ("setup: |\n      x = 1\n      y = = 2", 6),
        ("reset: 'f('", 4),
    ],
)
def test_code_that_cannot_be_parsed_is_told_with_its_line(write, lines, line):
    error = refusal(one(write, lines))
    assert "cannot be parsed" in error.what
    assert line_of(error) == line


def test_every_key_of_a_workload_is_read(write):
    path = write(
        "workloads:\n"
        "  mean:\n"
        "    target: shop.stats:mean\n"
        "    setup: import random\n"
        "    args: '[1, 2], n=3'\n"
        "    reset: table.clear()\n"
        "    levels: 0-2\n"
        "    seed: 7\n"
        "    timeout_s: 1.5\n"
        "    verify: {rtol: 1e-9, atol: 0.5, exact: true}\n"
        "    service: python -m server\n"
        "    tags: [nightly, math]\n"
        "    max_slowdown: 10%\n"
        "    min_delta: 0\n"
        "    min_speedup: {1: 1.5, 2: 20}\n"
        "    skip: waits for a new server\n"
    )
    (workload,) = load_config(path)
    assert workload.name == "mean"
    assert workload.target == "shop.stats:mean"
    assert workload.setup == "import random"
    assert workload.args == "[1, 2], n=3"
    assert workload.reset == "table.clear()"
    assert workload.levels == (Level.MONITOR, Level.THREADS, Level.COMPILE)
    assert workload.seed == 7
    assert workload.timeout_s == 1.5
    assert workload.tolerance == Tolerance(rtol=1e-9, atol=0.5, exact=True)
    assert workload.service == "python -m server"
    assert workload.tags == ("nightly", "math")
    assert workload.limits == Limits(
        max_slowdown=0.1,
        min_delta_s=0.0,
        min_speedup={Level.THREADS: 1.5, Level.COMPILE: 20.0},
        skip="waits for a new server",
    )
    assert workload.directory == os.path.dirname(path)


def test_a_target_alone_is_enough_and_leaves_every_choice_to_the_caller(write):
    (workload,) = load_config(write("workloads: {mean: {target: 'a:b'}}"))
    assert (workload.levels, workload.timeout_s, workload.seed) == (None, None, 0)
    assert workload.tolerance == Tolerance()
    assert (workload.tags, workload.limits) == ((), Limits())


def test_workloads_keep_the_order_of_the_file(write):
    path = write("workloads:\n  z: {target: 'a:b'}\n  a: {target: 'a:c'}\n")
    assert [workload.name for workload in load_config(path)] == ["z", "a"]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("0-4", (0, 1, 2, 3, 4)),
        ("2", (2,)),
        ("[0, 3]", (0, 3)),
        ("'0,2'", (0, 2)),
        ("0,2", (0, 2)),
        ("[0, '2-3']", (0, 2, 3)),
    ],
)
def test_levels_are_a_number_a_range_or_a_list(write, text: str, levels: tuple[int, ...]):
    (workload,) = load_config(one(write, f"levels: {text}"))
    assert workload.levels == levels


@given(rtol=st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_tolerance_survives_the_way_python_writes_it(tmp_path_factory, rtol: float):
    path = tmp_path_factory.getbasetemp() / "tolerance.yaml"
    path.write_text(f"workloads: {{mean: {{target: 'a:b', verify: {{rtol: {rtol!r}}}}}}}")
    (workload,) = load_config(str(path))
    assert workload.tolerance.rtol == rtol


def test_one_tag_needs_no_list_and_repeating_one_adds_nothing(write):
    assert load_config(one(write, "tags: nightly"))[0].tags == ("nightly",)
    assert load_config(one(write, "tags: [a, b, a]"))[0].tags == ("a", "b")


@pytest.mark.parametrize("levels", ["0,2", "2"])
def test_a_plain_min_speedup_is_that_of_the_only_level_beyond_0(write, levels: str):
    (workload,) = load_config(one(write, f"min_speedup: 20\n    levels: {levels}"))
    assert workload.limits.min_speedup == {Level.COMPILE: 20.0}


def test_limits_can_be_merged_from_an_anchor(write):
    path = write(
        "workloads:\n"
        "  small: &small\n    target: a:b\n    max_slowdown: 1%\n"
        "  large:\n    <<: *small\n    min_delta: 1ms\n"
    )
    _, large = load_config(path)
    assert large.limits == Limits(max_slowdown=0.01, min_delta_s=0.001)


def test_every_key_of_the_gate_is_read(write):
    path = write(
        "gate:\n"
        "  max_slowdown: 2 %\n"
        "  min_delta: 1.5ms\n"
        "  undecided: pass\n"
        "  new: fail\n"
        "  removed: allow\n"
        "  renamed: fail\n"
        "workloads: {a: {target: 'a:b'}}\n"
    )
    assert load_gate_settings(path) == Settings(
        max_slowdown=0.02,
        min_delta_s=0.0015,
        undecided="pass",
        new="fail",
        removed="allow",
        renamed="fail",
    )


@pytest.mark.parametrize("gate", ["", "gate: {}\n"])
def test_a_gate_that_says_nothing_has_the_defaults(write, gate: str):
    path = write(f"{gate}workloads: {{a: {{target: 'a:b'}}}}\n")
    assert load_gate_settings(path) == Settings()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("max_slowdwn: 5%", "did you mean 'max_slowdown'"),
        ("min_speedup: 2", f"accepted keys: {', '.join(GATE_KEYS)}"),
        ("max_slowdown: 5", "write 5%"),
        ("max_slowdown: soon", "5% or 0.05"),
        ("max_slowdown: true", "true or false"),
        ("max_slowdown: [5%]", "a list"),
        ("min_delta:", "nothing"),
        ("min_delta: 5 parsecs", "'parsecs'"),
        ("undecided: eror", "did you mean 'error'"),
        ("undecided: no", "error, pass, fail"),
        ("new: [allow]", "a list"),
        ("renamed: 1", "allow, fail"),
    ],
)
def test_a_wrong_setting_of_the_gate_stops_every_reader_with_its_line(write, line: str, says: str):
    path = write(f"workloads: {{a: {{target: 'a:b'}}}}\ngate:\n  {line}\n")
    error = refusal(path)
    with pytest.raises(ConfigError) as caught:
        load_gate_settings(path)
    assert line_of(error) == line_of(caught.value) == 3
    assert says in f"{error.what} {error.remedy}"


def test_a_gate_that_is_no_mapping_shows_its_keys(write):
    error = refusal(write("gate: strict\nworkloads: {a: {target: 'a:b'}}\n"))
    assert ", ".join(GATE_KEYS) in str(error.remedy)


def test_defaults_can_be_merged_from_an_anchor(write):
    path = write(
        "workloads:\n"
        "  small: &small\n    target: a:b\n    seed: 3\n"
        "  large:\n    <<: *small\n    args: '10'\n"
    )
    _, large = load_config(path)
    assert (large.target, large.seed, large.args) == ("a:b", 3, "10")


def test_an_unknown_key_names_its_line_the_nearest_key_and_the_accepted_ones(write):
    error = refusal(one(write, "tagret: c"))
    assert line_of(error) == 4
    assert "did you mean 'target'" in str(error.remedy)
    assert all(key in str(error.remedy) for key in KEYS)


def test_an_unknown_key_of_verify_shows_the_accepted_ones(write):
    error = refusal(one(write, "verify: {rtoll: 1}"))
    assert "did you mean 'rtol'" in str(error.remedy)
    assert all(key in str(error.remedy) for key in VERIFY_KEYS)


def test_an_unknown_key_beside_workloads_is_an_error(write):
    assert line_of(refusal(write("workloads: {a: {target: 'a:b'}}\nversion: 1\n"))) == 2


def test_a_workload_named_twice_is_an_error_with_both_lines(write):
    error = refusal(write("workloads:\n  a: {target: 'a:b'}\n  a: {target: 'a:c'}\n"))
    assert line_of(error) == 3
    assert "line 2" in error.what


def test_a_key_given_twice_is_an_error(write):
    assert line_of(refusal(one(write, "target: c:d"))) == 4


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("args: 5", 'args: "5"'),
        ("args: [1, 2]", "a list"),
        ("args:", "nothing"),
        ("setup: ''", "empty"),
        ("service: true", "true or false"),
        ("service: python 'server.py", "no closing quotation"),
        ("seed: '7'", "text"),
        ("seed: -1", "-1"),
        (f"seed: 0x{'f' * 5000}", "0xffff"),
        ("seed: 4294967296", "4294967296"),
        ("seed: true", "true or false"),
        ("seed: 1.5", "a number"),
        ("timeout_s: 0", "more than 0"),
        ("timeout_s: -3", "-3"),
        ("timeout_s: .nan", "nan"),
        ("timeout_s: nan", "nan"),
        ("timeout_s: .inf", "inf"),
        ("timeout_s: soon", "text"),
        ("timeout_s: '60'", "text"),
        pytest.param("timeout_s: 1" + 400 * "0", "finite", id="an integer beyond floats"),
        pytest.param("seed: 1" + 5000 * "0", "integer", id="an integer beyond conversion"),
        ("verify: {rtol: -1}", "-1"),
        ("verify: {atol: .nan}", "nan"),
        ("verify: {exact: 1}", "true or false"),
        ("verify: exact", "rtol, atol, exact"),
        ("tags: 5", "an integer"),
        ("tags: nightly, math", "tags: [nightly, math]"),
        ("tags: [a, '']", "empty"),
        ("tags: [a, [b]]", "a list"),
        ("max_slowdown: 10", "write 10%"),
        ("max_slowdown: -1%", "-1%"),
        ("max_slowdown: .inf", "share"),
        ("max_slowdown: 5ms", "'ms'"),
        ("min_delta: -1us", "-1us"),
        ("min_delta: 5%", "'%'"),
        ("min_delta: 2024-01-01", "a date"),
        ("min_speedup: 20", "of which level"),
        ("min_speedup: fast", "text"),
        ("min_speedup:", "nothing"),
        ("min_speedup: {}", "empty"),
        ("min_speedup: {0: 2}", "accepted keys: 1, 2, 3, 4"),
        ("min_speedup: {2: 0}", "more than 0"),
        ("min_speedup: {2: .nan}", "nan"),
        ("min_speedup: {2: 3, '2': 4}", "twice"),
        ("min_speedup: {3: 2}\n    levels: 0-2", "level 3"),
        ("min_speedup: 2\n    levels: 0-2", "of which level"),
        ("min_speedup: 2\n    levels: 0", "of which level"),
        ("skip: true", "true or false"),
        ("skip: ''", "empty"),
        ("levels: 7", "'7'"),
        ("levels: 3-1", "backwards"),
        ("levels: []", "empty"),
        ("levels: [0, [1]]", "a list"),
        ("levels: true", "true or false"),
        ("levels: 1.5", "a number"),
        ("seed: 2024-99-99", "a date"),
        ("seed: !!bool maybe", "true or false"),
        ("seed: !!python/object:os.system x", "python/object"),
        ("1: 2", "unknown key '1'"),
        ("? [a]\n    : b", "a list"),
        ("<<: 3", "merge"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(write, line: str, says: str):
    error = refusal(one(write, line))
    assert line_of(error) == 4
    assert says in f"{error.what} {error.remedy}"


@pytest.mark.parametrize(
    ("target", "remedy"),
    [("shop.stats.mean", "did you mean 'shop.stats:mean'?"), ("shop:", "pkg.mod:func")],
)
def test_a_target_of_another_form_is_refused_with_its_line(write, target, remedy):
    error = refusal(write(f"workloads:\n  mean:\n    target: '{target}'\n"))
    assert line_of(error) == 3
    assert remedy in error.remedy


def test_levels_that_braces_tear_apart_are_explained(write):
    text = "workloads:\n  sales: {target: 'shop:price', levels: 0,2}\n"
    assert "needs quotes" in refusal(write(text)).remedy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("- a\n- b\n", "a list"),
        ("just text", "text"),
        ("{}", "missing"),
        ("workloads:\n", "nothing"),
        ("workloads: {}\n", "no workload"),
        ("workloads: [a]\n", "a list"),
        ("workloads: {a: 'mod:func'}\n", "mapping"),
        ("workloads: {a: {}}\n", "no `target`"),
        ("workloads: {'': {target: 'mod:func'}}\n", "a key of `workloads` is empty"),
        ("workloads: {a: {seed: 1}}\n", "no `target`"),
        ("workloads: {a: {target: 5}}\n", "text"),
    ],
)
def test_a_file_of_another_shape_is_refused(write, text: str, says: str):
    assert says in refusal(write(text)).what


def test_a_syntax_error_names_its_line(write):
    error = refusal(write("workloads:\n  a:\n    target: 'a:b\n"))
    assert "not YAML" in error.what
    assert line_of(error) >= 3


@pytest.mark.parametrize("text", ["a: b: c\n", "\tworkloads:\n", "a: *nowhere\n", "--- 1\n--- 2\n"])
def test_what_is_not_one_yaml_document_is_refused(write, text: str):
    assert line_of(refusal(write(text))) >= 1


def test_a_control_character_is_refused_with_its_line(write):
    assert line_of(refusal(write("workloads:\n  a: \x01\n"))) == 2


def test_endless_nesting_is_refused(write):
    assert "nested" in refusal(write("[" * 20_000)).what


def test_a_file_in_another_encoding_is_refused(write):
    assert "UTF-8" in refusal(write("workloads: {café: {target: 'a:b'}}".encode("latin-1"))).what


def test_a_byte_order_mark_is_ignored(write):
    assert load_config(write(b"\xef\xbb\xbfworkloads: {a: {target: 'a:b'}}"))[0].name == "a"


def test_a_missing_file_points_to_init(tmp_path: Path):
    assert "epochly init" in str(refusal(str(tmp_path / "epochly.yaml")).remedy)


def test_a_directory_in_place_of_the_file_is_refused(tmp_path: Path):
    assert "cannot be read" in refusal(str(tmp_path)).what
