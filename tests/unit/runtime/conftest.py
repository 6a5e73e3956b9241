"""Every test of the library counts from zero."""

import pytest

import epochly


@pytest.fixture(autouse=True)
def _from_zero(monkeypatch):
    for name in ("LEVEL", "DISABLE", "MAX_WORKERS", "WATCH", "CACHE_DIR"):
        monkeypatch.delenv(f"EPOCHLY_{name}", raising=False)
    epochly.reset_metrics()
    yield
    epochly.reset_metrics()
