"""Decisions on disk."""

import dataclasses
import difflib
import logging
import os
import subprocess
import sys

import pytest
from unit.runtime import programs

import epochly
from epochly.runtime.automatic import Automatic
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import DecisionFile, decision_file, decision_path
from epochly.runtime.kinds import describe_kind, kind_of

CODE = "0123456789abcdef"


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".epochly" / "decisions.yaml"


def decision(kind="int ~4^7", **changes):
    made = Decision("shop:total", kind, 2, "numba", 17.31, CODE, software(), hardware())
    return dataclasses.replace(made, **changes)


def find(path, kind="int ~4^7", code=CODE):
    return DecisionFile(path).find("shop:total", kind, code)


def test_what_one_process_decided_another_finds(path):
    DecisionFile(path).put(decision())
    assert find(path) == decision(speedup=17.3)


def test_the_file_is_read_by_people(path):
    DecisionFile(path).put(decision())
    text = path.read_text()
    assert text.startswith("# Levels that @epochly.optimize() chose")
    assert "- function: shop:total\n  kind: int ~4^7\n  level: 2\n  backend: numba\n" in text


def test_each_kind_of_arguments_has_a_decision_of_its_own(path):
    file = DecisionFile(path)
    file.put(decision())
    file.put(decision("float", level=0, backend="monitor", speedup=1.0, reason="nothing pays"))
    assert find(path).level == 2
    assert find(path, "float").reason == "nothing pays"
    assert find(path, "str ~2^3") is None


def test_a_decision_for_other_code_is_stale_and_ignored_with_a_warning(path, caplog):
    DecisionFile(path).put(decision())
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path, code="fedcba9876543210") is None
    assert "stale" in caplog.text


def test_a_decision_found_here_with_other_software_is_stale_and_ignored_with_a_warning(
    path, caplog
):
    DecisionFile(path).put(decision(software="CPython 3.9.1, numpy 1.9", code="of another Python"))
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
    said = f"is stale, since it was found with CPython 3.9.1, numpy 1.9, and this is {software()}"
    assert said in caplog.text
    DecisionFile(path).put(decision())
    caplog.clear()
    assert find(path) == decision(speedup=17.3)
    assert not caplog.records


def test_a_decision_of_another_machine_is_left_alone_without_a_word(path, caplog):
    DecisionFile(path).put(decision(hardware="s390x, 3 cores, no GPU"))
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
    assert not caplog.records


@pytest.mark.parametrize("field", ["software", "hardware"])
def test_a_decision_of_another_machine_is_kept_but_not_used(path, field):
    DecisionFile(path).put(decision(**{field: "another"}))
    assert find(path) is None
    DecisionFile(path).put(decision())
    assert find(path).level == 2
    assert "another" in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "decisions: [",
        "version: 99\ndecisions: []\n",
        "version: true\ndecisions: []\n",
        "version: 1.0\ndecisions: []\n",
        "- a\n- b\n",
        "\x00",
        "version: 1\ndecisions: {shop: total}\n",
        "!!python/object/apply:os.system ['true']",
        "version: 1\ndecisions: [2024-13-45]\n",
        "version: 1\ndecisions: []\n---\nversion: 1\ndecisions: []\n",
        "version: 1\ndecisions: " + "[" * 5000 + "]" * 5000,
        "version: " + "9" * 5000,
        "version: !!bool maybe",
        "version: !!timestamp soon",
        "version: 1\ndecisions: []\n" + "# long\n" * 700_000,
        "version: 1\ndecisions: &a\n- *a\n",
        "version: 1\ndecisions: &a\n- [*a, 1]\n",
        "version: 1\ndecisions:\n- &a\n  x: *a\n",
        "&a\nversion: 1\nx: *a\ndecisions: []\n",
        "version: 1\ndecisions: !!pairs &a [x: *a]\n",
        "version: 1\ndecisions:\n- &a\n  <<: &b\n    x: *a\n",
        "version: 1\ndecisions:\n- 0x" + "9" * 5000,
    ],
    ids=lambda text: text[:30],
)
def test_a_broken_file_is_ignored_with_a_warning_and_left_as_it_is(path, text, caplog):
    path.parent.mkdir()
    path.write_text(text)
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
        DecisionFile(path).put(decision())
    assert "is ignored" in caplog.text
    assert path.read_text() == text


