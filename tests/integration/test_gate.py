"""The gate over a real repository: what changed is found, and nothing is left behind."""

import json
import os
import shutil
import signal
import subprocess
import threading

import pytest

LOOP = """
def loop(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total
"""
SQUARES = """
def squares(values):
    total = 0.0
    for x in values:
        total += x * x
    return total
"""
NAPS = """
import time

def nap(k):
    time.sleep(0.001)
    return k

def naps():
    return [nap(k) for k in range(10)]
"""
# One nap follows from another, so that they cannot be taken together.
CHAINED = NAPS.replace(
    "return [nap(k) for k in range(10)]",
    "taken = []\n    for k in range(10):\n        taken.append(nap(k + 0 * len(taken)))\n"
    "    return taken",
)


class Repository:
    """A project of the user's under version control."""

    def __init__(self, folder):
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments):
        who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        done = subprocess.run(
            ["git", *who, *arguments],
            cwd=self.folder.path,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def write(self, name, text):
        path = self.folder.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def workloads(self, **workloads):
        """Write them, each with a limit so wide that a few processes decide."""
        lines = [
            f"  {name}: {json.dumps({'max_slowdown': '300%', **keys})}"
            for name, keys in workloads.items()
        ]
        self.write("epochly.yaml", "\n".join(["workloads:", *lines, ""]))

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def gate(self, *arguments):
        ran = self.folder.run("gate", "--format", "json", "--budget", "15", *arguments)
        assert self.git("worktree", "list").count("\n") == 1
        return ran


@pytest.fixture
def repository(folder):
    return Repository(folder)


def results(ran):
    return {one["name"]: one for one in ran.report["workloads"]}


def test_each_workload_gets_the_verdict_of_its_own_change(repository):
    loop, naps = {"target": "work:loop", "args": "20000"}, {"target": "work:naps", "levels": "1"}
    common = {
        "slow": {**loop, "target": "work:late", "max_slowdown": "50%"},
        "overlapped": naps,
        "raises": {**loop, "target": "work:broken"},
        "grown": {"target": "work:grown", "args": "1, 2"},
        "waits": {**loop, "skip": "its server is not ready"},
    }
    repository.write("work.py", LOOP + NAPS + (
        "def late(n):\n    return loop(n)\n"
        "def broken(n):\n    return n\n"
        "def grown(n):\n    return n\n"
    ))  # fmt: skip
    repository.workloads(**common, former={**loop, "args": "21000"}, gone={**loop, "args": "9"})
    repository.commit()
    repository.write("work.py", LOOP + CHAINED + (
        "def late(n):\n    return loop(n) + loop(n) + loop(n)\n"
        "def broken(n):\n    raise ValueError(n)\n"
        "def grown(n, m):\n    return n + m\n"
    ))  # fmt: skip
    repository.workloads(**common, latter={**loop, "args": "21000"}, came={**loop, "args": "8"})

    ran = repository.gate("--against", "HEAD", "--budget", "30")

    found = results(ran)
    outcomes = {name: one["outcome"] for name, one in found.items()}
    assert outcomes == {
        "slow": "slower",
        "overlapped": "fallback",
        "raises": "broken",
        "grown": "unusable",
        "waits": "skipped",
        "latter": "passed",
        "came": "new",
        "gone": "removed",
    }
    assert ran.code == 1
    assert found["slow"]["comparisons"][0]["low"] > 2.0
    assert found["slow"]["line"] == (LOOP + CHAINED).count("\n") + 1
    assert found["latter"]["was"] == "former"
    assert found["waits"]["message"] == "its server is not ready"
    assert "takes other arguments" in found["grown"]["message"]
    assert "ValueError" in found["raises"]["message"]
    assert ran.report["head"]["dirty"] is True


def test_an_installed_package_is_measured_in_the_tree_of_each_side(repository):
    repository.write("src/shop/__init__.py", "")
    repository.write("src/shop/price.py", LOOP)
    keys = {"target": "shop.price:loop", "args": "20000", "max_slowdown": "50%"}
    repository.workloads(price=keys)
    repository.commit()
    repository.write("src/shop/price.py", LOOP.replace("range(n)", "range(4 * n)"))
    # As an editable installation does.
    repository.folder.environment["PYTHONPATH"] = str(repository.folder.path / "src")

    ran = repository.gate("--against", "HEAD")

    assert results(ran)["price"]["outcome"] == "slower"
    assert 3 < results(ran)["price"]["comparisons"][0]["slowdown"] < 5


def test_processes_that_the_function_starts_run_their_own_side_too(repository):
    repository.write("src/shop/__init__.py", "")
    repository.write(
        "src/shop/price.py",
        "import subprocess, sys\ndef total():\n"
        "    subprocess.run([sys.executable, '-S', '-c', 'import shop.slow'], check=True)\n",
    )
    repository.write("src/shop/slow.py", "import time\ntime.sleep(0.02)\n")
    keys = {"target": "shop.price:total", "max_slowdown": "50%"}
    repository.workloads(total=keys)
    repository.commit()
    repository.write("src/shop/slow.py", "import time\ntime.sleep(0.5)\n")
    repository.folder.environment["PYTHONPATH"] = str(repository.folder.path / "src")

    ran = repository.gate("--against", "HEAD", "--allow-effects", "--budget", "30")

    assert results(ran)["total"]["outcome"] == "slower"


def test_a_compiled_file_that_only_the_head_has_is_named(repository):
    repository.write("work.py", f"try:\n    import fast\nexcept ImportError:\n    pass\n{LOOP}")
    repository.write(".gitignore", "*.so\n__pycache__/\n")
    repository.workloads(loop={"target": "work:loop", "args": "10"})
    repository.commit()
    import _struct

    built = repository.folder.path / "fast.cpython-so.so"
    if not getattr(_struct, "__file__", "").endswith(".so"):
        pytest.skip("this Python has no extension module of its own to stand in")
    shutil.copy(_struct.__file__, built)
    repository.write(
        "work.py",
        "import importlib.util, pathlib, sys\n"
        "place = pathlib.Path(__file__).with_name('fast.cpython-so.so')\n"
        "if place.exists():\n"
        "    spec = importlib.util.spec_from_file_location('_struct', place)\n"
        "    sys.modules['fast'] = importlib.util.module_from_spec(spec)\n"
        f"{LOOP}",
    )
    repository.commit()

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 2
    assert "fast.cpython-so.so" in results(ran)["loop"]["message"]


def test_a_reference_that_does_not_import_says_why(repository):
    repository.write("work.py", "import nowhere\n")
    repository.workloads(loop={"target": "work:loop", "args": "10"})
    repository.commit()
    repository.write("work.py", LOOP)

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 2
    assert "No module named 'nowhere'" in results(ran)["loop"]["message"]
    assert "--against" in results(ran)["loop"]["remedy"]


def test_a_promised_speedup_that_is_not_reached_fails(repository):
    repository.write("work.py", NAPS)
    repository.workloads(naps={"target": "work:naps", "min_speedup": {"1": 1000}})
    repository.commit()

    ran = repository.gate("--against", "HEAD", "--budget", "30")

    assert ran.code == 1
    assert results(ran)["naps"]["outcome"] == "broken_promise"
    assert "1000x" in results(ran)["naps"]["message"]


@pytest.mark.parametrize("source", ["HERE / 'data.txt'", "'data.txt'"])
def test_a_file_that_only_the_head_has_is_named(repository, source):
    repository.write(
        "work.py",
        "import pathlib\nHERE = pathlib.Path(__file__).parent\n"
        f"def read():\n    return len(open({source}).read())\n",
    )
    repository.workloads(read={"target": "work:read"})
    repository.commit()
    repository.write("data.txt", "not under version control")

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 2
    assert "data.txt is in the head only" in results(ran)["read"]["message"]
    assert "commit" in results(ran)["read"]["remedy"]


def test_a_module_in_a_submodule_is_told_to_be_missing_for_that(repository):
    repository.write("work.py", f"import part\n{LOOP}")
    repository.workloads(loop={"target": "work:loop", "args": "10"})
    repository.write(".gitmodules", "[submodule 'part']\n  path = part\n  url = ./part\n")
    repository.write(".gitignore", "part/\n")
    repository.commit()
    repository.write("part/__init__.py", "")
    repository.write(".gitignore", "")

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 2
    assert "submodules are not checked out" in results(ran)["loop"]["message"]
    assert "--baseline" in results(ran)["loop"]["remedy"]


def test_a_first_change_brings_its_functions_and_epochly_yaml_together(repository):
    repository.write("old.py", "")
    repository.commit()
    repository.write("old.py", LOOP)
    repository.write("work.py", LOOP)
    repository.workloads(
        module={"target": "work:loop", "args": "10"}, function={"target": "old:loop", "args": "10"}
    )

    ran = repository.gate("--against", "HEAD")

    assert {name: one["outcome"] for name, one in results(ran).items()} == {
        "module": "new",
        "function": "new",
    }
    assert ran.code == 0
    assert "lacks the function" in results(ran)["module"]["message"]


def test_a_level_that_returns_something_else_fails_whatever_else_is_wrong(repository):
    repository.write(
        "work.py",
        "import os, time\n"
        "def name(k):\n    time.sleep(0.002)\n"
        "    return len(os.listdir('/proc/self/task')) == 1\n"
        "def names():\n    return [name(k) for k in range(20)]\n",
    )
    repository.workloads(
        names={"target": "work:names", "levels": "1"}, lacks={"target": "work:none"}
    )
    repository.commit()

    ran = repository.gate("--against", "HEAD", "--allow-effects")

    assert ran.code == 4
    found = results(ran)["names"]
    assert found["outcome"] == "different"
    assert "level 1 (threads) returned something different" in found["message"]
    assert "epochly analyze work:names --levels 1" in found["remedy"]


def test_a_level_that_runs_in_neither_version_is_noted(repository):
    repository.write("work.py", CHAINED)
    repository.workloads(naps={"target": "work:naps", "levels": "1"})
    repository.commit()

    ran = repository.gate("--against", "HEAD", "--undecided", "pass")

    assert ran.code == 0
    assert any("(threads) runs in neither" in note for note in results(ran)["naps"]["notes"])


def test_a_function_that_writes_is_not_run_at_all(repository):
    repository.write("work.py", "def log():\n    open('log.txt', 'a').write('called')\n")
    repository.workloads(log={"target": "work:log"})
    repository.commit()

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 2
    assert "was not run" in results(ran)["log"]["message"]
    assert "reset" in results(ran)["log"]["remedy"]
    assert not (repository.folder.path / "log.txt").exists()


def test_a_new_workload_has_to_run(repository):
    repository.write("work.py", LOOP)
    old = {"target": "work:loop", "args": "9", "skip": "it is not what this is about"}
    repository.workloads(old=old)
    repository.commit()
    repository.workloads(
        old=old,
        good={"target": "work:loop", "args": "10"},
        bad={"target": "work:lop", "args": "11"},
    )

    ran = repository.gate("--against", "HEAD")

    found = {name: one["outcome"] for name, one in results(ran).items()}
    assert found == {"old": "skipped", "good": "new", "bad": "unusable"}
    assert ran.code == 2


def test_a_promise_is_held_although_the_reference_does_not_reach_the_level(repository):
    repository.write("work.py", CHAINED)
    repository.workloads(naps={"target": "work:naps", "min_speedup": {"1": 1000}})
    repository.commit()
    repository.write("work.py", NAPS)

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 1
    assert results(ran)["naps"]["outcome"] == "broken_promise"
    assert "1000x" in results(ran)["naps"]["message"]


def test_a_promise_that_this_machine_cannot_hold_is_not_passed(repository):
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a card")
    repository.write("work.py", SQUARES)
    repository.workloads(
        squares={"target": "work:squares", "args": "[0.5] * 20000", "min_speedup": {"4": 3}}
    )
    repository.commit()

    ran = repository.gate("--against", "HEAD", "--budget", "30")

    assert ran.code == 5
    states = {(c["kind"], c["state"]) for c in results(ran)["squares"]["checks"]}
    assert ("min_speedup", "undecided") in states


def test_a_head_that_fails_only_after_a_while_is_broken(repository):
    repository.write("work.py", LOOP)
    repository.workloads(loop={"target": "work:loop", "args": "20000"})
    repository.commit()
    repository.write(
        "work.py",
        LOOP.replace(
            "    total = 0",
            "    if not next(left):\n        raise ValueError('now')\n    total = 0",
        )
        + "left = iter([1] * 10 + [0])\n",
    )

    ran = repository.gate("--against", "HEAD")

    assert ran.code == 1
    assert results(ran)["loop"]["outcome"] == "broken"
    assert "ValueError: now" in results(ran)["loop"]["message"]


def test_an_interrupt_keeps_the_verdicts_and_removes_the_second_tree(repository):
    repository.write("work.py", "import time\ndef slow():\n    time.sleep(0.2)\n")
    repository.workloads(slow={"target": "work:slow"})
    repository.commit()
    process = repository.folder.start(
        *("gate", "--against", "HEAD", "--format", "json", "--budget", "60"),
        start_new_session=True,
    )
    timer = threading.Timer(3.0, os.killpg, (process.pid, signal.SIGINT))
    timer.start()
    out, err = process.communicate(timeout=60)
    timer.join()

    assert process.returncode == 130, err
    assert json.loads(out)["interrupted"] is True
    assert repository.git("worktree", "list").count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--against", "nowhere"), "there is no commit 'nowhere'"),
        (("--select", "other"), "there is no workload named or tagged 'other'"),
        (("--max-slowdown", "much"), "where: --max-slowdown much"),
        (("--min-delta", "5 apples"), "where: --min-delta 5 apples"),
        (("--config", "missing.yaml"), "missing.yaml"),
    ],
)
def test_a_mistake_is_one_message_with_its_remedy(repository, arguments, said):
    repository.write("work.py", LOOP)
    repository.workloads(loop={"target": "work:loop", "args": "10"})
    repository.commit()
    ran = repository.gate(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def gate_in(folder, place):
    """Run it in another place than the folder's own, and expect one message."""
    folder.path = place
    ran = folder.run("gate", "--budget", "8")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.count("error: ") == 1
    assert "Traceback" not in ran.err
    return ran.err


@pytest.fixture
def committed(repository):
    """Two commits of a project."""
    repository.write("work.py", LOOP)
    repository.workloads(loop={"target": "work:loop", "args": "10"})
    repository.commit()
    repository.write("work.py", LOOP.replace("% 7", "% 9"))
    repository.commit()
    return repository


def test_a_machine_without_git_is_pointed_to_a_baseline(committed, tmp_path):
    (tmp_path / "bin").mkdir()
    committed.folder.environment["PATH"] = str(tmp_path / "bin")
    said = gate_in(committed.folder, committed.folder.path)
    assert "error: git is not installed" in said
    assert "remedy: install git, or compare with stored results" in said


def test_a_folder_without_version_control_is_pointed_to_a_baseline(committed):
    shutil.rmtree(committed.folder.path / ".git")
    said = gate_in(committed.folder, committed.folder.path)
    assert "error: this is not in a git repository" in said
    assert "epochly gate --baseline FILE" in said
    assert not (committed.folder.path / ".epochly").exists()


def test_a_bare_clone_has_nothing_to_measure(committed, tmp_path):
    bare = tmp_path / "bare"
    committed.git("clone", "--quiet", "--bare", ".", str(bare))
    shutil.copy(committed.folder.path / "epochly.yaml", bare)
    said = gate_in(committed.folder, bare)
    assert "error: this is a bare repository" in said
    assert "remedy: run it in a clone with a work tree" in said


def test_a_clone_of_depth_1_is_told_to_fetch_the_history(committed, tmp_path):
    shallow = tmp_path / "shallow"
    origin = committed.folder.path.as_uri()
    committed.git("clone", "--quiet", "--depth", "1", origin, str(shallow))
    said = gate_in(committed.folder, shallow)
    assert "since the clone is shallow" in said
    assert "`fetch-depth: 0`" in said
