"""What another process finds out, and what is made of it when that fails."""

import io
import math
import os
import threading
import time
import types

import cloudpickle
import pytest

import epochly
from epochly.backend import Capabilities
from epochly.code.function import function_of
from epochly.errors import Deoptimize
from epochly.levels import Level
from epochly.model import Arguments, Equality
from epochly.registry import get_backend, usable_backends
from epochly.runtime import attempts, preparation, trial
from epochly.runtime.attempts import asked_of
from epochly.runtime.automatic import Automatic
from epochly.runtime.offers import worth_workers_s
from epochly.runtime.preparation import EXAMPLE_RAISED, Known, Preparation, Tried, pack

NOTHING = Known()


def slow(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


def squares(numbers):
    return [number * number for number in numbers]


def shown(n):
    return f"{n:>8}"


def fails(n):
    return [1 / (number - 1) for number in range(n)]


class Made:
    """An argument that is made in another process by calling a function there."""

    def __init__(self, function, *args):
        self.made = function, args

    def __reduce__(self):
        return self.made


def write_variable(path, name):
    path.write_text(os.environ[name])


def prepared(function, argument=3, known=NOTHING):
    told = threading.Event()
    answers = []

    def report(tried, failure):
        answers.append((tried, failure))
        if failure is not None:
            told.set()

    payload = pack(function_of(function), Arguments((argument,), {}))
    Preparation(payload, ("m:f", "int ~4^1", "code"), False, known, report)
    assert told.wait(60)
    *so_far, last = answers
    followed = [item for item in last[0] if not item.unbeaten]
    assert [tried for tried, _ in so_far] == [last[0][: n + 1] for n in range(len(followed))]
    return last


def chosen(automatic):
    """Call until a level was chosen for the one kind of arguments."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert automatic.call(100_000) == slow(100_000)
        (standing,) = automatic.standings()
        if standing.state in ("committed", "settled"):
            return standing
    raise AssertionError(standing)


@pytest.fixture
def decisions(tmp_path):
    return tmp_path / "decisions.yaml"


def test_nothing_is_tried_after_what_is_unbeaten():
    tried, failure = prepared(slow, 300_000)
    assert [item.backend for item in tried if item.unbeaten] == ["numba"]
    assert tried[-1].backend == "numba"
    assert failure == ""


def test_every_backend_has_an_answer(decisions):
    tried, failure = prepared(slow)
    assert [item.backend for item in tried] == [b.name for b in usable_backends(tuple(Level)[1:])]
    assert failure == ""


@pytest.mark.parametrize(
    ("plain_s", "gain", "calls"),
    [(0.01, 100.0, 0), (0.01, 1.5, 2), (0.01, 0.1, 1), (1.0, 1.5, 1), (1e-5, 1.5, 2)],
)
def test_a_backend_is_run_no_more_than_needed(plain_s, gain, calls, monkeypatch):
    ran = []

    def beside(original, prepared, args, kwargs, **_):
        return trial.Trial(None, plain_s, plain_s / gain, Equality("identical"))

    def seconds(call, load, times):
        assert times == 1 + 4 * (plain_s < trial.SHORT_S)
        ran.append(call)
        return plain_s if call is squares else plain_s / gain

    monkeypatch.setattr(trial, "run_beside", beside)
    monkeypatch.setattr(attempts, "_seconds", seconds)
    threads = get_backend("threads")
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((squares, ([1, 2],), {}))))
    tried = attempts.try_backend(threads, example, False, NOTHING)
    assert (tried.verdict, tried.plain_s, tried.candidate_s) == ("equal", plain_s, plain_s / gain)
    assert len([call for call in ran if call is not squares]) == calls


def test_worker_processes_are_left_untried_where_they_cannot_pay_yet(decisions):
    tried, failure = prepared(squares, (1, 2, 3, 4), Known(workers=False))
    assert [item.verdict for item in tried if item.backend == "processes"] == ["untried"]
    assert failure == ""
    assert "processes" not in decisions.read_text()
    assert f"unfinished: true\n  rest_after_s: {worth_workers_s()}" in decisions.read_text()


def test_what_would_change_the_world_is_refused_before_it_happens(tmp_path):
    def writes(values):
        (tmp_path / "new").write_text("x")
        return [value * value for value in values]

    example = attempts.Example(io.BytesIO(cloudpickle.dumps((writes, ([1, 2],), {}))))
    tried = attempts.try_backend(_Doubles(), example, False, NOTHING)
    assert (tried.verdict, "it writes to" in tried.reason) == ("refused", True)
    assert not (tmp_path / "new").exists()


def compiled_alone(call, monkeypatch):
    """What comes of a compiler whose code is called like this, and of the original's calls."""
    backend = _Doubles()
    backend.capabilities = Capabilities(runs_python=False)
    prepared = _Prepared(call)
    monkeypatch.setattr(backend, "prepare", lambda function, example: prepared, raising=False)
    ran = []

    def beside(original, prepared, args, kwargs, **_):
        ran.append(original)
        return trial.Trial(None, 1.0, 0.5, Equality("different", where="somewhere"))

    monkeypatch.setattr(trial, "run_beside", beside)
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((squares, ([1, 2],), {}))))
    return attempts.try_backend(backend, example, False, Known(fastest_s=1000.0)), ran