@pytest.mark.parametrize("put", [os.mkdir, os.mkfifo, lambda path: os.symlink(os.devnull, path)])
def test_what_is_no_plain_file_is_ignored_with_a_warning_and_not_waited_for(path, put, caplog):
    path.parent.mkdir()
    put(path)
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
        DecisionFile(path).put(decision())
    assert "it is no plain file" in caplog.text
    assert not path.is_file()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"level": 7}, "level is none from 0 to 4"),
        ({"level": True}, "level is none from 0 to 4"),
        ({"level": 2.0}, "level is none from 0 to 4"),
        ({"level": "two"}, "level is none from 0 to 4"),
        ({"level": [2]}, "level is none from 0 to 4"),
        ({"speedup": -1}, "speedup is no number above 0"),
        ({"speedup": int("9" * 400)}, "speedup is no number above 0"),
        ({"speedup": True}, "speedup is no number above 0"),
        ({"speedup": "fast"}, "speedup is no number above 0"),
        ({"speedup": float("inf")}, "speedup is no number above 0"),
        ({"speedup": float("nan")}, "speedup is no number above 0"),
        ({"backend": 3}, "backend is no text"),
        ({"unfinished": "yes"}, "unfinished is neither true nor false"),
        ({"surprise": 1}, "surprise is no key of a decision"),
        ({1: None}, "1 is no key of a decision"),
    ],
    ids=str,
)
def test_a_broken_entry_is_ignored_with_a_warning_and_the_others_count(path, change, why, caplog):
    import yaml

    file = DecisionFile(path)
    file.put(decision())
    file.put(decision("float"))
    document = yaml.safe_load(path.read_text())
    entry = next(e for e in document["decisions"] if e["kind"] == "float")
    entry.update(change)
    path.write_text(yaml.safe_dump(document))
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path, "float") is None
    assert f"this entry is ignored, since {why}:" in caplog.text
    assert find(path).level == 2


def test_writing_keeps_what_could_not_be_read_and_the_comments_at_the_top(path):
    import yaml

    odd = [{"function": "shop:total", "note": [1, {"a": None}]}, "shop", 3]
    path.parent.mkdir()
    head = "# Ours: ask Ann before deleting.\n\n# See the wiki.\n"
    path.write_text(head + yaml.safe_dump({"version": 1, "decisions": odd}))
    file = DecisionFile(path)
    file.put(decision())
    file.put(decision("float"))
    assert path.read_text().startswith(head + "decisions:\n")
    written = yaml.safe_load(path.read_text())["decisions"]
    assert [entry for entry in written if entry in odd] == odd
    assert len(written) == 5
    assert find(path).level == 2


REVIEWED = """\
# Ours.
version: 1
owner: the shop   # ask before you delete
decisions:
  # Both were measured on the small machine.
  - function: shop:total
    kind: int ~4^7
    level: 2        # reviewed by Ann
    backend: numba
    speedup: 17.3
    code: "0123456789abcdef"
    software: {software}
    hardware: {hardware}
  # This one is odd.
  - function: shop:zero
    kind: 'float'
    level: 0
    backend: monitor
    speedup: 1.00
    code: "0123456789abcdef"
    reason: >
      nothing pays,
      not even much
    software: {software}
    hardware: {hardware}

# The end.
"""


@pytest.fixture
def reviewed(path):
    path.parent.mkdir()
    path.write_text(REVIEWED.format(software=software(), hardware=hardware()))
    return path


def changed_lines(path, made):
    """The lines that putting one decision takes away and adds."""
    before = path.read_text().splitlines()
    DecisionFile(path).put(made)
    found = list(difflib.ndiff(before, path.read_text().splitlines()))
    return [[line[2:] for line in found if line[:1] == sign] for sign in "-+"]


@pytest.mark.parametrize("kind", ["a first one", "int ~4^8", "zz the last one"])
def test_one_more_decision_leaves_the_rest_of_the_file_as_people_wrote_it(reviewed, kind):
    removed, added = changed_lines(reviewed, decision(kind))
    assert removed == []
    assert added[:2] == ["  - function: shop:total", f"    kind: {kind}"]
    assert len(added) == 8
    assert find(reviewed, kind) == decision(kind, speedup=17.3)


