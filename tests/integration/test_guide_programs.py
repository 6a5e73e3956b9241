"""The programs of the level selection guide, over real servers, files and tables."""

import http.server
import json
import random
import threading

import numpy as np
import pandas as pd
import pytest
from integration.guide_programs import (
    arrays,
    choosing,
    compiling,
    cores,
    monitoring,
    waiting,
)

import epochly
from epochly.levels import Level


@pytest.fixture(autouse=True)
def _from_zero():
    epochly.reset_metrics()
    monitoring.reports.clear()
    np.random.seed(3)
    random.seed(3)


def realized(function):
    return next(iter(epochly.get_metrics(function)["functions"].values()))["realized"]["level"]


def seeded(function, *args):
    np.random.seed(7)
    return function(*args)


@pytest.fixture
def addresses():
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self):
            body = f"page {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield [f"http://127.0.0.1:{server.server_port}/{number}" for number in range(12)]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def paths(tmp_path):
    found = []
    for number in range(40):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps({"number": number}))
        found.append(str(path))
    return found


def test_level_0_counts_and_times():
    value = seeded(monitoring.energy_of_noise, 10_000)
    assert value == seeded(monitoring.energy_of_noise.__wrapped__, 10_000)
    metrics = epochly.get_metrics()
    assert metrics["total_calls"] == 1
    assert metrics["avg_time"] == metrics["total_time"] > 0


def test_metrics_can_be_reported_from_within_the_function():
    for _ in range(3):
        assert monitoring.score_and_report([1, 2, 3]) == 2
    assert [one["total_calls"] for one in monitoring.reports] == [0, 1, 2]
    json.dumps(monitoring.reports)


def test_pages_are_fetched_side_by_side_in_order(addresses):
    assert waiting.pages(addresses) == [f"page /{number}" for number in range(12)]
    assert realized(waiting.pages) == 1


def test_files_are_parsed_side_by_side_in_order(paths):
    assert waiting.documents(paths) == [{"number": number} for number in range(40)]
    assert realized(waiting.documents) == 1


def test_a_missing_file_is_the_users_exception(paths):
    with pytest.raises(FileNotFoundError):
        waiting.documents([*paths, "no such file"])


def test_files_at_level_2_run_plainly_and_say_so(paths):
    expected = [json.dumps({"number": number}) for number in range(40)]
    assert waiting.contents_compiled(paths) == expected == waiting.contents(paths)
    assert (realized(waiting.contents_compiled), realized(waiting.contents)) == (0, 1)
    assert "why:" in epochly.explain(waiting.contents_compiled)


def test_darts_are_thrown_from_the_same_random_stream():
    assert seeded(compiling.darts, 20_000) == seeded(compiling.darts.__wrapped__, 20_000)
    assert realized(compiling.darts) == 2


def test_fibonacci_is_exact_beyond_64_bits():
    found = [compiling.fibonacci(n) for n in (0, 1, 2, 50, 90)]
    assert found == [0, 1, 1, 12586269025, 2880067194370816120]
    assert compiling.fibonacci(1000) == compiling.fibonacci.__wrapped__(1000)
    assert realized(compiling.fibonacci) == 2
    entry = next(iter(epochly.get_metrics(compiling.fibonacci)["functions"].values()))
    assert sum(one["calls"] for one in entry["fallbacks"]) == 1


def test_items_are_worked_on_across_cores():
    given = [np.random.rand(20_000) for _ in range(40)]
    assert cores.every_item(given) == [cores.one_item(one) for one in given]
    assert realized(cores.every_item) == 3


def test_a_table_by_group_is_what_pandas_says():
    table = pd.DataFrame(
        {
            "group": np.random.choice(["A", "B", "C"], 5000),
            "value": np.random.rand(5000),
            "count": np.random.randint(1, 100, 5000),
        }
    )
    pd.testing.assert_frame_equal(cores.by_group(table), cores.by_group.__wrapped__(table))
    entry = next(iter(epochly.get_metrics(cores.by_group)["functions"].values()))
    assert entry["realized"]["level"] == 3 or entry["reason"]


def test_small_and_large_data_and_too_little_of_it():
    values = np.random.rand(100_000)
    assert cores.small_total(values) == np.sum(values)
    assert cores.large_totals(values) == [np.sum(piece) for piece in cores.pieces(values)]
    assert cores.too_small() == sum(i**2 for i in range(100))


@pytest.mark.parametrize("function", [arrays.matrices, arrays.brightness, arrays.unchecked])
def test_array_programs_return_what_numpy_returns_with_or_without_a_card(function):
    given = {
        arrays.matrices: 60,
        arrays.brightness: np.random.randint(0, 256, (8, 16, 16, 3), dtype=np.uint8),
        arrays.unchecked: np.random.rand(100),
    }[function]
    found, expected = seeded(function, given), seeded(function.__wrapped__, given)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert type(found) is type(expected)
    assert (realized(function) == 4) is epochly.has_gpu()


def test_a_program_that_checks_for_a_card_first():
    with pytest.raises(ValueError, match="too little to do"):
        arrays.checked(np.zeros(3))


def test_a_level_left_open_returns_the_same():
    values = np.random.rand(1000)
    assert choosing.left_open(values) == np.sum(values**2)
    assert epochly.explain(choosing.left_open)


def test_levels_are_compared_through_an_inner_function():
    rows = choosing.compare(choosing.sum_of_squares, np.random.rand(20_000))
    assert [row["level"] for row in rows] == [0, 1, 2, 3]
    assert rows[0]["speedup"] == 1.0
    assert rows[2]["realized"] == Level.COMPILE


def test_levels_of_array_code_are_compared_over_the_same_numbers():
    assert len(choosing.compare(choosing.wave, 10_000)) == 4


def test_a_workload_is_recommended_a_level_through_contexts():
    sample = np.random.rand(20_000)
    found = choosing.recommend(choosing.sum_of_squares, sample)
    assert [one["level"] for one in found["suggested"]] == [2]
    assert found["level"] == 2
    assert found["reached"] == [(f"{choosing.__name__}.sum_of_squares",)]
    assert found["results"] == [choosing.sum_of_squares(sample)]


def test_one_block_a_level_is_a_table():
    values = np.random.rand(5000)
    found = choosing.one_block_a_level(choosing.sum_of_squares, values)
    assert set(found.values()) == {choosing.sum_of_squares(values)}
    blocks = epochly.benchmarks()
    assert [(one.name, one.level) for one in blocks] == [(f"Level {n}", n) for n in range(4)]
    assert len(str(blocks).splitlines()) == 5