def test_compiled_code_that_gains_much_is_compared_on_a_real_call_only(monkeypatch):
    tried, ran = compiled_alone(lambda values: None, monkeypatch)
    assert (tried.verdict, tried.plain_s, tried.promising, ran) == ("uncompared", 1000.0, True, [])
    assert tried.words.startswith("doubles: ")


@pytest.mark.parametrize("error", [Deoptimize("it gives up"), ValueError("no")])
def test_compiled_code_that_does_not_return_is_run_beside_the_original(monkeypatch, error):
    def call(values):
        raise error

    tried, ran = compiled_alone(call, monkeypatch)
    assert (tried.verdict, tried.reason, len(ran)) == ("different", "somewhere", 1)


def test_compiled_code_that_gains_little_is_run_beside_the_original(monkeypatch):
    monkeypatch.setattr(attempts, "_alone", lambda prepared, load: 501.0)
    tried, ran = compiled_alone(lambda values: None, monkeypatch)
    assert (tried.verdict, len(ran)) == ("different", 1)


def test_code_that_python_runs_is_never_called_without_the_original():
    assert not get_backend("numba").capabilities.runs_python
    others = [each for each in usable_backends(tuple(Level)) if each.name != "numba"]
    assert all(each.capabilities.runs_python for each in others)


class _Prepared:
    """What is called like a function."""

    def __init__(self, call):
        self._call = call

    def __call__(self, *args, **kwargs):
        return self._call(*args, **kwargs)

    def close(self):
        pass


class _Doubles:
    """A backend that runs the function as it is."""

    name = "doubles"
    level = Level.COMPILE
    capabilities = Capabilities()

    def prepare(self, function, example):
        return types.SimpleNamespace(close=lambda: None)


def test_a_first_call_that_takes_longer_makes_no_backend_unbeaten(monkeypatch):
    def beside(original, prepared, args, kwargs, **_):
        return trial.Trial(None, 1.0, 0.01, Equality("identical"))

    monkeypatch.setattr(trial, "run_beside", beside)
    monkeypatch.setattr(
        attempts, "_seconds", lambda call, load, times: 0.015 if call is squares else 0.01
    )
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((squares, ([1, 2],), {}))))
    tried = attempts.try_backend(get_backend("threads"), example, False, Known(fastest_s=0.02))
    assert (tried.plain_s, tried.candidate_s, tried.unbeaten) == (0.015, 0.01, False)


def test_memory_that_runs_out_is_a_failure_and_no_finding(monkeypatch):
    def beside(original, prepared, args, kwargs, **_):
        return trial.Trial(None, 1.0, math.nan, Equality("unchecked", where=trial.OUT_OF_MEMORY))

    monkeypatch.setattr(trial, "run_beside", beside)
    told = []
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((squares, ([1, 2],), {}))))
    request = {"known": NOTHING._asdict(), "draws": False, "identity": ("m:f", "int", "code")}
    failure = attempts.try_all(example, request, told.append)
    assert failure == f"threads: {trial.OUT_OF_MEMORY}"
    assert told == []


def test_no_room_for_a_copy_is_a_failure_and_no_finding(monkeypatch, decisions):
    monkeypatch.setattr(trial, "has_room_for", lambda size: False)
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((squares, ([1, 2],), {}))))
    request = {"known": NOTHING._asdict(), "draws": False, "identity": ("m:f", "int", "code")}
    assert "too little memory" in attempts.try_all(example, request, lambda tried: None)
    assert not decisions.exists()


def test_a_backend_that_cannot_prepare_now_is_a_failure_and_no_finding(monkeypatch, decisions):
    from epochly_backends.numba_jit import NumbaJit

    def prepare(self, function, example):
        raise FileNotFoundError("there is no working directory")

    monkeypatch.setattr(NumbaJit, "prepare", prepare)
    example = attempts.Example(io.BytesIO(cloudpickle.dumps((slow, (3,), {}))))
    request = {"known": NOTHING._asdict(), "draws": False, "identity": ("m:f", "int", "code")}
    failure = attempts.try_all(example, request, lambda tried: None)
    assert failure == "numba: FileNotFoundError: there is no working directory"
    assert not decisions.exists()


def test_what_real_calls_have_shown_is_not_tried_again():
    tried, failure = prepared(slow, known=Known(("threads",)))
    assert "threads" not in [item.backend for item in tried]
    assert "processes" in [item.backend for item in tried]
    assert failure == ""


@pytest.mark.parametrize(
    ("gain", "cores", "uses_cores", "left"),
    [(1.5, 2, True, True), (1.9, 2, True, False), (1.9, 16, True, True), (20.0, 2, False, True)],
)
def test_nothing_that_spreads_work_is_tried_against_what_gains_all_the_cores(
    monkeypatch, gain, cores, uses_cores, left
):
    monkeypatch.setattr(preparation, "usable_cores", lambda: cores)
    assert Known(("threads",), gain).leaves("other", uses_cores=uses_cores) is left


