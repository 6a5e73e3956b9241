from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from epochly.doctor import BackendFact, Fact
from epochly.errors import TargetError
from epochly.model import TargetInfo
from epochly.target.config import KEYS, load_config
from epochly.workload import Workload
from epochly_cli.starter import starter_config


def info(signature: str, spec: str = "shop.stats:mean", qualname: str = "mean") -> TargetInfo:
    return TargetInfo(spec, qualname, "shop/stats.py", 3, signature, "")


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> list[Workload]:
    asked: list[Workload] = []

    def look(workload: Workload) -> TargetInfo:
        asked.append(workload)
        return info("(data, n=3)")

    monkeypatch.setattr("epochly.measure.session.look", look)
    return asked


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Fact("cores", "ok", "8 usable"), Fact("gpu", "warn", "none", "buy one"))
    monkeypatch.setattr("epochly.doctor.examine", lambda: found)
    backends = (
        BackendFact("numba", 2, True, "Numba 1.0", "", "epochly-cli"),
        BackendFact("theirs", None, False, "it is broken", "mend it", "their-package"),
    )
    monkeypatch.setattr("epochly.doctor.examine_backends", lambda: backends)


def test_doctor_shows_each_fact_with_its_remedy(epochly, facts):
    said = epochly("doctor")
    assert said.code == 0
    assert "8 usable" in said.out
    assert "remedy: buy one" in said.out
    assert said.err == ""


def test_doctor_as_json_is_only_json(epochly, facts):
    document = json.loads(epochly("doctor", "--format", "json").out)
    assert document["schema"] == "epochly.doctor/1"
    assert document["facts"][1] == {
        "name": "gpu",
        "state": "warn",
        "value": "none",
        "remedy": "buy one",
    }


def test_backends_show_level_reason_remedy_and_where_they_come_from(epochly, facts):
    said = epochly("backends")
    for word in (
        "numba",
        "available",
        "theirs",
        "it is broken",
        "remedy: mend it",
        "their-package",
    ):
        assert word in said.out


def test_backends_as_json_is_only_json(epochly, facts):
    document = json.loads(epochly("backends", "--format", "json").out)
    assert [backend["level"] for backend in document["backends"]] == [2, None]


def test_a_table_is_written_to_a_file_too(epochly, facts, tmp_path: Path):
    epochly("doctor", "--output", "d.md")
    assert (tmp_path / "d.md").read_text().startswith("| about | state | found |")


def test_a_table_has_no_junit_form(epochly, facts):
    said = epochly("doctor", "--output", "d.xml")
    assert said.code == 2
    assert ".json, .md" in said.err


def test_init_writes_a_file_that_loads(epochly, look, tmp_path: Path):
    assert epochly("init", "shop.stats:mean").code == 0
    (workload,) = load_config(str(tmp_path / "epochly.yaml"))
    assert (workload.target, workload.name) == ("shop.stats:mean", "mean")
    assert workload.args == "data=..."
    assert look[0].directory == str(tmp_path)


def test_init_leaves_the_arguments_to_the_function_that_makes_them(
    epochly, monkeypatch, tmp_path: Path
):
    found = replace(info("(data, n=3)"), inputs="mean_inputs")
    monkeypatch.setattr("epochly.measure.session.look", lambda _: found)
    said = epochly("init", "shop.stats:mean")
    assert said.out == "wrote epochly.yaml: run `epochly bench`\n"
    (workload,) = load_config(str(tmp_path / "epochly.yaml"))
    assert workload.args is None
    assert (
        "# mean_inputs() beside it makes the arguments" in (tmp_path / "epochly.yaml").read_text()
    )


def test_init_says_what_it_wrote_in_the_format_that_is_asked_for(epochly, look, tmp_path: Path):
    said = epochly("init", "shop.stats:mean", "--format", "json", "--output", "said.md")
    assert json.loads(said.out) == {
        "schema": "epochly.init/1",
        "file": str(tmp_path / "epochly.yaml"),
        "target": "shop.stats:mean",
        "complete": False,
    }
    assert (tmp_path / "said.md").read_text().startswith("wrote epochly.yaml: look at `args`")


