import json
from pathlib import Path

import pytest
from cli.reports import MACHINE, TARGET

from epochly.errors import NothingMeasuredError
from epochly.model import HotLine, Profile, ProfileReport
from epochly.workload import Workload

STACKS = "mean (/srv/shop/stats.py:15) 7\n"


def profile_report(sampler="py-spy", recording=None, **changes) -> ProfileReport:
    known = {
        "wall_s": 0.0502,
        "cpu_s": 0.0499,
        "wait_fraction": 0.02,
        "gil_fraction": 0.61,
        "native_fraction": 0.37,
        "peak_memory_bytes": 31 * 2**20,
        "hot_lines": (HotLine("/srv/shop/stats.py", 15, "mean", 0.93),),
        "fraction_error": 0.021,
        "thread_cpu_s": 0.0498,
        "children_cpu_s": 0.0,
        "peak_of_call": True,
        "minor_faults": 1234,
        "major_faults": 0,
        "voluntary_switches": 5,
        "involuntary_switches": 6,
        "read_bytes": 3 * 2**20,
        "written_bytes": 0,
        "sampler": sampler,
        "samples": 750,
        "sampled_calls": 15,
    }
    return ProfileReport(
        created="2025-01-01T00:00:00+00:00",
        machine=MACHINE,
        target=TARGET,
        workload=None,
        profile=Profile(**{**known, **changes}),
        notes=("something to note",),
        recording=recording,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Workload, object, object]]:
    """Answers without profiling, and keeps what was asked for."""
    asked: list[tuple[Workload, object, object]] = []

    def profile(workload, options, progress, *, keep=None):
        asked.append((workload, options, keep))
        return profile_report(recording=None if keep is None else STACKS)

    monkeypatch.setattr("epochly.measure.session.profile", profile)
    return asked


def test_the_three_states_and_the_counters_are_shown(epochly, asked):
    said = epochly("profile", "shop.stats:mean")
    assert said.code == 0
    text = " ".join(said.out.split())
    for words in (
        "2 % waiting · 61 % holding the GIL · 37 % native without it",
        "standard error 2.1 points",
        "sampled by py-spy: 750 samples of 15 calls",
        "31.0 MiB peak in this call",
        "3.00 MiB read · 0 B written",
        "1,234 minor · 0 major",
        "5 voluntary · 6 involuntary",
        "something to note",
    ):
        assert words in text


def test_the_table_of_lines_shows_their_source(epochly, monkeypatch, tmp_path: Path):
    path = tmp_path / "shop.py"
    path.write_text("def mean(data):\n    return sum(data) / len(data)\n")
    lines = (HotLine(str(path), 2, "mean", 0.875),)
    answer = profile_report(hot_lines=lines)
    monkeypatch.setattr("epochly.measure.session.profile", lambda *_, **__: answer)
    for output_format in ("rich", "markdown"):
        said = epochly("profile", "shop:mean", "--format", output_format)
        assert "88 %" in said.out
        assert "shop.py:2" in said.out
        assert "return sum(data) / len(data)" in said.out


def test_a_line_whose_file_is_gone_is_shown_without_its_source(epochly, asked):
    assert "stats.py:15" in epochly("profile", "shop.stats:mean").out


def test_json_is_only_json_and_holds_no_recording(epochly, asked):
    document = json.loads(epochly("profile", "shop.stats:mean", "--format", "json").out)
    assert document["schema"] == "epochly.profile/1"
    assert document["profile"]["gil_fraction"] == 0.61
    assert document["target"]["qualname"] == "mean"
    assert "recording" not in document


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("out.svg", "flamegraph"),
        ("out.speedscope.json", "speedscope"),
        ("OUT.COLLAPSED", "collapsed"),
        ("out.json", None),
        ("out.md", None),
    ],
)
def test_the_ending_of_a_file_says_what_it_is_to_hold(epochly, asked, name, kind):
    said = epochly("profile", "shop.stats:mean", "--output", name)
    assert said.code == 0
    assert asked[0][2] == kind
    text = Path(name).read_text()
    if kind is not None:
        assert text == STACKS
    elif name == "out.json":
        assert json.loads(text)["schema"] == "epochly.profile/1"
    else:
        assert text.startswith("## mean")


def test_an_unknown_ending_is_a_mistake_before_anything_runs(epochly, asked):
    said = epochly("profile", "shop.stats:mean", "--output", "out.xml")
    assert said.code == 2
    assert ".speedscope.json" in said.err
    assert asked == []


def test_a_recording_that_cannot_be_had_fails_after_the_summary(epochly, monkeypatch):
    answer = profile_report(sampler="in-process", sampler_reason="py-spy cannot trace: no")
    monkeypatch.setattr("epochly.measure.session.profile", lambda *_, **__: answer)
    said = epochly("profile", "shop.stats:mean", "--output", "out.svg")
    assert said.code == 3
    assert "sampled in-process (py-spy cannot trace: no)" in " ".join(said.out.split())
    assert "out.svg was not written" in said.err
    assert ".collapsed" in said.err
    assert not Path("out.svg").exists()


def test_inputs_and_limits_reach_the_measurement(epochly, asked):
    epochly(
        *("profile", "shop.stats:mean", "--args", "[1.0]", "--setup", "import x", "--seed", "3"),
        *("--timeout", "9", "--budget", "0.5", "--allow-effects", "--reset", "x.clear()"),
    )
    workload, options, _ = asked[0]
    assert (workload.args, workload.setup, workload.reset) == ("[1.0]", "import x", "x.clear()")
    assert (workload.seed, workload.timeout_s) == (3, 9.0)
    assert (options.budget_s, options.allow_effects) == (0.5, True)


def test_the_inputs_of_a_configured_workload_are_used(epochly, asked, config):
    epochly("profile", "shop:one")
    assert asked[0][0].name == "first"


def test_a_function_that_fails_exits_with_three(epochly, monkeypatch):
    def profile(*_, **__):
        raise NothingMeasuredError("it raised", remedy="mend it")

    monkeypatch.setattr("epochly.measure.session.profile", profile)
    said = epochly("profile", "shop.stats:mean")
    assert (said.code, said.out) == (3, "")
    assert "remedy: mend it" in said.err


def test_unknown_figures_are_left_out(epochly, monkeypatch):
    unknown = dict.fromkeys(
        ("minor_faults", "major_faults", "read_bytes", "written_bytes", "fraction_error",
         "gil_fraction", "native_fraction", "sampler", "peak_memory_bytes", "thread_cpu_s")
    )  # fmt: skip
    answer = profile_report(**unknown, hot_lines=())
    monkeypatch.setattr("epochly.measure.session.profile", lambda *_, **__: answer)
    said = epochly("profile", "shop.stats:mean")
    assert "2 % waiting" in said.out
    assert "not sampled" in said.out
    for word in ("GIL", "native", "faults", "bytes", "memory", "None"):
        assert word not in said.out
