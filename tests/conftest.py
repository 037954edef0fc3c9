"""Fixtures that every folder of tests may use."""

pytest_plugins = [
    "tests.fixtures.kafka",
    "tests.fixtures.ledger",
    "tests.fixtures.postgres",
    "tests.fixtures.thirdparty",
    # The last ones import those above.
    "tests.fixtures.tlog",
    "tests.fixtures.console",
    "tests.fixtures.deciding",
    "tests.fixtures.running",
    "tests.fixtures.line",
    "tests.fixtures.deployment",
]
