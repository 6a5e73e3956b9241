"""The action, the hook, the examples and the page about them say what the command takes."""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from epochly_cli.app import app

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
GITHUB = yaml.safe_load((ROOT / "docs/examples/github-workflow.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((ROOT / "docs/examples/gitlab-ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
HOOKED = yaml.safe_load((ROOT / "docs/examples/pre-commit-config.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")

SCRIPTS = {
    **{f"action: {name}": step["run"] for name, step in STEPS.items() if "run" in step},
    **{
        f"github: {step['name']}": step["run"]
        for step in GITHUB["jobs"]["gate"]["steps"]
        if "run" in step
    },
    "gitlab: before_script": "\n".join(GITLAB["epochly-gate"]["before_script"]),
    "gitlab: script": "\n".join(GITLAB["epochly-gate"]["script"]),
}
CONSOLE = re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
YAML_BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def commands_in(text: str) -> list[list[str]]:
    lines = text.replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [line for line in words if line[:1] == ["epochly"]]


COMMANDS = [
    *commands_in(SCRIPTS["gitlab: script"]),
    *(command for block in CONSOLE for command in commands_in(block)),
    *([*shlex.split(hook["entry"]), *HOOKED["repos"][0]["hooks"][0]["args"]] for hook in HOOKS),
]


def parse(words: list[str]) -> None:
    """Let the command line read a command, without running it; what is wrong raises."""
    name, *arguments = words[1:]
    command = typer.main.get_command(app).commands[name]
    command.make_context(name, arguments)


@pytest.mark.parametrize("words", COMMANDS, ids=shlex.join)
def test_a_command_that_is_shown_can_be_given(words: list[str]):
    parse(words)


def test_a_command_with_an_option_that_there_is_not_is_found():
    with pytest.raises(Exception, match="--colour"):
        parse(["epochly", "gate", "--colour"])


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_bash_and_takes_values_from_its_environment_alone(name: str):
    subprocess.run(["bash", "-n"], input=SCRIPTS[name], text=True, check=True)
    assert "${{" not in SCRIPTS[name]


def test_the_examples_fetch_the_whole_history():
    checkout = GITHUB["jobs"]["gate"]["steps"][0]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"]["fetch-depth"] == 0
    assert GITLAB["epochly-gate"]["variables"]["GIT_DEPTH"] == "0"


def test_the_example_gives_the_action_what_it_takes():
    step = GITHUB["jobs"]["gate"]["steps"][-1]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert GITHUB["permissions"]["pull-requests"] == "write"


def test_every_input_of_the_action_is_used_and_every_output_set():
    steps = yaml.safe_dump(ACTION["runs"])
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in steps
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
        assert f"{name}=" in STEPS["Measure and compare"]["run"]


def test_every_block_of_yaml_in_the_page_can_be_read():
    assert YAML_BLOCKS
    for block in YAML_BLOCKS:
        assert yaml.safe_load(block)


class Runner:
    """Runs steps of the action as GitHub does, with other programs in the place of the real."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.temporary = folder / "temporary"
        self.temporary.mkdir()

    def put(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/usr/bin/env bash\n{script}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, step: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            **dict.fromkeys(STEPS[step].get("env", {}), ""),
            **variables,
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "outputs").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


GATE = r"""
printf '%s\n' "${@:2}" > arguments
while [ $# -gt 1 ]; do
  if [ "$1" = --output ]; then echo '{}' > "$2"; fi
  shift
done
echo '## a verdict'
"""


def test_the_action_hands_its_inputs_to_the_command(runner: Runner):
    runner.put("epochly", GATE)
    done = runner.run(
        "Measure and compare",
        AGAINST="v1.0",
        CONFIG="bench/epochly.yaml",
        SELECT="mean of prices\nnightly\n",
        BUDGET="5",
        ARGS="--undecided pass --max-slowdown '10 %'",
        REPORT="gate.json",
    )
    assert done.returncode == 0, done.stderr
    arguments = (runner.folder / "arguments").read_text().splitlines()
    assert arguments == [
        *("--format", "markdown"),
        *("--against", "v1.0"),
        *("--config", "bench/epochly.yaml"),
        *("--budget", "5"),
        *("--select", "mean of prices"),
        *("--select", "nightly"),
        *("--undecided", "pass"),
        *("--max-slowdown", "10 %"),
        *("--output", str(runner.folder / "gate.json")),
    ]
    parse(["epochly", "gate", *arguments])
    assert done.stdout == "## a verdict\n"
    assert runner.outputs() == {
        "outcome": "passed",
        "exit-code": "0",
        "report": str(runner.folder / "gate.json"),
        "markdown": str(runner.temporary / "epochly-gate.md"),
    }


def test_the_action_hands_a_baseline_to_the_command(runner: Runner):
    runner.put("epochly", GATE)
    runner.run("Measure and compare", BASELINE="epochly-baseline.yaml")
    arguments = (runner.folder / "arguments").read_text().splitlines()
    assert arguments[:4] == ["--format", "markdown", "--baseline", "epochly-baseline.yaml"]
    parse(["epochly", "gate", *arguments])


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, "passed"),
        (1, "failed"),
        (2, "unusable"),
        (3, "unmeasured"),
        (4, "different"),
        (5, "undecided"),
        (130, "interrupted"),
        (70, "defect"),
        (127, "defect"),
    ],
)
def test_the_action_ends_as_the_command_did(runner: Runner, code: int, outcome: str):
    runner.put("epochly", f"exit {code}")
    assert runner.run("Measure and compare").returncode == 0
    assert runner.outputs() == {"outcome": outcome, "exit-code": str(code)}
    assert runner.run("Verdict", CODE=str(code)).returncode == code


def test_a_report_of_an_earlier_step_is_not_taken_for_this_ones(runner: Runner):
    (runner.folder / "gate.json").write_text("{}")
    runner.put("epochly", "exit 2")
    runner.run("Measure and compare", REPORT="gate.json")
    assert "report" not in runner.outputs()


def test_options_with_a_quote_that_is_not_closed_end_the_step(runner: Runner):
    runner.put("epochly", GATE)
    assert runner.run("Measure and compare", ARGS="--budget '5").returncode != 0
    assert not (runner.folder / "arguments").exists()


@pytest.mark.parametrize(
    ("found", "method", "path"),
    [
        ("", "POST", "repos/shop/stats/issues/7/comments"),
        ("31\n32\n", "PATCH", "repos/shop/stats/issues/comments/31"),
    ],
)
def test_the_comment_is_written_once_and_then_replaced(
    runner: Runner, found: str, method: str, path: str
):
    (runner.folder / "found").write_text(found)
    (runner.folder / "gate.md").write_text("## a verdict\n")
    runner.put("gh", 'echo "$@" >> calls\ncase "$*" in *--paginate*) cat found ;; esac')
    done = runner.run(
        "Comment",
        NUMBER="7",
        MARKDOWN="gate.md",
        GITHUB_REPOSITORY="shop/stats",
        GITHUB_WORKFLOW="performance",
        GITHUB_JOB="gate",
    )
    assert done.returncode == 0, done.stderr
    asked, written = (runner.folder / "calls").read_text().splitlines()
    body = runner.temporary / "epochly-comment.md"
    assert asked.startswith("api --paginate repos/shop/stats/issues/7/comments --jq ")
    assert written == f"api --method {method} {path} -F body=@{body}"
    assert body.read_text() == "<!-- epochly gate: performance, gate -->\n## a verdict\n"


def test_the_hook_runs_before_a_push_and_takes_no_files():
    (hook,) = HOOKS
    assert hook["stages"] == ["pre-push"]
    assert hook["pass_filenames"] is False
    assert HOOKED["repos"][0]["hooks"][0]["id"] == hook["id"]
