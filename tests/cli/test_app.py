from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cli.reports import report

from epochly import __version__
from epochly.errors import ISSUE_TRACKER, TargetError, WorkerError
from epochly_cli.stderr import printable

COMMANDS = ("analyze", "bench", "doctor", "backends", "init")


def test_help_names_every_command(epochly):
    said = epochly("--help")
    assert said.code == 0
    assert all(command in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_own_help(epochly, command: str):
    said = epochly(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: epochly {command}")


def test_the_hidden_option_stays_out_of_the_help(epochly):
    assert "against-itself" not in epochly("bench", "--help").out


def test_version_is_the_library_s(epochly):
    assert epochly("--version").out == f"epochly {__version__}\n"


def test_the_package_runs_as_a_module_where_the_command_is_not_on_the_path():
    done = subprocess.run(
        [sys.executable, "-m", "epochly_cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"epochly {__version__}\n"


def test_a_missing_command_shows_the_help_and_is_a_usage_error(epochly):
    said = epochly()
    assert said.code == 2
    assert said.out == ""
    assert "Commands:" in said.err


def test_an_unknown_option_suggests_the_nearest(epochly):
    said = epochly("bench", "--formt", "json")
    assert said.code == 2
    assert "--format" in said.err
    assert "remedy: `epochly bench --help`" in said.err
    assert "Traceback" not in said.err


def test_an_unknown_command_suggests_the_nearest(epochly):
    said = epochly("bnech")
    assert said.code == 2
    assert "'bench'" in said.err


def test_a_missing_target_is_a_usage_error(epochly):
    said = epochly("analyze")
    assert said.code == 2
    assert said.err.startswith("error: missing argument")


def test_an_unknown_format_is_a_usage_error(epochly):
    said = epochly("doctor", "--format", "yaml")
    assert said.code == 2
    assert "rich" in said.err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("bench", "--budget", "1h"), "--budget"),
        (("gate", "--timeout", "1h"), "--timeout"),
        (("profile", "a:b", "--seed", "1h"), "--seed"),
        (("history", "--limit", "1h"), "--limit"),
        (("bench", "--format", "1h"), "--format"),
    ],
)
def test_a_value_that_an_option_cannot_take_is_repeated_once(epochly, arguments, option: str):
    said = epochly(*arguments)
    assert said.code == 2
    assert f"'{option}'" in said.err
    assert said.err.count("'1h'") == 1


def test_an_option_without_its_value_points_to_the_help_of_its_command(epochly):
    said = epochly("bench", "--args")
    assert said.code == 2
    assert "remedy: `epochly bench --help`" in said.err


def test_an_error_shows_what_where_remedy_and_detail_without_a_traceback(epochly, session):
    session.answers["shop:one"] = TargetError(
        "there is no function 'one'", where="shop.py:3", remedy="did you mean 'once'?", detail="x ^"
    )
    said = epochly("analyze", "shop:one")
    assert said.code == 2
    assert said.out == ""
    assert said.err == (
        "error: there is no function 'one'\n"
        "  where: shop.py:3\n"
        "  remedy: did you mean 'once'?\n"
        "\nx ^\n"
    )


def test_an_unexpected_exception_is_a_defect_with_a_traceback_and_where_to_report(epochly, session):
    session.answers["shop:one"] = ZeroDivisionError("ours")
    said = epochly("analyze", "shop:one")
    assert said.code == 70
    assert "Traceback" in said.err
    assert ISSUE_TRACKER in said.err


def test_a_broken_worker_is_a_defect_without_a_traceback(epochly, session):
    session.answers["shop:one"] = WorkerError("the worker hung up")
    said = epochly("analyze", "shop:one")
    assert said.code == 70
    assert "Traceback" not in said.err
    assert ISSUE_TRACKER in said.err


def test_an_interrupt_exits_with_130(epochly, session):
    session.answers["shop:one"] = KeyboardInterrupt()
    said = epochly("analyze", "shop:one")
    assert said.code == 130
    assert "interrupted" in said.err
    assert "Traceback" not in said.err


def test_control_characters_of_user_data_do_not_reach_the_terminal():
    assert printable("a\x1b[31mb\x9bc\n\td") == "a\\x1b[31mb\\x9bc\n\td"


def test_a_terminal_without_unicode_gets_ascii():
    script = (
        "import epochly.measure.session as session\n"
        "from cli.reports import report\n"
        "from epochly_cli.app import run\n"
        "session.measure = lambda *_: report()\n"
        "run(['analyze', 'shop:one'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": _tests_folder(), "PATH": ""},
    )
    text = done.stdout.decode("ascii")
    assert "* 2 compile" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("arguments", ["['--help']", "['analyze', 'shop:one']"])
def test_a_reader_that_leaves_early_is_no_error(arguments: str):
    script = (
        "import epochly.measure.session as session, sys\n"
        "from cli.reports import report\n"
        "from epochly_cli.app import run\n"
        "session.measure = lambda *_: report()\n"
        f"sys.exit(run({arguments}))\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-c", script],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            env={"PYTHONPATH": _tests_folder(), "PATH": ""},
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_pipe_that_breaks_elsewhere_is_not_taken_for_standard_output(epochly, session):
    session.answers["shop:one"] = BrokenPipeError()
    assert epochly("analyze", "shop:one").code == 70


def test_a_report_without_a_workload_is_named_after_its_function(epochly, session):
    session.answers["shop:one"] = report(workload=None)
    assert " mean " in epochly("analyze", "shop:one").out


def _tests_folder() -> str:
    import cli.reports

    return cli.reports.__file__.rpartition("/cli/")[0]


def shell(command: str) -> subprocess.CompletedProcess[str]:
    line = f"{sys.executable} -c 'from epochly_cli.app import main; main()' {command}"
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
@pytest.mark.parametrize("wanted", ["rich", "json"])
def test_standard_output_that_cannot_be_written_is_a_usage_error(wanted: str):
    said = shell(f"backends --format {wanted} > /dev/full")
    assert said.returncode == 2
    assert said.stderr.startswith("error: standard output cannot be written: No space left")
    assert "Traceback" not in said.stderr


def test_a_file_is_written_although_standard_output_cannot_be(tmp_path):
    assert shell("backends --format json --output kept.json > /dev/full").returncode == 2
    assert "epochly.backends/1" in (tmp_path / "kept.json").read_text()


def test_closed_standard_streams_do_no_harm(tmp_path):
    said = shell("backends --format json --output kept.json <&- >&- 2>&-")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert "epochly.backends/1" in (tmp_path / "kept.json").read_text()


def test_a_current_directory_that_is_gone_is_a_usage_error(epochly, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for command in ("init", "bench"):
        said = epochly(command, "shop:one")
        assert said.code == 2
        assert "the current directory cannot be used" in said.err
    monkeypatch.chdir(tmp_path)


def test_the_help_cuts_the_summary_of_no_command_short(epochly, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = epochly("--help").out
    assert "Run one function at every level, and recommend.\n" in said
    assert "..." not in said.partition("Commands:")[2]


@pytest.mark.parametrize(
    "arguments",
    [("doctor", "--format", "yaml"), ("export", "x.json"), ("gate", "--undecided", "maybe")],
)
def test_a_choice_that_is_missing_or_wrong_is_told_in_one_line(epochly, arguments):
    said = epochly(*arguments)
    assert said.code == 2
    first, second = said.err.splitlines()
    assert first.startswith("error: ")
    assert "Value error" not in first
    assert second.startswith("  remedy: `epochly ")
