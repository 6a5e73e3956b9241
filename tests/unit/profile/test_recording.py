import json
from collections import Counter

from epochly.measure import serve
from epochly.profile import counters
from epochly.profile.recording import cleaned, options
from epochly.profile.stacks import read_stacks, write_stacks

MAIN = f"main ({serve.__file__}:310)"
START = f"run_calls ({counters.__file__}:88)"
PROCESS = 'process 12:"python3 -P -m epochly.measure.serve 4 /tmp/x"'
OUTER, INNER = "total (/srv/shop/prices.py:3)", "price (/srv/shop/prices.py:9)"


def test_children_are_followed_and_waiting_is_shown():
    for kind in ("flamegraph", "speedscope", "collapsed"):
        assert {"--subprocesses", "--idle"} <= set(options(kind))


def test_collapsed_stacks_begin_with_the_users_frames():
    text = write_stacks(Counter({(MAIN, START, OUTER, INNER): 3, (MAIN, START): 1, (MAIN,): 5}))
    assert read_stacks(cleaned("collapsed", text, "x")) == Counter({(OUTER, INNER): 3})


def test_a_flamegraph_is_titled_with_what_was_recorded():
    text = '<svg><text id="title" x="50%">py-spy record --pid 7</text><text id="a">b</text></svg>'
    assert cleaned("flamegraph", text, "shop:f<1>") == (
        '<svg><text id="title" x="50%">shop:f&lt;1&gt;</text><text id="a">b</text></svg>'
    )


def test_speedscope_samples_begin_with_the_users_frames():
    frames = [
        {"name": "main", "file": serve.__file__, "line": 1},
        {"name": "run_calls", "file": counters.__file__, "line": 2},
        {"name": "total", "file": "/srv/shop/prices.py", "line": 3},
        {"name": "run", "file": "/usr/lib/python3/threading.py", "line": 4},
        {"name": PROCESS, "file": "", "line": 0},
    ]
    document = {
        "shared": {"frames": frames},
        "activeProfileIndex": 0,
        "name": "py-spy",
        "profiles": [
            {"name": "main", **_samples([[4], [0], [4, 0, 1, 2], [0, 1], [0, 1, 2]])},
            {"name": "idle", **_samples([[0]])},
            {"name": "thread", **_samples([[4, 3, 2]])},
        ],
    }
    found = json.loads(cleaned("speedscope", json.dumps(document), "shop:f"))
    assert found["name"] == "shop:f"
    assert [profile["name"] for profile in found["profiles"]] == ["main", "thread"]
    assert found["profiles"][0]["samples"] == [[2], [2]]
    assert found["profiles"][0]["weights"] == [0.01, 0.01]
    assert found["profiles"][0]["endValue"] == 0.02
    assert found["profiles"][1]["samples"] == [[3, 2]]


def _samples(samples: list[list[int]]) -> dict[str, object]:
    weights = [0.01] * len(samples)
    return {"samples": samples, "weights": weights, "startValue": 0.0, "endValue": sum(weights)}
