"""A guest that crashes, hangs or writes takes only its own row with it."""

import os
import signal
import threading

import pytest


@pytest.mark.parametrize(
    ("function", "options", "status", "reason"),
    [
        ("segfault", (), "failed", "SIGSEGV"),
        ("leave", (), "failed", "exited with status 3"),
        ("exit_politely", (), "failed", "SystemExit: 5"),
        ("hang", ("--timeout", "1"), "timeout", "longer than 1 s"),
        ("eat", ("--memory", "300MB"), "failed", "more than the limit"),
        ("raise_always", ("--args", "5"), "failed", "LookupError: ('no', 5)"),
        ("generator", ("--args", "5"), "refused", "generator"),
    ],
)
def test_what_cannot_be_measured_has_a_row_that_says_why(folder, function, options, status, reason):
    ran = folder.bench(function, *options)
    row = ran.row(0)
    assert ran.code == 3
    assert row["status"] == status
    assert reason in row["reason"]
    assert ran.report["recommendation"]["level"] is None
    assert "Traceback" not in ran.err


def test_a_generator_is_refused_with_its_remedy(folder):
    assert folder.bench("generator", "--args", "5").row(0)["remedy"] == "wrap it in list()"


def test_a_crash_names_the_line_of_the_users_file(folder):
    row = folder.bench("segfault").row(0)
    lines = (folder.path / "misbehaving.py").read_text().splitlines()
    assert "string_at" in lines[row["line"] - 1]


@pytest.mark.parametrize(
    "function",
    [
        "print_much",
        "close_descriptors",
        "leave_a_thread",
        "hash_order",
        "allow_no_file",
        "replace_len_meanwhile",
        "replace_print",
        "remove_open",
    ],
)
def test_a_rude_function_is_measured_all_the_same(folder, function):
    ran = folder.bench(function)
    assert ran.code == 0
    assert ran.row(0)["status"] == "measured"
    assert ran.row(0)["median_s"] > 0


@pytest.mark.parametrize("name", ["len", "isinstance"])
def test_a_built_in_function_that_no_code_runs_without_is_named_by_the_row(folder, name):
    row = folder.bench(f"replace_{name}").row(0)
    assert row["status"] == "failed"
    assert f"builtins.{name} replaced" in row["reason"]


@pytest.mark.parametrize("function", ["replace_print", "remove_open"])
def test_a_built_in_function_that_a_call_leaves_replaced_is_told(folder, function):
    name = function.partition("_")[2]
    (said,) = folder.bench(function).row(0)["warnings"]
    assert said.startswith(f"the call leaves builtins.{name} replaced")


def test_a_limit_that_cannot_be_raised_again_is_told(folder):
    row = folder.bench("allow_no_file_for_good").row(0)
    # Root may raise every limit again, unless that right was taken from it.
    assert row["status"] == "measured" or "RLIMIT_NOFILE" in row["reason"]


def test_generators_within_a_result_are_told_as_why_it_is_unchecked(folder):
    equality = folder.bench("generators_within", "--args", "5").row(0)["equality"]
    assert equality["verdict"] == "unchecked"
    assert "result['all'][1] is a generator, whose work is done only when" in equality["where"]


def test_a_cached_function_is_noted_as_one(folder):
    ran = folder.bench("cached", "--args", "5")
    assert ran.code == 0
    assert any("cached.__wrapped__" in note for note in ran.report["notes"])


def test_a_child_left_behind_is_ended_and_the_writer_ran_once(folder):
    ran = folder.bench("leave_a_child")
    assert len(ran.row(0)["samples_s"]) == 1
    assert ran.row(1)["status"] == "skipped"


def test_every_sample_gets_fresh_arguments(folder):
    ran = folder.bench("outgrow", "--args", "[]")
    assert ran.row(0)["status"] == "measured"
    assert ran.report["notes"] == []


def test_a_result_that_cannot_be_pickled_is_unchecked_and_not_recommended(folder):
    ran = folder.bench("locks", "--args", "40", "--allow-effects")
    assert ran.row(1)["status"] == "measured"
    assert [ran.row(level)["equality"]["verdict"] for level in (0, 1)] == ["unchecked"] * 2
    assert ran.report["recommendation"]["level"] in (0, None)


def test_a_function_that_disagrees_with_itself_is_compared_by_type_only(folder):
    ran = folder.bench("disagree")
    assert any("nondeterministic" in note for note in ran.report["notes"])


def test_a_counter_of_calls_is_not_taken_for_nondeterminism(folder):
    assert folder.bench("count_calls").report["notes"] == []


def test_a_function_that_writes_runs_once_at_level_0(folder):
    ran = folder.bench("write_a_file")
    assert (folder.path / "written.txt").read_text() == "x"
    assert ran.row(1)["status"] == "skipped"
    assert "writes the outside world" in ran.row(1)["reason"]
    assert "--allow-effects" in ran.row(1)["remedy"]


def test_a_function_that_writes_runs_often_with_the_users_word(folder):
    ran = folder.bench("write_a_file", "--allow-effects")
    assert len((folder.path / "written.txt").read_text()) > 3
    assert len(ran.row(0)["samples_s"]) > 1


@pytest.mark.parametrize("function", ["doubled", "change_surroundings"])
def test_standard_output_is_only_json(folder, function):
    ran = folder.bench(function, "--args", "50")
    assert ran.report["schema"] == "epochly.report/1"
    assert ran.row(0)["status"] == "measured"


def test_an_interrupt_keeps_what_was_measured_and_leaves_nothing_behind(folder):
    process = folder.start(
        *("bench", "misbehaving.py:slow_items", "--args", "8", "--levels", "0,1"),
        *("--budget", "60", "--format", "json", "--output", "kept.json"),
        start_new_session=True,
    )
    timer = threading.Timer(4.0, os.killpg, (process.pid, signal.SIGINT))
    timer.start()
    _, err = process.communicate(timeout=60)
    timer.join()
    assert process.returncode == 130, err
    assert (folder.path / "kept.json").exists()
    assert "Traceback" not in err


def test_files_named_like_modules_of_ours_and_pythons_break_nothing(folder):
    shadowing = ("statistics.py", "typing.py", "random.py")
    (folder.path / "backends").mkdir()
    for name in (*shadowing, "backends/__init__.py"):
        (folder.path / name).write_text("raise RuntimeError('imported')\n")
    ran = folder.bench("doubled", "--args", "50")
    assert ran.code == 0
    notes = "\n".join(ran.report["notes"])
    assert [name for name in (*shadowing, "backends") if name in notes] == list(shadowing)


def test_a_module_that_ends_the_process_while_loading_is_a_usage_error(folder):
    (folder.path / "ends.py").write_text("import os; os._exit(1)\n")
    ran = folder.run("bench", "ends.py:f", "--levels", "0")
    assert ran.code == 2
    assert "ended the worker" in ran.err


def test_a_file_that_cannot_be_written_in_the_end_does_not_lose_the_report(folder):
    (folder.path / "out").mkdir()
    (folder.path / "gone.py").write_text("import os\ndef f():\n    os.rmdir('out')\n")
    ran = folder.bench("gone.py:f", "--output", "out/kept.json")
    assert ran.code == 2
    assert "out/kept.json cannot be written" in ran.err
    assert ran.row(0)["status"] == "measured"