def test_a_new_decision_for_the_same_takes_the_place_of_the_old_one_alone(reviewed):
    removed, added = changed_lines(reviewed, decision(level=1, backend="threads", speedup=2.0))
    assert removed[:2] == ["    level: 2        # reviewed by Ann", "    backend: numba"]
    assert "    level: 1" in added
    text = reviewed.read_text()
    assert "  # Both were" in text
    assert "  # This one is odd.\n  - function: shop:zero\n" in text
    assert "\n# The end.\n" in text


def test_a_decision_in_the_place_of_the_last_keeps_what_follows(reviewed):
    changed_lines(reviewed, decision("float", function="shop:zero", reason="", level=1))
    text = reviewed.read_text()
    assert "not even much" not in text
    assert text.endswith("\n\n# The end.\n")
    assert DecisionFile(reviewed).find("shop:zero", "float", CODE).level == 1


def test_of_several_for_the_same_the_one_that_counts_is_replaced(reviewed):
    entry = reviewed.read_text().partition("decisions:\n")[2].partition("  # This one")[0]
    reviewed.write_text(reviewed.read_text() + entry)
    DecisionFile(reviewed).put(decision(level=1, backend="threads"))
    assert find(reviewed).level == 1


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1, decisions: [], owner: Ann}",
        "{version: 1, decisions: [3], owner: Ann}",
        "owner: Ann\nversion: 1\ndecisions: [3, 4]\n",
        "owner: Ann\nversion: 1\ndecisions:\n-\n  3\n",
        "owner: Ann\nversion: 1\ndecisions:\n- &one [3]\n- *one\n",
        "owner: Ann\nversion: 1\ndecisions:\n- &one\n  a: 3\n  <<: *one\n",
        "owner: Ann\r\nversion: 1\r\ndecisions:\r\n- 3\r\n- 4\r\n",
        "owner: Ann\nversion: 1\ndecisions:\n- a: 3\r- b: 4\x85- c\r\n",
        "owner: Ann\nversion: 1\ndecisions: !!seq\n- 3",
        "---\nowner: Ann\nversion: 1\ndecisions:\n- |\n  3\n...\n",
        "owner: Ann\nversion: 1\n? decisions\n: - 3\n  - 4\n",
        '"owner": Ann\n"version": 1\n"decisions":\n- "3\n\n  4"\n- 5 # five',
    ],
)
def test_however_a_file_is_written_a_decision_joins_what_it_says(path, text):
    import yaml

    path.parent.mkdir()
    path.write_bytes(text.encode())
    before = yaml.safe_load(text)
    DecisionFile(path).put(decision())
    after = yaml.safe_load(path.read_bytes().decode())
    assert after["owner"] == "Ann"
    assert after["decisions"] == [*before["decisions"], decision().entry]
    assert find(path) == decision(speedup=17.3)


def test_comments_alone_stay_as_well(path):
    path.parent.mkdir()
    path.write_text("# Nothing yet.")
    DecisionFile(path).put(decision())
    assert path.read_text().startswith("# Nothing yet.\nversion: 1\n")


def test_an_entry_that_cannot_be_written_again_leaves_the_file_as_it_is(path, caplog):
    path.parent.mkdir()
    text = f"version: 1\ndecisions: [{'[' * 400}{']' * 400}]\n"
    path.write_text(text)
    DecisionFile(path).put(decision())
    assert path.read_text() == text or find(path).level == 2


def test_an_entry_without_a_key_is_told_which_one(path, caplog):
    path.parent.mkdir()
    path.write_text("version: 1\ndecisions:\n- {function: shop:total}\n- shop\n")
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
    assert "since kind is missing, level is missing" in caplog.text
    assert "since it has no keys: 'shop'" in caplog.text


def test_the_line_of_what_is_no_yaml_is_told(path, caplog):
    path.parent.mkdir()
    path.write_text("version: 1\ndecisions:\n- function: shop:total\n\tlevel: 2\n")
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
    assert "cannot be read: line 4: " in caplog.text


