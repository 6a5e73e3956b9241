"""Counts and seconds of decorated functions for Prometheus and OpenTelemetry.

Both need the extra ``metrics``: ``pip install 'epochly-cli[metrics]'``. While one of them is in
use, every call is handed to its histogram, which costs about as much as timing the function with
that library would. `epochly.get_metrics` needs neither.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from epochly.errors import EpochlyError
from epochly.runtime.records import Account, records

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation
    from prometheus_client.metrics_core import Metric
    from prometheus_client.registry import CollectorRegistry

BUCKETS_S = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0)

Value = tuple[dict[str, str], float]
_collecting = threading.Lock()
_collectors: dict[CollectorRegistry, PrometheusCollector] = {}
_meters: weakref.WeakKeyDictionary[MeterProvider, Meter] = weakref.WeakKeyDictionary()
_asked_first: list[MeterProvider] = []


def prometheus(registry: CollectorRegistry | None = None) -> PrometheusCollector:
    """Register a collector with prometheus_client; once more for a registry changes nothing.

    Parameters
    ----------
    registry : CollectorRegistry, optional
        Where to register; by default the library's own.

    Returns
    -------
    PrometheusCollector
        Its ``close`` ends the measuring and the export, for all who have asked for it.

    Raises
    ------
    EpochlyError
        When prometheus_client is not installed.
    """
    try:
        import prometheus_client
    except ImportError as error:
        raise _missing("prometheus_client") from error
    registry = registry or prometheus_client.REGISTRY
    with _collecting:
        known = _collectors.get(registry)
        if known is None:
            known = _collectors[registry] = PrometheusCollector(registry)
        else:
            # It may have been taken out there, and somebody else may have its names by now.
            with contextlib.suppress(KeyError):
                registry.unregister(known)
            registry.register(known)
    return known


class PrometheusCollector:
    """What prometheus_client asks at every scrape.

    Counters ``epochly_calls_total`` and ``epochly_errors_total`` by function and level; gauges
    ``epochly_level_requested``, ``epochly_level_realized`` and ``epochly_fallback_calls`` by
    function; the histogram ``epochly_call_seconds`` by function and level, of calls since this
    was made.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        from prometheus_client import Histogram

        self._registry = registry
        self._histogram = Histogram(
            "epochly_call_seconds",
            "Seconds of single calls",
            ("function", "level"),
            registry=None,
            buckets=BUCKETS_S,
        )
        registry.register(self)
        records.listen(self._observe)

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        accounts = records.accounts()
        for name, text, values in _COUNTERS:
            counter = CounterMetricFamily(f"epochly_{name}", text, labels=("function", "level"))
            for labels, value in _all(accounts, values):
                counter.add_metric(tuple(labels.values()), value)
            yield counter
        for name, text, values in _GAUGES:
            gauge = GaugeMetricFamily(f"epochly_{name}", text, labels=("function",))
            for labels, value in _all(accounts, values):
                gauge.add_metric(tuple(labels.values()), value)
            yield gauge
        yield from self._histogram.collect()

    def close(self) -> None:
        """End the export, and the measuring for the histogram; once more changes nothing."""
        with _collecting:
            if _collectors.get(self._registry) is self:
                del _collectors[self._registry]
        records.unlisten(self._observe)
        with contextlib.suppress(KeyError):
            self._registry.unregister(self)

    def _observe(self, name: str, level: int, seconds: float) -> None:
        self._histogram.labels(name, str(level)).observe(seconds)


def opentelemetry(provider: MeterProvider | None = None) -> Meter:
    """Make OpenTelemetry instruments; once more with the same provider changes nothing.

    Observable counters ``epochly.calls`` and ``epochly.errors`` by function and level; observable
    gauges ``epochly.level_requested``, ``epochly.level_realized`` and ``epochly.fallback_calls``
    by function; the histogram ``epochly.call_seconds`` of calls from now on, by function and
    level.

    Parameters
    ----------
    provider : MeterProvider, optional
        By default the global one.

    Returns
    -------
    Meter
        The meter, named ``epochly``, that the instruments belong to.

    Raises
    ------
    EpochlyError
        When the OpenTelemetry API is not installed.
    """
    try:
        from opentelemetry import metrics
    except ImportError as error:
        raise _missing("opentelemetry-api") from error
    standing = metrics.get_meter_provider()
    provider = provider or standing
    # The global one is set once. Instruments that were made before go over to it.
    of_the_global = _meters.get(_asked_first[0]) if _asked_first and provider is standing else None
    known = _meters.get(provider, of_the_global)
    if known is not None:
        # Instruments are the provider's, so a second histogram would count every call twice.
        return known
    if provider is standing:
        _asked_first.append(provider)
    meter = _meters[provider] = metrics.get_meter("epochly", meter_provider=provider)
    for name, text, values in _COUNTERS:
        callback = _observer(values)
        meter.create_observable_counter(f"epochly.{name}", [callback], description=text)
    for name, text, values in _GAUGES:
        callback = _observer(values)
        meter.create_observable_gauge(f"epochly.{name}", [callback], description=text)
    histogram = meter.create_histogram(
        "epochly.call_seconds",
        unit="s",
        description="Seconds of single calls",
        # The library's own are meant for milliseconds: the first ends at 5.
        explicit_bucket_boundaries_advisory=BUCKETS_S,
    )

    def observe(name: str, level: int, seconds: float) -> None:
        histogram.record(seconds, {"function": name, "level": str(level)})

    records.listen(observe)
    return meter


def _observer(
    values: Callable[[str, Account], Iterator[Value]],
) -> Callable[[CallbackOptions], Iterator[Observation]]:
    from opentelemetry.metrics import Observation

    def observe(options: CallbackOptions) -> Iterator[Observation]:
        for labels, value in _all(records.accounts(), values):
            yield Observation(value, labels)

    return observe


def _all(
    accounts: dict[str, Account], values: Callable[[str, Account], Iterator[Value]]
) -> Iterator[Value]:
    for name, account in accounts.items():
        yield from values(name, account)


def _calls(name: str, account: Account) -> Iterator[Value]:
    for level, tally in account.tallies.items():
        yield {"function": name, "level": str(level)}, tally.calls


def _errors(name: str, account: Account) -> Iterator[Value]:
    for level, tally in account.tallies.items():
        yield {"function": name, "level": str(level)}, tally.errors


def _requested(name: str, account: Account) -> Iterator[Value]:
    level = account.latest.get("level")
    if level is not None:
        yield {"function": name}, level


def _realized(name: str, account: Account) -> Iterator[Value]:
    realized: dict[str, Any] | None = account.latest.get("realized")
    if realized is not None:
        yield {"function": name}, realized["level"]


def _fallbacks(name: str, account: Account) -> Iterator[Value]:
    yield {"function": name}, account.fallbacks.total()


_COUNTERS = (
    ("calls", "Calls that have ended", _calls),
    ("errors", "Calls that ended in an exception", _errors),
)
_GAUGES = (
    ("level_requested", "The level asked for", _requested),
    ("level_realized", "The level that really runs", _realized),
    ("fallback_calls", "Calls that ran the original instead of the level asked for", _fallbacks),
)


def _missing(package: str) -> EpochlyError:
    return EpochlyError(f"{package} is not installed", remedy="pip install 'epochly-cli[metrics]'")