def test_init_writes_nothing_for_an_unknown_ending(epochly, look, tmp_path: Path):
    assert epochly("init", "shop.stats:mean", "--output", "said.pdf").code == 2
    assert list(tmp_path.iterdir()) == []


def test_init_never_overwrites(epochly, look, tmp_path: Path):
    (tmp_path / "epochly.yaml").write_text("mine")
    said = epochly("init", "shop.stats:mean")
    assert said.code == 2
    assert "--force" in said.err
    assert (tmp_path / "epochly.yaml").read_text() == "mine"
    assert look == []


def test_init_replaces_when_forced(epochly, look, tmp_path: Path):
    (tmp_path / "epochly.yaml").write_text("mine")
    assert epochly("init", "shop.stats:mean", "--force").code == 0
    assert len(load_config(str(tmp_path / "epochly.yaml"))) == 1


def test_init_of_a_wrong_target_writes_nothing(epochly, monkeypatch, tmp_path: Path):
    def look(workload: Workload) -> TargetInfo:
        raise TargetError("there is no module 'shop'", remedy="check the name")

    monkeypatch.setattr("epochly.measure.session.look", look)
    assert epochly("init", "shop:mean").code == 2
    assert list(tmp_path.iterdir()) == []


UNSHOWABLE = object()


def a(): ...
def b(data, n=3): ...
def c(x, /, y, *rest, key, other=1, **more): ...
def d(x: list[int], y: dict[str, Path] = {}) -> float: ...  # noqa: B006
def e(x, y=UNSHOWABLE): ...
def f(*, on: bool): ...


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (a, None),
        (b, "data=..."),
        (c, "..., y=..., key=..."),
        (d, "x=..."),
        (e, "..."),
        (f, "on=..."),
    ],
)
def test_the_placeholders_are_the_arguments_without_a_default(function, args, tmp_path: Path):
    path = tmp_path / "epochly.yaml"
    path.write_text(starter_config(info(str(inspect.signature(function)))))
    (workload,) = load_config(str(path))
    assert workload.args == args


@pytest.mark.parametrize(
    ("spec", "qualname", "name"),
    [
        ("my file.py:on", "on", "on"),
        ("it's.py:Class.method", "Class.method", "method"),
        ("./a-b/c.py:null", "null", "null"),
        ("mod:null", "null", "null"),
    ],
)
def test_names_that_yaml_would_misread_are_quoted(
    spec: str, qualname: str, name: str, tmp_path: Path
):
    path = tmp_path / "epochly.yaml"
    path.write_text(starter_config(info("()", spec, qualname)))
    (workload,) = load_config(str(path))
    assert (workload.target, workload.name) == (spec, name)


def test_a_first_file_explains_every_key_and_all_of_them_can_be_uncommented(tmp_path: Path):
    text = starter_config(info("()"))
    assert all(f" {key}:" in text for key in KEYS)
    keys = ("setup", "args", "reset", "levels", "seed", "timeout_s", "verify", "service")
    lines = []
    for line in text.splitlines():
        bare = line.replace("# ", "", 1)
        is_key = bare.strip().startswith(tuple(f"{key}:" for key in keys))
        lines.append(bare if is_key or line.startswith("    #   ") else line)
    path = tmp_path / "epochly.yaml"
    path.write_text("\n".join(lines))
    (workload,) = load_config(str(path))
    assert workload.args
    assert workload.setup
    assert workload.reset
    assert workload.service
    assert workload.tolerance.rtol == 1e-9


@pytest.mark.parametrize("command", ["doctor", "backends", "init shop:total", "bench", "gate"])
def test_a_second_output_is_refused_before_anything_runs(epochly, command: str, tmp_path: Path):
    said = epochly(*command.split(), "--output", "a.json", "--output=b.json")
    assert said.code == 2
    assert said.err.startswith("error: --output is given 2 times")
    assert not list(tmp_path.iterdir())


def test_a_second_baseline_is_refused_and_other_options_may_be_given_anew(epochly, session):
    assert epochly("bench", "shop:one", "--save-baseline", "a", "--save-baseline", "b").code == 2
    assert epochly("bench", "shop:one", "--budget", "5", "--budget", "6").code == 0
    assert session.asked[0][1].budget_s == 6
