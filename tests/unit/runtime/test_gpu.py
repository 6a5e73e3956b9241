"""Whether level 4 can be used, without importing what is not needed."""

import subprocess
import sys

from epochly.runtime import gpu


def test_without_a_driver_there_is_none_and_nothing_is_imported(monkeypatch):
    monkeypatch.setattr(gpu, "DRIVERS", {sys.platform: "libno-such-driver.so.1"})
    monkeypatch.setattr("epochly.registry.backends_of", lambda level: 1 // 0)
    assert gpu.has_gpu.__wrapped__() is False


def test_on_a_system_without_drivers_there_is_none(monkeypatch):
    monkeypatch.setattr(gpu, "DRIVERS", {})
    assert gpu.has_gpu.__wrapped__() is False


def test_with_a_driver_the_backends_of_the_level_decide(monkeypatch):
    from epochly.backend import Available, Unavailable

    class Backend:
        def __init__(self, state):
            self.availability = lambda: state

    monkeypatch.setattr(gpu, "_has_driver", lambda: True)
    for states, expected in (
        ([Unavailable("no card", "buy one")], False),
        ([Unavailable("no card", "buy one"), Available("a card")], True),
    ):
        backends = [Backend(state) for state in states]
        monkeypatch.setattr("epochly.registry.backends_of", lambda level, found=backends: found)
        assert gpu.has_gpu.__wrapped__() is expected


def test_asking_does_not_import_cupy_where_there_is_no_driver():
    code = "import epochly, sys; print(epochly.has_gpu() or 'cupy' not in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
