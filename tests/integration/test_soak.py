"""A short soak; `benchmarks/soak.py` runs the long one."""

from integration.soak import doubled, soak, squares

SECONDS = 2


def test_counts_are_exact_results_right_and_memory_flat(tmp_path, monkeypatch):
    monkeypatch.setenv("EPOCHLY_CACHE_DIR", str(tmp_path))
    # Away from decisions that a folder of the project may hold.
    monkeypatch.chdir(tmp_path)
    codes = squares.__code__, doubled.__code__
    found = soak(SECONDS)
    assert found.wrong == []
    assert found.counted["total_calls"] == found.calls
    assert found.counted["errors"] == found.errors
    assert found.calls > 1000
    assert found.growth < 30 * 2**20
    assert {("climbed", "committed", 2), ("climbed", "settled", 0)} <= found.stood
    assert found.checks > 0
    assert (squares.__code__, doubled.__code__) == codes
