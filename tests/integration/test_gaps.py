"""An accepted gap in the database: an event, a batch and the bookmark together, or nothing."""

from typing import Any

import pytest

from ledger.audit import ExplainedGap, audit
from ledger.errors import Fenced, Misconfigured
from ledger.recording.batch import Batch
from ledger.recording.gaps import Gap, record_gap
from ledger.writing.append import Span
from ledger.writing.bookmarks import Bookmark
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.ledger import House, registered
from tests.fixtures.rewriting import Rewrite, statement_of

BOOKMARK = "INSERT INTO bookmarks VALUES ('t', 0, 'c', 'i', 5, 'hash')"


def gap(**other: Any) -> Gap:
    usual: dict[str, Any] = {
        "topic": "t",
        "partition": 0,
        "from_offset": 5,
        "to_offset": 9,
        "reason": "retention-passed",
        "cluster_id": "c",
        "former_topic_id": "i",
        "topic_id": "i",
    }
    return Gap(**usual | other)


def bookmarked(house: House) -> House:
    house.session(None).script(BOOKMARK, {})
    return house


def bookmark(house: House) -> Any:
    return house.session("reader").of("consumers").row("bookmark", topic="t", partition=0)


def accept(house: House, wanted: Gap) -> int:
    return record_gap(
        house.session("recorder"), house.ledger, house.chain(), wanted, house.clock()
    ).last


def consume(house: House, start: int, count: int, topic_id: str = "i") -> None:
    lines = [registered(f"customer/{start}-{number}") for number in range(count)]
    batch = Batch(
        house.messages(*lines), Span("t", 0, start, start + count), Bookmark("c", topic_id)
    )
    house.open().record(batch)


def test_event_batch_and_bookmark_move_together(house: House) -> None:
    bookmarked(house)
    assert accept(house, gap()) == 1
    assert bookmark(house) == ("c", "i", 9, None)
    (event,) = house.events()
    assert event.type == "nl.voipzeker.ledger.intake-gap-recorded.v1"
    assert event.subject == house.ledger.reference == "system/processing-ledger-main"
    assert (event.source, event.activity, event.ours) == (
        "urn:processing-ledger:intake",
        None,
        True,
    )
    assert event.facts == {
        "topic": "t",
        "partition": 0,
        "from_offset": 5,
        "to_offset": 9,
        "reason": "retention-passed",
    }
    result = audit(house.session("reader"))
    assert result.findings == ()
    assert result.gaps == (ExplainedGap(1, "t", 0, 5, 9, "retention-passed"),)


def test_batches_join_over_gaps_whichever_way_they_go(house: House) -> None:
    bookmarked(house)
    consume(house, 5, 2)
    accept(house, gap(from_offset=7, to_offset=20))
    consume(house, 20, 1)
    accept(house, gap(from_offset=21, to_offset=3, topic_id="j"))
    consume(house, 3, 4, topic_id="j")
    accept(house, gap(from_offset=7, to_offset=7, former_topic_id="j", topic_id="j"))
    consume(house, 7, 1, topic_id="j")
    result = audit(house.session("reader"))
    assert result.findings == ()
    assert [(g.from_offset, g.to_offset) for g in result.gaps] == [(7, 20), (21, 3), (7, 7)]
    assert [e.version for e in house.events() if e.ours] == [1, 2, 3]
    assert bookmark(house)[:3] == ("c", "j", 8)


@pytest.mark.parametrize(
    "stale",
    [
        {"from_offset": 4},
        {"partition": 1},
        {"cluster_id": "d"},
        {"former_topic_id": "h"},
    ],
    ids=lambda stale: next(iter(stale)),
)
def test_a_bookmark_that_moved_is_left_alone(house: House, stale: dict[str, Any]) -> None:
    before = bookmark(bookmarked(house))
    with pytest.raises(Fenced, match="moved meanwhile"):
        accept(house, gap(**stale))
    assert bookmark(house) == before
    assert house.events() == []
    assert audit(house.session("reader")).ok


@pytest.mark.parametrize("reason", ["", "somebody deleted it", "x" * 65])
def test_a_reason_is_a_code(house: House, reason: str) -> None:
    bookmarked(house)
    with pytest.raises(Misconfigured, match="a code"):
        accept(house, gap(reason=reason))
    assert bookmark(house)[2] == 5
    assert house.events() == []


def test_the_consumer_that_lost_its_place_is_fenced(house: House) -> None:
    bookmarked(house)
    accept(house, gap())
    with pytest.raises(Fenced):
        consume(house, 5, 1)


TAMPERING = {
    "the batch of a gap": ("UPDATE batches SET end_offset = 8", {"gap", "bookmark"}),
    "its topic": ("UPDATE batches SET topic = 'u'", {"gap", "bookmark"}),
    "the facts": (
        Rewrite('"to_offset":9', '"to_offset":8', 1),
        {"gap"},
    ),
    "a fact's kind": (
        Rewrite('"to_offset":9', '"to_offset":"9"', 1),
        {"gap"},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_a_gap_that_was_changed_is_found(house: House, what: str) -> None:
    bookmarked(house)
    accept(house, gap())
    change, kinds = TAMPERING[what]
    statement = statement_of(house, change)
    owner = house.session(None)
    for table in ("batches", "events"):
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER refuse_change", {})
    owner.script(statement, {})
    owner.script(GUARDS_ON, {})
    found = audit(house.session("reader")).findings
    assert {finding.kind for finding in found} == kinds, found
