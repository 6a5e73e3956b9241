"""Every test of the library counts from zero, and keeps its files where no other finds them."""

import pytest

import epochly


@pytest.fixture(autouse=True)
def _from_zero(monkeypatch, tmp_path):
    for name in ("LEVEL", "DISABLE", "MAX_WORKERS", "WATCH"):
        monkeypatch.delenv(f"EPOCHLY_{name}", raising=False)
    # A project's own folder of decisions would be found before this one.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EPOCHLY_CACHE_DIR", str(tmp_path))
    epochly.reset_metrics()
    yield
    epochly.reset_metrics()
