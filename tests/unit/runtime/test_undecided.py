"""Functions without a level that have hardly run."""

import subprocess
import sys

import pytest

from epochly.runtime import elsewhere, places, preparation
from epochly.runtime.turns import Turns
from epochly.runtime.undecided import AFTER_S, MOST_CALLS, Undecided


def double(n):
    return 2 * n


@pytest.fixture
def policy(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "decisions_file", lambda: str(tmp_path / "decisions.yaml"))
    return Undecided(double)


def spend(policy, seconds, calls=1):
    policy.choose((1,), {}).tally.add(calls, seconds, 0, seconds, seconds)


def test_the_original_runs_until_enough_time_was_spent_in_it(policy):
    spend(policy, 0.9 * AFTER_S)
    assert policy.choose((1,), {}).call is double
    assert policy.standings() == ()


@pytest.fixture
def started(monkeypatch):
    """The preparations that would have been started."""
    found = []
    monkeypatch.setattr(preparation, "Preparation", lambda *given: found.append(given))
    monkeypatch.setattr(elsewhere, "_turns", Turns())
    return found


def test_choosing_begins_when_enough_time_was_spent(policy, started):
    spend(policy, 1.1 * AFTER_S)
    assert policy.choose((21,), {}).call(21) == 42
    assert [standing.state for standing in policy.standings()] == ["preparing"]
    assert len(started) == 1


def test_the_time_spent_until_then_counts_for_the_first_kind_of_arguments_only(policy, started):
    spend(policy, 1.1 * AFTER_S)
    policy.choose((21,), {}).call(21)
    policy.choose((2.5,), {}).call(2.5)
    assert [standing.state for standing in policy.standings()] == ["preparing", "observing"]
    assert len(started) == 1


def test_calls_within_each_other_count_once(policy, started):
    spend(policy, 0.1 * AFTER_S)
    for _ in range(100):
        spend(policy, 0.5 * AFTER_S, calls=100)
    assert policy.standings() == ()


def test_a_short_function_is_asked_about_seldom(policy):
    spend(policy, 1e-6)
    policy.choose((1,), {})
    assert policy.interval == MOST_CALLS


def test_a_long_function_is_asked_about_before_it_has_taken_much_more(policy):
    spend(policy, 0.5 * AFTER_S)
    policy.choose((1,), {})
    assert policy.interval <= 1


def test_with_a_decision_on_disk_choosing_begins_at_the_first_call(policy, tmp_path):
    (tmp_path / "decisions.yaml").write_text("version: 1\ndecisions: []\n# shop:double\n")
    policy.choose((1,), {}).call(1)
    assert len(policy.standings()) == 1


ENTRY = "- function: shop:{}\n  kind: int\n  level: {}\n  backend: any\n"


@pytest.mark.parametrize(
    ("entries", "looked_up"),
    [
        ([("double", 0)], False),
        ([("double", 0), ("triple", 2)], False),
        ([("double", 0), ("double", 2)], True),
        ([("triple", 0), ("double", 2)], True),
    ],
)
def test_a_decision_to_stay_at_level_0_costs_the_first_calls_nothing(
    policy, tmp_path, entries, looked_up
):
    text = "version: 1\ndecisions:\n" + "".join(ENTRY.format(*entry) for entry in entries)
    (tmp_path / "decisions.yaml").write_text(text)
    assert (policy.choose((1,), {}).call is not double) == looked_up


@pytest.mark.parametrize(
    "text",
    [
        "-\n  function: shop:double\n  level: 2\n-\n  function: shop:triple\n  level: 0\n",
        "- {\n  function: shop:double,\n  level: 2\n  },\n  {\n  function: any,\n  level: 0\n  }\n",
        "- function: &it shop:double\n  level: 0\n  kind: int\n- function: *it\n  level: 2\n",
        "- &it\n  function: shop:double\n  level: 0\n  kind: int\n- <<: *it\n  level: 2\n",
    ],
    ids=["dashes alone", "braces", "an alias", "a merge"],
)
def test_another_level_is_looked_up_however_it_is_written(tmp_path, monkeypatch, text):
    monkeypatch.setattr(places, "decisions_file", lambda: str(tmp_path / "decisions.yaml"))
    (tmp_path / "decisions.yaml").write_text(f"version: 1\ndecisions:\n{text}")
    assert places.may_be_decided("double")


def test_decisions_about_others_cost_the_first_call_nothing(policy, tmp_path):
    (tmp_path / "decisions.yaml").write_text("version: 1\ndecisions: []\n# shop:triple\n")
    assert policy.choose((1,), {}).call is double
    assert policy.standings() == ()


def test_a_name_that_yaml_may_write_another_way_is_looked_up(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "decisions_file", lambda: str(tmp_path / "decisions.yaml"))
    assert not places.may_be_decided("größe")
    (tmp_path / "decisions.yaml").write_text("version: 1\ndecisions: []\n")
    assert places.may_be_decided("größe")


def test_a_function_that_hardly_runs_imports_nothing_heavy(tmp_path):
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import epochly\n"
        "f = epochly.optimize()(lambda n: n)\n"
        "for n in range(100): f(n)\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"EPOCHLY_CACHE_DIR": str(tmp_path)},
    )  # fmt: skip
    heavy = {"numpy", "numba", "yaml", "scipy", "subprocess", "ast", "cloudpickle"}
    assert not heavy & set(done.stdout.split())
