"""The eventsourcing library's own suites for recorders, unchanged, on our recorder."""

from typing import Any

import pytest
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)

from ledger.recorder import LedgerRecorder
from tests.fixtures.ledger import House

pytestmark = pytest.mark.both_engines


class OnOurTables:
    """Gives a suite a recorder on a fresh ledger for each of its tests."""

    house: House

    @pytest.fixture(autouse=True)
    def _house(self, house: House) -> None:
        self.house = house

    def create_recorder(self) -> LedgerRecorder:
        house = self.house
        ledger = house.open()
        writer, reader = house.session("recorder"), house.session("recorder")
        return LedgerRecorder(house.ledger, writer, lambda: reader, lambda: ledger.chain)


def on_our_tables(suite: type[Any]) -> type[Any]:
    """A pytest class with the tests of a unittest suite: so that our fixtures reach them."""
    names = [name for name in dir(suite) if name.startswith(("test_", "optional_test_"))]

    class Suite(OnOurTables):
        @pytest.mark.parametrize("name", names)
        def test_of_the_library(self, name: str) -> None:
            outer = self

            class Case(suite):  # type: ignore[misc]
                def create_recorder(self) -> LedgerRecorder:
                    return outer.create_recorder()

            getattr(Case(name), name)()

    return Suite


TestApplicationRecorder = on_our_tables(ApplicationRecorderTestCase)
TestProcessRecorder = on_our_tables(ProcessRecorderTestCase)
TestTrackingRecorder = on_our_tables(TrackingRecorderTestCase)
