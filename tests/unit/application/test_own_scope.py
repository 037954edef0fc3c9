"""What a person reads of themselves: nothing is noted, and nothing of anybody else can be opened."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from application.reading import OwnScope, Reader
from ledger.errors import Halt
from ledger.recording.reads import ReadNotes

WHO = "customer/1"


class Untouched:
    """Notes that must not be taken."""

    def add(self, reads: Any) -> None:
        raise AssertionError("an own read was noted")


@pytest.fixture
def scope() -> OwnScope:
    return OwnScope(
        cast(ReadNotes, Untouched()),
        query="own-data",
        reader=Reader(WHO, "data-subject", judged=False, own=True),
        held=lambda: True,
        everything="system/ledger-main",
        clock=lambda: datetime(2026, 11, 28, tzinfo=UTC),
    )


def test_own_data_opens_without_a_note(scope: OwnScope) -> None:
    assert not scope.taken
    scope.note([WHO], ["contact"])
    assert scope.taken


@pytest.mark.parametrize("others", [["customer/2"], [WHO, "customer/2"], [f"{WHO}/contact/1"]])
def test_data_of_another_person_does_not(scope: OwnScope, others: list[str]) -> None:
    with pytest.raises(Halt):
        scope.note(others, ["contact"])
    assert not scope.taken


def test_nor_do_answers_about_many(scope: OwnScope) -> None:
    with pytest.raises(Halt):
        scope.note_many(["contact"], everyone=True)
    assert not scope.taken


def test_a_recipient_alone_opens_nothing_of_a_person(scope: OwnScope) -> None:
    scope.note(["recipient/court"], ["identity"])
    assert not scope.taken
