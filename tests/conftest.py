"""Fixtures that every folder of tests may use, and what holds for all of them."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# What fixtures import asserts for the tests, and says as much.
pytest.register_assert_rewrite("tests.fixtures")

from application.language import speak  # noqa: E402
from tests.fixtures.whole import WHOLE, examples  # noqa: E402

# No test asserts a time: what an example may cost is counted where it matters.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=examples(100),
    # `make check` is of the same mind in each run; every night others are drawn.
    derandomize=not WHOLE,
)
settings.load_profile("untimed")

pytest_plugins = [
    "tests.fixtures.again",
    "tests.fixtures.campaign",
    "tests.fixtures.catalogue",
    "tests.fixtures.compiling",
    "tests.fixtures.cut_off",
    "tests.fixtures.engines",
    "tests.fixtures.memory",
    "tests.fixtures.offered",
    "tests.fixtures.order",
    "tests.fixtures.thirdparty",
    "tests.fixtures.replica",
    "tests.fixtures.ways_out",
]


@pytest.fixture(autouse=True)
def _nobody_spoke() -> Iterator[None]:
    """What a command of one test speaks is not what the next test hears."""
    yield
    speak(None)
