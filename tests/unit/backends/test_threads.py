"""Threads that the system does not let be started are done without."""

import threading

import pytest
from epochly_backends.threads import ThreadRunner

ITEMS = list(range(40))


def doubled(item):
    return [2 * item]


@pytest.fixture
def startable(monkeypatch):
    """Let the system start only so many threads more."""
    start = threading.Thread.start

    def limit(count):
        left = iter(range(count))

        def limited(thread):
            if next(left, None) is None:
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", limited)

    return limit


@pytest.mark.parametrize("count", [0, 1, 3])
def test_items_are_run_once_each_by_as_many_threads_as_there_are(startable, count):
    seen = []

    def noted(item):
        seen.append(item)
        return doubled(item)

    runner = ThreadRunner()
    startable(count)
    _, values = runner.run(noted, ITEMS, replayable=True)
    assert values == [2 * item for item in ITEMS]
    assert sorted(seen) == ITEMS
    runner.close()


def test_threads_are_started_once_they_can_be(startable):
    runner = ThreadRunner()
    startable(0)
    runner.run(doubled, ITEMS, replayable=True)
    assert runner.stats()["threads"] == 0
    startable(64)
    runner.run(doubled, ITEMS, replayable=True)
    assert runner.stats()["threads"] > 0
    runner.close()
