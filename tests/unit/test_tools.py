from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from unit.tool import tool


@pytest.fixture
def direction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = tool("check_dependency_direction")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "epochly").mkdir()
    return module


@pytest.mark.parametrize(
    "source",
    [
        "import typer",
        "def f():\n    from rich.console import Console",
        "import importlib\nimportlib.import_module('epochly_backends.monitor')",
        "if TYPE_CHECKING:\n    import epochly_cli.app",
        "import numpy as np",
        "class A:\n    import yaml",
    ],
)
def test_an_import_in_the_wrong_direction_is_found(direction, tmp_path: Path, capsys, source: str):
    (tmp_path / "epochly" / "a.py").write_text(source)
    assert direction.main() == 1
    assert "epochly/a.py:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source",
    [
        "import os\nfrom epochly.errors import EpochlyError",
        "def f():\n    import numpy",
        "if TYPE_CHECKING:\n    import numpy",
        "from . import rich",
    ],
)
def test_an_import_in_the_right_direction_is_left_alone(direction, tmp_path: Path, source: str):
    (tmp_path / "epochly" / "a.py").write_text(source)
    assert direction.main() == 0


def test_a_public_function_without_a_docstring_is_found(tmp_path: Path, monkeypatch):
    module = tool("check_public_names")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    path = tmp_path / "a.py"
    path.write_text('"""A."""\ndef shown(): ...\ndef _hidden(): ...\n@overload\ndef typed(): ...\n')
    assert list(module.problems_of_a_module(path)) == ["a.py:2: shown has no docstring"]


def test_help_and_import_load_nothing_heavy():
    module = tool("check_import_cost")
    assert not module.loaded(module.IMPORT) & {*module.HEAVY, "typer"}
    assert not module.loaded(module.HELP) & set(module.HEAVY)
