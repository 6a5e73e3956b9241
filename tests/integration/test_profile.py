"""Where time goes, told of functions of which it is known."""

import ctypes
import json
import shutil
from collections import Counter
from pathlib import Path

import psutil
import pytest

TRUTHS = {
    "sleeping": (1.0, 0.0, 0.0),
    "spinning": (0.0, 1.0, 0.0),
    "calculating": (0.0, 0.0, 1.0),
    "packing": (0.0, 0.0, 1.0),
    "reading": (0.0, 0.0, 1.0),
    "mixed": (1 / 3, 1 / 3, 1 / 3),
    "halves": (0.5, 0.5, 0.0),
    "tiny": (0.0, 1.0, 0.0),
}
HIDDEN = "\nimport ctypes\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"


def may_not_trace():
    """Give up the right to look into processes that hide; a user without it has none to lose."""
    drop_from_bounding_set, sys_ptrace = 24, 19
    ctypes.CDLL(None).prctl(drop_from_bounding_set, sys_ptrace, 0, 0, 0)


@pytest.fixture
def known(folder):
    shutil.copy(Path(__file__).with_name("known_truths.py"), folder.path / "known.py")

    def profile(function, *options, hidden=False):
        if hidden:
            with (folder.path / "known.py").open("a") as file:
                file.write(HIDDEN)
        process = folder.start(
            *("profile", f"known.py:{function}", "--format", "json", *options),
            preexec_fn=may_not_trace if hidden else None,
        )
        out, err = process.communicate(timeout=100)
        return process.returncode, json.loads(out) if out else None, err

    profile.path = folder.path
    return profile


def traced(document):
    if document["profile"]["sampler"] != "py-spy":
        pytest.skip(f"py-spy may not look here: {document['profile']['sampler_reason']}")
    return document["profile"]


def fractions(profile):
    return [profile[f"{state}_fraction"] for state in ("wait", "gil", "native")]


def close_to(truth, attempt):
    """The profile of an attempt close to the truth; a machine short of cores may need several.

    What is left over of the machine's load after five says nothing about the profile.
    """
    for _ in range(5):
        code, document, err = attempt()
        assert code == 0, err
        found = fractions(document["profile"])
        if found == pytest.approx(truth, abs=0.1):
            return document
    if (others := psutil.cpu_percent(0.5)) > 25:
        pytest.skip(f"others take {others:.0f} % of the machine: {found}")
    pytest.fail(f"{found} is not {truth}")


@pytest.mark.parametrize("function", TRUTHS)
def test_the_three_states_are_within_ten_points_of_the_truth(known, function):
    document = close_to(TRUTHS[function], lambda: known(function, "--budget", "1"))
    profile = traced(document)
    assert profile["fraction_error"] <= 0.05
    assert profile["samples"] >= 100
    assert profile["hot_lines"]


@pytest.mark.parametrize("function", ["sleeping", "packing", "mixed", "tiny"])
def test_a_process_that_py_spy_may_not_see_is_sampled_from_within(known, function):
    document = close_to(TRUTHS[function], lambda: known(function, "--budget", "1", hidden=True))
    profile = document["profile"]
    assert profile["sampler"] == "in-process"
    assert profile["sampler_reason"].startswith("py-spy cannot trace")
    assert any("a sampler within the process took over" in note for note in document["notes"])
    assert profile["fraction_error"] <= 0.05
    assert profile["hot_lines"]


def test_hot_lines_name_the_users_lines_with_their_shares(known):
    profile = traced(known("halves")[1])
    source = (known.path / "known.py").read_text().splitlines()
    shares = {"spin": 0.0, "halves": 0.0}
    for line in profile["hot_lines"]:
        assert line["file"] == str(known.path / "known.py")
        shares[line["function"]] += line["share"]
        if line["function"] == "halves":
            assert "time.sleep" in source[line["line"] - 1]
    # The machine's load may stretch the spinning, but not the sleeping.
    assert 0.05 < shares["halves"] < 0.6
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_function_that_writes_runs_once_and_is_profiled_in_that_call(known):
    code, document, err = known("once")
    assert code == 0, err
    assert (known.path / "written.txt").read_text() == "x" * 5000
    assert document["profile"]["written_bytes"] == 5000
    assert document["profile"]["sampled_calls"] == 1
    assert any("ran once" in note for note in document["notes"])


def test_what_is_read_is_counted(known):
    profile = known("reading")[1]["profile"]
    assert profile["read_bytes"] == 8 << 20
    assert profile["written_bytes"] == 0


def test_a_function_that_fails_when_repeated_says_so_and_keeps_its_counters(known):
    code, document, err = known("third_time_unlucky")
    assert code == 0, err
    assert document["profile"]["sampler"] is None
    assert "KeyError" in document["profile"]["sampler_reason"]
    assert document["profile"]["wall_s"] > 0


def test_a_function_that_raises_cannot_be_profiled(known):
    code, document, err = known("failing")
    assert (code, document) == (3, None)
    assert "ValueError: not today" in err
    assert "remedy:" in err


@pytest.mark.parametrize("ending", [".svg", ".speedscope.json", ".collapsed"])
def test_a_recording_shows_the_users_frames(known, ending):
    path = known.path / f"out{ending}"
    code, document, err = known("halves", "--output", str(path))
    assert code == 0, err
    traced(document)
    text = path.read_text()
    assert "spin" in text
    assert "halves" in text
    outermost = Counter()
    if ending == ".collapsed":
        for line in text.splitlines():
            outermost[line.partition(" (")[0]] += int(line.rpartition(" ")[2])
    if ending == ".speedscope.json":
        found = json.loads(text)
        names = [frame["name"] for frame in found["shared"]["frames"]]
        outermost.update(names[sample[0]] for one in found["profiles"] for sample in one["samples"])
    # A process that runs on while it is read yields a torn stack now and then.
    assert ending == ".svg" or outermost["halves"] >= 0.95 * outermost.total() > 0
    if ending == ".svg":
        assert text.startswith("<?xml")
        assert ">known.py:halves</text>" in text


def test_child_processes_are_followed(known):
    path = known.path / "out.collapsed"
    code, document, err = known("parent", "--output", str(path))
    assert code == 0, err
    assert document["profile"]["children_cpu_s"] > 0.5
    assert document["profile"]["wait_fraction"] > 0.9
    traced(document)
    assert "in_the_child" in path.read_text()


def test_without_py_spy_collapsed_stacks_can_be_had_and_a_flamegraph_cannot(known):
    path = known.path / "out.collapsed"
    code, _, err = known("halves", "--output", str(path), hidden=True)
    assert code == 0, err
    assert all(line.startswith("halves (") for line in path.read_text().splitlines())
    code, document, err = known("halves", "--output", str(known.path / "out.svg"), hidden=True)
    assert code == 3
    assert "out.svg was not written" in err
    assert ".collapsed" in err
    assert document["profile"]["wait_fraction"] == pytest.approx(0.5, abs=0.1)
    assert not (known.path / "out.svg").exists()


def test_the_report_of_all_levels_carries_the_profile(folder):
    shutil.copy(Path(__file__).with_name("known_truths.py"), folder.path / "known.py")

    def bench():
        ran = folder.bench("known.py:mixed")
        return ran.code, ran.report, ran.err

    # A machine that stalls during the first call makes it one of those that are sampled once.
    attempts = (close_to(TRUTHS["mixed"], bench)["profile"] for _ in range(3))
    profile = next(found for found in attempts if found["sampled_calls"] > 1)
    assert profile["voluntary_switches"] >= 1