@pytest.mark.parametrize("last", ["decisions: *l11\n", "decisions: []\n"])
def test_what_would_fill_the_memory_in_full_is_ignored_at_once(path, last, caplog):
    layers = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12)]
    path.parent.mkdir()
    path.write_text("version: 1\nl0: &l0 [ha]\n" + "".join(layers) + last)
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert find(path) is None
        DecisionFile(path).put(decision())
    assert "says more than 1,048,576 values" in caplog.text
    assert len(caplog.text) < 10_000


def test_a_decision_for_a_backend_of_another_level_is_ignored_with_a_warning(caplog):
    policy = Automatic(programs.squares)
    name, code = policy._understood.key, policy._understood.code
    kind = describe_kind(kind_of((10,), {}))
    made = decision(kind, function=name, code=code, level=3)
    decision_file(decision_path()).put(made)
    with caplog.at_level(logging.WARNING, logger="epochly"):
        assert policy.call(10) == 285
    assert "numba is of level 2, not 3" in caplog.text
    assert policy.standings()[0].state == "observing"


def decided(level, backend):
    """Squares of 10, about which a file has decided."""
    policy = Automatic(programs.squares)
    name, code = policy._understood.key, policy._understood.code
    kind = describe_kind(kind_of((10,), {}))
    made = decision(kind, function=name, code=code, level=level, backend=backend)
    decision_file(decision_path()).put(made)
    return epochly.optimize()(programs.squares)


def test_preparing_what_was_decided_is_no_time_of_the_first_call():
    function = decided(2, "numba")
    assert function(10) == 285
    (entry,) = epochly.get_metrics(function)["functions"].values()
    assert entry["realized"]["level"] == 2
    assert entry["total_time"] < entry["compile_time"]


def test_a_decision_to_stay_that_gives_no_reason_says_so():
    function = decided(0, "monitor")
    assert function(10) == 285
    assert "decided earlier: no reason is given" in epochly.explain(function)


def test_a_folder_that_cannot_be_written_is_told_and_harms_nothing(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("")
    file = DecisionFile(blocked / "decisions.yaml")
    with caplog.at_level(logging.WARNING, logger="epochly"):
        file.put(decision())
    assert "cannot be saved" in caplog.text


SHOP = "def heavy(x):\n    return x * x + 1.0\n"
SELLER = """
import sys
import epochly
import shop
from epochly.call import Arguments
from epochly.code.function import function_of
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import decision_file, decision_path
from epochly.runtime.identity import identity_of

@epochly.optimize()
def total(n):
    found = 0.0
    for i in range(n):
        found += shop.heavy(i)
    return found

if sys.argv[1:]:
    it = identity_of(function_of(total), Arguments((10,)))
    decided = (2, "numba", 2.0, it.code, software(), hardware())
    decision_file(decision_path()).put(Decision(it.function, it.kind, *decided))
else:
    print(total(10), epochly.explain(total))
"""


def test_a_decision_is_stale_once_a_function_of_another_module_has_changed(tmp_path):
    def run(*arguments):
        command = [sys.executable, "seller.py", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True,
            env={**os.environ, "EPOCHLY_CACHE_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        return done.stdout + done.stderr

    (tmp_path / "seller.py").write_text(SELLER)
    (tmp_path / "shop.py").write_text(SHOP)
    run("decide")
    assert "decided earlier, 2x" in run()
    (tmp_path / "shop.py").write_text(SHOP.replace("1.0", "2.0"))
    said = run()
    assert "the decision for seller:total (int ~4^2) is stale" in said
    assert said.splitlines()[0].startswith("305.0")
    assert "decided earlier" not in said


WRITER = """
import sys
from pathlib import Path
from epochly.runtime.decision import Decision, hardware, software
from epochly.runtime.decisions import DecisionFile
path, name = Path(sys.argv[1]), sys.argv[2]
for number in range(10):
    made = Decision(name, f"int ~4^{number}", 2, "numba", 2.0, "code", software(), hardware())
    DecisionFile(path).put(made)
"""


def test_processes_that_write_at_once_lose_nothing(path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"shop:f{number}"])
        for number in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    file = DecisionFile(path)
    for number in range(3):
        for size in range(10):
            assert file.find(f"shop:f{number}", f"int ~4^{size}", "code") is not None
