"""The plugin for pytest: the fixture ``epochly`` and the marker of the same name.

.. code-block:: python

    @pytest.mark.epochly(level=2, min_speedup=20)
    def test_energy_is_compiled(epochly):
        assert epochly(energy, signal) > 0
"""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from epochly.testing.fixture import EpochlyFixture

NAME = "epochly"
UNDECIDED = ("fail", "warn", "pass")
MARKER = (
    "epochly(level, min_speedup=None, backend=None, budget=None, exact=False, "
    "allow_effects=False): hold what the fixture `epochly` calls to a level and its speedup."
)
_FIXTURE: pytest.StashKey[EpochlyFixture] = pytest.StashKey()
_HEADS = ("test", "asked for", "ran", "speedup", "promised", "promise")


@pytest.fixture
def epochly(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> EpochlyFixture:
    """Measure a function at its levels, and hold one of them to a promise."""
    from epochly.testing.fixture import EpochlyFixture

    lock = None
    if _is_worker(request.config):
        # The workers of one run of xdist have their folders side by side.
        lock = tmp_path_factory.getbasetemp().parent / "epochly.lock"
    fixture = EpochlyFixture(request, lock)
    request.node.stash[_FIXTURE] = fixture
    return fixture


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--epochly-skip`` and the ini options."""
    group = parser.getgroup(NAME, "promises of levels")
    group.addoption(
        "--epochly-skip",
        action="store_true",
        help="skip tests that measure, as for a run with coverage",
    )
    parser.addini("epochly_budget", "seconds of sampling for each promise", default="5")
    parser.addini(
        "epochly_undecided",
        "what becomes of a test whose measurement is too noisy: fail, warn or pass",
        default="warn",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and read the ini options."""
    config.addinivalue_line("markers", MARKER)
    budget, undecided = config.getini("epochly_budget"), config.getini("epochly_undecided")
    if not _is_positive(budget):
        raise pytest.UsageError(f"epochly_budget is no positive number of seconds: {budget!r}")
    if undecided not in UNDECIDED:
        accepted = ", ".join(UNDECIDED)
        raise pytest.UsageError(f"epochly_undecided is none of {accepted}: {undecided!r}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse markers that promise nothing; skip what measures where that is asked for."""
    skipped = config.getoption("--epochly-skip")
    for item in items:
        if not _is_worker(config):
            _check_marker(item)
        if skipped and _is_measured(item):
            item.add_marker(pytest.mark.skip(reason="--epochly-skip"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse them in workers of xdist only now, which an error while collecting would end."""
    if _is_worker(item.config):
        _check_marker(item)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a marked test that passed without measuring anything."""
    result = yield
    if pyfuncitem.get_closest_marker(NAME) is not None:
        fixture = pyfuncitem.stash.get(_FIXTURE, None)
        if fixture is None or not fixture.called:
            pytest.fail(
                "the test is marked `epochly` and never called the fixture, so its promise was "
                "not checked\n  remedy: call epochly(function, arguments)",
                pytrace=False,
            )
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show every promise, those that workers of xdist checked too."""
    rows = [
        (report.nodeid, *json.loads(str(value))["shown"])
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == NAME
    ]
    if not rows:
        return
    lines = [_HEADS, *sorted(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    terminalreporter.section(NAME)
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())


def _check_marker(item: pytest.Item) -> None:
    __tracebackhide__ = True
    marker = item.get_closest_marker(NAME)
    if marker is None:
        return
    from epochly.errors import UsageError
    from epochly.testing.promise import promise_of

    try:
        promise_of(marker.args, marker.kwargs)
        if not _is_measured(item):
            raise UsageError(
                "the test does not take the fixture `epochly`, so nothing would be measured",
                remedy="add the parameter `epochly`, and call epochly(function, arguments)",
            )
    except UsageError as error:
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.epochly: {error}") from None


def _is_measured(item: pytest.Item) -> bool:
    return NAME in getattr(item, "fixturenames", ())


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False
