"""The bounds and conditions by which a batch is judged, each at its edge."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from ledger.recording import writer_cache
from ledger.recording.claims import RecordedClaims
from ledger.recording.deciding import Decided, Known, decide
from ledger.recording.writer_cache import WriterCache
from ledger.writing.append import Head
from ledger.writing.bookmarks import HaltLimit, Window
from ledger.writing.message import Message
from ledger.writing.packing import PackedMessage
from schemas import Code, Rejection
from schemas.powers import Claim, Power

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIMIT = HaltLimit(share=0.25, messages=8)
STREAM, OTHER = UUID(int=1), UUID(int=2)
REFUSED, HIDDEN = Rejection(Code.SCHEMA), Rejection(Code.WITHHELD, hidden=True)


@pytest.mark.parametrize(
    ("messages", "rejections", "halts"),
    [
        (8, 2, False),  # exactly the share
        (8, 3, True),
        (7, 7, False),  # too few to judge
        (9, 3, True),
        (100, 25, False),
        (100, 26, True),
    ],
)
def test_a_source_is_kept_out_above_its_share_of_enough_messages(
    messages: int, rejections: int, halts: bool
) -> None:
    once = Window().count(messages, rejections, LIMIT, NOW)
    assert once == Window(messages, rejections, NOW if halts else None)
    one_by_one = Window()
    for number in range(messages if messages <= LIMIT.messages else 0):
        one_by_one = one_by_one.count(1, number < rejections, LIMIT, NOW)
        assert one_by_one.halted_at is None or number + 1 == LIMIT.messages
    assert messages > LIMIT.messages or one_by_one == once


def test_a_full_window_begins_anew_and_one_that_halted_stays() -> None:
    almost, full = Window(7, 0), Window(8, 2)
    assert almost.count(1, 1, LIMIT, NOW) == Window(8, 1)
    assert full.count(8, 3, LIMIT, NOW) == Window(8, 3, NOW)
    assert full.count(1, 1, LIMIT, NOW) == Window(1, 1)
    halted = Window(8, 3, NOW)
    assert halted.count(8, 0, LIMIT, NOW + timedelta(days=1)) == Window(16, 3, NOW)


def packed(id: str, stream: UUID = STREAM, source: str = "a", **more: Any) -> PackedMessage:
    return PackedMessage(stream, source, id, b"f", **more)


def decided(*items: PackedMessage, known: Known | None = None, **more: Any) -> Decided:
    messages = cast("Sequence[Message]", None)  # a fault with a rejection of its own asks for none
    return decide(messages, items, known if known is not None else {}, **more)


def test_what_is_wrong_by_itself_is_told_so_also_of_a_source_that_is_kept_out() -> None:
    """The sender must mend it: what is kept as quarantined would be tried again in vain."""
    items = [packed("1", refusal=REFUSED), packed("2", refusal=HIDDEN), packed("3", source="b")]
    found = decided(*items, kept_out={"a"})
    assert found.refused == [(0, REFUSED)]
    assert found.withheld == [(1, HIDDEN)]
    assert found.new == [items[2]]


POWER = Power("hold", "why", opens=("placed",), acts=("released",), by="hold_ref")


def claim(*, acts: bool, counts: bool = True, power: Power = POWER, ref: str = "H-1") -> Claim:
    return Claim(power, (ref,), acts, False, frozenset({"office"}), counts=counts)


def may(*writer_cache: tuple[str, Claim], source: str, asked: Claim, stream: UUID = STREAM) -> bool:
    claims = RecordedClaims()
    for who, said in writer_cache:
        claims.note(packed("x", source=who, claim=said), said)
    return claims.may(packed("y", stream, source, claim=asked), asked)


SAYS, ACTS = claim(acts=False), claim(acts=True)


def test_what_another_source_said_before_may_not_be_ended() -> None:
    assert may(("a", SAYS), source="a", asked=ACTS)
    assert not may(("a", SAYS), source="b", asked=ACTS)
    assert may(("a", SAYS), source="b", asked=SAYS), "to say it again changes nothing"
    assert may(("a", SAYS), source="b", asked=claim(acts=True, ref="H-2"))
    assert may(("a", SAYS), source="b", asked=ACTS, stream=OTHER)


def test_an_act_says_nothing_that_another_source_could_end() -> None:
    assert may(("a", ACTS), source="b", asked=ACTS)
    assert may(("b", SAYS), ("a", ACTS), source="b", asked=ACTS)


def test_what_gives_no_power_takes_none_from_others() -> None:
    assert may(("a", claim(acts=False, counts=False)), source="b", asked=ACTS)


def test_to_say_again_what_is_guarded_changes_it() -> None:
    guarded = Power("notice", "why", opens=("published",), by="version", guarded=True)
    said = claim(acts=False, power=guarded)
    assert may(("a", said), source="a", asked=said)
    assert not may(("a", said), source="b", asked=said)


def test_a_batch_is_judged_as_its_messages_are_one_by_one() -> None:
    items = [
        packed("1", claim=SAYS),
        packed("2", source="a", claim=ACTS),
        packed("3", stream=OTHER, source="a", claim=ACTS),
        packed("4", stream=OTHER, source="b", claim=ACTS),
    ]
    claims = RecordedClaims()
    together = decided(*items, claims=claims)
    assert together.new == items
    apart, alone = RecordedClaims(), Decided()
    for item in items:
        alone.new += decided(item, claims=apart).new
    assert (alone.new, apart) == (together.new, claims)


def searchable(memory: WriterCache, head: Head, *, commit: bool = True) -> bool:
    """Whether a value has to be written into the index once more."""
    memory.believe(head)
    value = packed("1", blind=[(b"hash", "contact", "email")])
    rows = memory.unwritten([value])
    if commit:
        memory.keep(head.position + 1, repeats=False)
    return bool(rows)


def test_what_is_searchable_is_believed_until_an_erasure_or_a_failure() -> None:
    memory = WriterCache()
    assert searchable(memory, Head(4, 1, 7))
    assert not searchable(memory, Head(5, 2, 7))
    assert not searchable(memory, Head(9, 3, 7)), "another writer takes nothing away"
    assert searchable(memory, Head(10, 4, 8)), "an erasure does"
    assert not searchable(memory, Head(11, 5, 8), commit=False)
    assert searchable(memory, Head(11, 5, 8)), "the batch before was rolled back"
    assert not searchable(memory, Head(12, 6, 8))


def test_no_more_is_remembered_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, again in ((0, True), (1, False)):
        monkeypatch.setattr(writer_cache, "_MOST", most)
        memory = WriterCache()
        assert searchable(memory, Head(4, 1, 7))
        assert searchable(memory, Head(5, 2, 7)) is again
