from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cli.reports import report

from epochly.model import Report
from epochly.workload import Workload
from epochly_cli.app import run


@dataclass
class Said:
    """What one run of the command line exited with and wrote."""

    code: int
    out: str
    err: str


@dataclass
class Session:
    """A stand-in for measuring: it answers with hand-made reports and keeps what it was asked."""

    answers: dict[str, Report | BaseException] = field(default_factory=dict)
    asked: list[tuple[Workload, object]] = field(default_factory=list)

    def measure(self, workload: Workload, options: object, progress: object) -> Report:
        self.asked.append((workload, options))
        answer = self.answers.get(workload.target, report())
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, workload=workload.name)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    stand_in = Session()
    monkeypatch.setattr("epochly.measure.session.measure", stand_in.measure)
    return stand_in


@pytest.fixture
def epochly(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def epochly(*arguments: str) -> Said:
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return epochly


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "epochly.yaml"
    path.write_text(
        "workloads:\n"
        "  first:\n    target: shop:one\n    args: '1'\n    levels: 0-2\n    seed: 5\n"
        "  second:\n    target: shop:two\n    timeout_s: 9\n"
    )
    return path