def test_one_in_use_keeps_the_original_from_being_decided_on(decisions):
    assert prepared(shown, known=Known(gain=2.0))[1] == ""
    assert not decisions.exists()
    prepared(shown, known=Known(said="threads: 1.02x on a real call"))
    assert "threads: 1.02x on a real call; " in decisions.read_text()


def test_an_example_that_raises_tells_nothing_of_what_would_pay():
    assert prepared(fails)[1] == EXAMPLE_RAISED


def test_an_example_that_cannot_be_made_again_tells_nothing_of_what_would_pay():
    assert prepared(slow, Made(int, "three")) == ((), EXAMPLE_RAISED)


@pytest.mark.parametrize(("users", "found"), [(None, "18"), ("26", "26")])
def test_idle_blas_threads_do_not_spin_beside_the_caller_unless_the_user_says_so(
    users, found, tmp_path, monkeypatch
):
    name, path = "OPENBLAS_THREAD_TIMEOUT", tmp_path / "found"
    monkeypatch.delenv(name, raising=False)
    if users is not None:
        monkeypatch.setenv(name, users)

    prepared(slow, Made(write_variable, path, name))
    assert path.read_text() == found


def test_a_process_that_ends_early_is_told():
    tried, failure = prepared(slow, Made(os._exit, 3))
    assert tried == ()
    assert "ended before it was done" in failure


def test_a_process_without_an_answer_leaves_no_decision_behind(decisions, monkeypatch):
    monkeypatch.setattr(preparation, "LONGEST_S", 0.0)
    standing = chosen(Automatic(slow, after_s=0.0))
    assert standing.state == "settled"
    assert "gave no answer" in standing.reason
    assert not decisions.exists()


def test_a_backend_that_fails_in_this_process_leaves_no_decision_behind(decisions, monkeypatch):
    from epochly_backends.numba_jit import NumbaJit

    def prepare(self, function, example):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(NumbaJit, "prepare", prepare)
    # A copy of this process would fail as well.
    monkeypatch.setattr(preparation, "copied", lambda run, kept: None)
    standing = chosen(Automatic(slow, after_s=0.0))
    assert standing.state == "settled"
    assert "out of memory" in standing.reason
    assert not decisions.exists()


@pytest.mark.parametrize(
    ("backend", "cores", "gain", "expected"),
    [
        ("threads", 2, 0.6, True),
        ("processes", 2, 0.5, False),
        ("threads", 16, 1.0, False),
        ("processes", 1, 1.0, False),
        ("numba", 2, 1.05, False),
        ("numba", 2, 1.2, True),
    ],
)
def test_a_level_that_had_to_share_the_cores_with_the_caller_may_gain_less_there(
    monkeypatch, backend, cores, gain, expected
):
    monkeypatch.setattr(attempts, "usable_cores", lambda: cores)
    asked = asked_of(get_backend(backend).level)
    assert Tried(backend, gain, 1.0, "equal", asked=asked).promising is expected
    assert not Tried(backend, gain, 1.0, "different", asked=asked).promising


def test_what_pays_is_committed_to_and_decided(decisions):
    automatic = Automatic(slow, after_s=0.0)
    assert chosen(automatic).state == "committed"
    deadline = time.monotonic() + 60
    while not decisions.exists() and time.monotonic() < deadline:
        automatic.call(100_000)
    assert f"{__name__}:slow" in decisions.read_text()
    assert automatic.way.compile_s > 0
    automatic.close()


def test_a_function_that_raises_now_and_then_keeps_its_level(decisions):
    @epochly.optimize
    def picky(n):
        if n < 0:
            raise ValueError(n)
        total = 0
        for i in range(n):
            total += i * i % 7
        return total

    deadline = time.monotonic() + 60
    while "committed" not in epochly.explain(picky) and time.monotonic() < deadline:
        picky(100_000)
    for _ in range(50):
        with pytest.raises(ValueError, match="-1"):
            picky(-1)
        picky(100_000)
    assert "committed at level 2" in epochly.explain(picky)


def joined(words):
    return ", ".join(sorted(words, key=str.lower))


def test_what_does_not_pay_may_be_decided_as_well(decisions):
    standing = Automatic(joined, after_s=0.0)
    words = ["level"] * 50_000
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        standing.call(words)
        (now,) = standing.standings()
        if now.state == "settled":
            break
    assert now.state == "settled", now
    text = decisions.read_text()
    assert f"{__name__}:joined" in text
    assert "level: 0" in text
    again = Automatic(joined)
    again.call(words)
    assert again.standings()[0].reason.startswith("decided earlier: ")


def test_a_decision_that_the_other_process_cannot_write_is_told(decisions, caplog):
    decisions.mkdir()
    automatic = Automatic(joined, after_s=0.0)
    words = ["level"] * 50_000
    deadline = time.monotonic() + 60
    while "not saved" not in caplog.text and time.monotonic() < deadline:
        automatic.call(words)
    assert f"{decisions}: not saved" in caplog.text
