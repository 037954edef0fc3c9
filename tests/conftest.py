"""Fixtures that every folder of tests may use, and what holds for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from application.language import speak
from tests.fixtures.whole import examples

# No test asserts a time: what an example may cost is counted where it matters.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=examples(100),
)
settings.load_profile("untimed")

pytest_plugins = [
    "tests.fixtures.campaign",
    "tests.fixtures.compiling",
    "tests.fixtures.engines",
    "tests.fixtures.memory",
    "tests.fixtures.order",
]
_SERVERS = [
    "tests.fixtures.kafka",
    "tests.fixtures.thirdparty",
    # The last ones import those above.
    "tests.fixtures.postgres",
    "tests.fixtures.ledger",
    "tests.fixtures.tlog",
    "tests.fixtures.console",
    "tests.fixtures.archived",
    "tests.fixtures.deciding",
    "tests.fixtures.running",
    "tests.fixtures.line",
    "tests.fixtures.deployment",
    "tests.fixtures.two_ledgers",
]
pytest.register_assert_rewrite(*_SERVERS)
_TESTS = Path(__file__).parent
_ALONE = {_TESTS / "unit", _TESTS / "property"}
"""Folders whose tests ask for no server: they begin without what imports the whole product."""
_PROGRAM = _TESTS / "unit" / "console"
"""But these call the program."""


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Import the fixtures of servers for a folder whose tests may ask for them."""
    path = collector.path
    if path == _PROGRAM or (path.parent == _TESTS and path.is_dir() and path not in _ALONE):
        for name in _SERVERS:
            collector.config.pluginmanager.import_plugin(name)


@pytest.fixture(autouse=True)
def _nobody_spoke() -> Iterator[None]:
    """What a command of one test speaks is not what the next test hears."""
    yield
    speak(None)
