"""What views do when events are gone: they read what is left once, in blocks, while others go on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from ledger.event import RecordedEvent
from ledger.pruning.cutting import PrunedFile, cut, pruned_files
from ledger.reading import events_of, head_position
from ledger.storage.postgres import Session
from ledger.tlog.tree.tiles import TILE_WIDTH
from projections import VIEWS
from projections.following import after_pruning
from projections.following.after_pruning import fold_again
from projections.following.storage import Tables
from projections.views import processing_register
from tests.fixtures.ledger import House, collected, message, registered
from tests.fixtures.prunings import cut_of
from tests.fixtures.tlog import Log
from tests.fixtures.views import OFFICES, derived, digests, follower

CLOSED = [f"customer/{number}" for number in range(5)]
LIVING = "customer/living"


@pytest.fixture
def cut_through(house: House) -> House:
    """A ledger whose views do not know yet that the files of five persons are pruned."""
    for day, who in enumerate(CLOSED, 1):
        house.record(registered(who), collected(who, time=f"2026-01-{day:02}T09:00:00Z"))
    house.record(registered(LIVING), collected(LIVING, time="2026-03-01T09:00:00Z"))
    for who in CLOSED:
        house.eraser().erase(who, (), "request")
    house.record(*(registered(f"customer/more{number}") for number in range(TILE_WIDTH)))
    log = Log(house, house.keys / "tlog")
    log.publish()
    follower(house).follow_to(head_position(house.reader))
    streams = sorted(period.subject for who in CLOSED for period in house.opener().periods(who))
    asked = cut_of(log, streams)
    cut(house.session("pruner"), house.ledger, house.chain(), asked, log.folder, house.clock())
    follower(house).follow_to(head_position(house.reader))
    return house


def fold(house: House) -> None:
    files = pruned_files(house.reader)
    fold_again(house.session("projector"), house.ledger, VIEWS, files, OFFICES)


def test_a_block_is_read_once_for_all_views(
    cut_through: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Sequence[UUID]] = []
    passes: list[str] = []
    observed = Tables.observed

    def reading(session: Session, streams: Sequence[UUID]) -> list[RecordedEvent]:
        read.append(streams)
        return events_of(session, streams)

    def passing(tables: Tables) -> Any:
        passes.append(tables.table)
        return observed(tables)

    monkeypatch.setattr(after_pruning, "events_of", reading)
    monkeypatch.setattr(Tables, "observed", passing)
    monkeypatch.setattr(after_pruning, "_FILES", 2)
    assert digests(cut_through) != derived(cut_through)
    fold(cut_through)
    assert digests(cut_through) == derived(cut_through)
    assert list(map(len, read)) == [2, 2, 1]
    # Each block took the first observation away; all rows were asked once what is the first now.
    assert len(passes) == 1
    assert passes[0].startswith(processing_register.VIEW.name)


@pytest.mark.parametrize("whose", [*CLOSED, LIVING])
def test_what_is_recorded_meanwhile_is_not_lost(
    cut_through: House, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    new = [message("portal-account-closed", whose)]

    def overtaken(session: Session, streams: Sequence[UUID]) -> list[RecordedEvent]:
        events = events_of(session, streams)
        if new:  # the views know of it before they know what is left
            cut_through.record(new.pop())
            follower(cut_through).follow_to(head_position(cut_through.reader))
        return events

    monkeypatch.setattr(after_pruning, "events_of", overtaken)
    monkeypatch.setattr(after_pruning, "_FILES", 2)
    fold(cut_through)
    assert not new
    assert digests(cut_through) == derived(cut_through)


def test_blocks_are_bounded_by_what_went() -> None:
    files = [PrunedFile(UUID(int=n), gone) for n, gone in enumerate([4, 4, 4, 30, 1, 1, 1], 1)]
    blocks = after_pruning._blocks(files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(after_pruning, "_GONE", 10)
        patch.setattr(after_pruning, "_FILES", 2)
        assert [[stream.int for stream in block] for block in blocks] == [
            [1, 2],
            [3],
            [4],
            [5, 6],
            [7],
        ]
