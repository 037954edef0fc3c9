"""Fixtures that every folder of tests may use."""

pytest_plugins = [
    "tests.fixtures.kafka",
    "tests.fixtures.ledger",
    "tests.fixtures.postgres",
    "tests.fixtures.console",  # last: it imports the one of ledgers
]
