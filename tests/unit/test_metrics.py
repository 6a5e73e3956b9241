"""Prometheus and OpenTelemetry see what was counted."""

import subprocess
import sys
import textwrap
import urllib.request

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, Counter, generate_latest, start_http_server
from prometheus_client.parser import text_string_to_metric_families

import epochly
from epochly.runtime.records import records


@pytest.fixture(autouse=True)
def _from_zero():
    epochly.reset_metrics()
    yield
    records.sinks = ()
    records.unlisten(None)
    epochly.reset_metrics()


def divide(a, b):
    return a / b


def called(level):
    function = epochly.optimize(level=level)(divide)
    for divisor in (1, 2, 4):
        function(1, divisor)
    with pytest.raises(ZeroDivisionError):
        function(1, 0)
    return function, f"{__name__}.divide"


def test_a_scrape_of_a_real_endpoint_shows_every_metric():
    registry = CollectorRegistry()
    collector = epochly.metrics.prometheus(registry)
    function, name = called(level=0)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        url = f"http://127.0.0.1:{server.server_port}/metrics"
        with urllib.request.urlopen(url) as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        collector.close()
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    both = (("function", name), ("level", "0"))
    assert samples["epochly_calls_total", *both] == 4
    assert samples["epochly_errors_total", *both] == 1
    assert samples["epochly_call_seconds_count", *both] == 4
    assert samples["epochly_call_seconds_bucket", both[0], ("le", "+Inf"), both[1]] == 4
    assert 0 < samples["epochly_call_seconds_sum", *both] < 1
    assert samples["epochly_level_requested", ("function", name)] == 0
    assert samples["epochly_level_realized", ("function", name)] == 0
    assert samples["epochly_fallback_calls", ("function", name)] == 0
    assert function(1, 1) == 1


def test_a_closed_collector_listens_no_longer():
    registry = CollectorRegistry()
    epochly.metrics.prometheus(registry).close()
    assert not records.attentive
    assert list(registry.collect()) == []


def test_a_collector_may_be_closed_twice():
    collector = epochly.metrics.prometheus(CollectorRegistry())
    collector.close()
    collector.close()


@pytest.mark.parametrize("auto_describe", [False, True])
def test_a_collector_asked_for_twice_counts_each_call_once(auto_describe):
    registry = CollectorRegistry(auto_describe=auto_describe)
    first = epochly.metrics.prometheus(registry)
    try:
        assert epochly.metrics.prometheus(registry) is first
        registry.unregister(first)
        assert epochly.metrics.prometheus(registry) is first
        _, name = called(level=0)
        labels = {"function": name, "level": "0"}
        assert registry.get_sample_value("epochly_call_seconds_count", labels) == 4
        text = generate_latest(registry).decode()
        assert text.count("# TYPE epochly_call_seconds histogram") == 1
    finally:
        first.close()
    second = epochly.metrics.prometheus(registry)
    assert second is not first
    first.close()
    assert epochly.metrics.prometheus(registry) is second
    second.close()


def test_a_registry_in_which_others_have_taken_the_names_is_told():
    registry = CollectorRegistry(auto_describe=True)
    first = epochly.metrics.prometheus(registry)
    try:
        registry.unregister(first)
        Counter("epochly_calls", "Somebody else's", registry=registry)
        with pytest.raises(ValueError, match="Duplicated"):
            epochly.metrics.prometheus(registry)
    finally:
        first.close()


def test_calls_that_ran_plainly_are_fallbacks():
    registry = CollectorRegistry()
    collector = epochly.metrics.prometheus(registry)
    function, name = called(level=3)
    collector.close()
    families = {family.name: family for family in collector.collect()}
    values = {
        family: [s.value for s in families[family].samples if s.labels["function"] == name]
        for family in families
    }
    assert values["epochly_level_requested"] == [3]
    assert values["epochly_level_realized"] == [0]
    assert values["epochly_fallback_calls"] == [4]
    assert function(1, 1) == 1


def test_an_opentelemetry_reader_sees_every_instrument():
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    epochly.metrics.opentelemetry(provider)
    function, name = called(level=0)
    (resource,) = reader.get_metrics_data().resource_metrics
    (scope,) = resource.scope_metrics
    found = {metric.name: metric for metric in scope.metrics}
    provider.shutdown()

    def points(metric):
        data = found[metric].data
        return [point for point in data.data_points if point.attributes["function"] == name]

    assert [point.value for point in points("epochly.calls")] == [4]
    assert [point.value for point in points("epochly.errors")] == [1]
    assert [point.value for point in points("epochly.level_requested")] == [0]
    assert [point.value for point in points("epochly.level_realized")] == [0]
    assert [point.value for point in points("epochly.fallback_calls")] == [0]
    (histogram,) = points("epochly.call_seconds")
    assert histogram.count == 4
    assert histogram.attributes["level"] == "0"
    assert found["epochly.call_seconds"].unit == "s"
    assert function(1, 1) == 1


def test_opentelemetry_tells_a_microsecond_from_a_second():
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    epochly.metrics.opentelemetry(provider)
    called(level=0)
    (histogram,) = (
        metric
        for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
        if metric.name == "epochly.call_seconds"
    )
    provider.shutdown()
    bounds = histogram.data.data_points[0].explicit_bounds
    assert bounds[0] <= 1e-6
    assert 1.0 in bounds


def test_opentelemetry_asked_for_before_and_after_a_provider_is_set_counts_each_call_once():
    program = """
        from opentelemetry import metrics
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        import epochly
        epochly.metrics.opentelemetry()
        reader = InMemoryMetricReader()
        metrics.set_meter_provider(MeterProvider([reader]))
        epochly.metrics.opentelemetry()
        epochly.optimize(level=0)(abs)(1)
        (scope,) = reader.get_metrics_data().resource_metrics[0].scope_metrics
        for metric in scope.metrics:
            if metric.name == "epochly.call_seconds":
                print([point.count for point in metric.data.data_points])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[1]\n"


def test_opentelemetry_asked_for_twice_counts_each_call_once():
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    assert epochly.metrics.opentelemetry(provider) is epochly.metrics.opentelemetry(provider)
    called(level=0)
    (resource,) = reader.get_metrics_data().resource_metrics
    (histogram,) = (
        metric
        for metric in resource.scope_metrics[0].metrics
        if metric.name == "epochly.call_seconds"
    )
    provider.shutdown()
    assert [point.count for point in histogram.data.data_points] == [4]
