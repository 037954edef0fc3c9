"""Fixtures that every folder of tests may use, and what holds for all of them."""

from collections.abc import Iterator

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
    "tests.fixtures.again",
    "tests.fixtures.campaign",
    "tests.fixtures.compiling",
    "tests.fixtures.engines",
    "tests.fixtures.kafka",
    "tests.fixtures.memory",
    "tests.fixtures.order",
    "tests.fixtures.thirdparty",
    # The last ones import those above.
    "tests.fixtures.postgres",
    "tests.fixtures.ledger",
    "tests.fixtures.tlog",
    "tests.fixtures.console",
    "tests.fixtures.archived",
    "tests.fixtures.deciding",
    "tests.fixtures.running",
    "tests.fixtures.replica",
    "tests.fixtures.line",
    "tests.fixtures.deployment",
    "tests.fixtures.two_ledgers",
]


@pytest.fixture(autouse=True)
def _nobody_spoke() -> Iterator[None]:
    """What a command of one test speaks is not what the next test hears."""
    yield
    speak(None)
