"""Modules that are looked at without loading them."""

import importlib
import sys
import threading
import types

from epochly.loaded import loaded


def test_what_is_not_loaded_is_not_loaded_by_asking():
    assert loaded("a_module_that_is_not_there") is None
    assert loaded("types") is types


def test_what_another_thread_is_just_importing_does_not_count_yet(tmp_path, monkeypatch):
    (tmp_path / "slowly_made.py").write_text(
        "import threading\nimport types\ntypes.begun.set()\ntypes.go_on.wait(10)\nready = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(types, "begun", begun, raising=False)
    monkeypatch.setattr(types, "go_on", go_on, raising=False)
    thread = threading.Thread(target=importlib.import_module, args=("slowly_made",))
    thread.start()
    assert begun.wait(10)
    assert "slowly_made" in sys.modules
    assert loaded("slowly_made") is None
    go_on.set()
    thread.join()
    assert loaded("slowly_made").ready
    del sys.modules["slowly_made"]
