"""Which gaps an operator may accept, and how far they reach."""

import pytest

from consumers.gaps import Accepted, Proposal, propose
from consumers.source import Identity, OffsetRange, Partition, Unreadable
from consumers.store import StoredBookmark
from ledger.errors import Misconfigured

PLACE = Partition("acts", 3)
IDENTITY = Identity("cluster", {"acts": "id-1"})
STORED = StoredBookmark("cluster", "id-1", 10, b"hash")


def proposed(
    stored: StoredBookmark = STORED,
    extent: OffsetRange = OffsetRange(0, 20),  # noqa: B008  frozen
    to: int | None = None,
    *,
    damaged_to: int | None = None,
    damaged_before: bool = False,
    new_topic: bool = False,
) -> Proposal | None:
    def damage(offset: int) -> Unreadable | None:
        if offset == stored.next_offset - 1:
            return Unreadable(PLACE, offset, offset + 1) if damaged_before else None
        assert offset == stored.next_offset
        return None if damaged_to is None else Unreadable(PLACE, offset, damaged_to)

    accepted = Accepted("why", to, new_topic)
    return propose(PLACE, stored, IDENTITY, extent, accepted, damage)


def span(proposal: Proposal | None) -> tuple[str, int, int]:
    assert proposal is not None
    assert (proposal.gap.topic, proposal.gap.partition, proposal.gap.reason) == ("acts", 3, "why")
    return proposal.why, proposal.gap.from_offset, proposal.gap.to_offset


@pytest.mark.parametrize("end", [10, 20])
def test_where_reading_goes_on_there_is_no_gap(end: int) -> None:
    assert proposed(extent=OffsetRange(10, end)) is None


def test_a_partition_that_is_read_to_its_end_is_not_asked_for_damage() -> None:
    assert proposed(extent=OffsetRange(0, 10), damaged_to=11) is None


@pytest.mark.parametrize(
    ("extent", "damaged_to", "expected"),
    [
        (OffsetRange(15, 20), None, ("gone", 10, 15)),
        (OffsetRange(20, 20), None, ("gone", 10, 20)),
        (OffsetRange(0, 7), None, ("lost", 10, 7)),
        (OffsetRange(0, 20), 11, ("unreadable", 10, 11)),
        (OffsetRange(0, 20), 14, ("unreadable", 10, 14)),
        (OffsetRange(0, 12), 1_000_000, ("unreadable", 10, 12)),
    ],
)
def test_a_gap_reaches_to_what_can_be_read(
    extent: OffsetRange, damaged_to: int | None, expected: tuple[str, int, int]
) -> None:
    proposal = proposed(extent=extent, damaged_to=damaged_to)
    assert span(proposal) == expected
    assert proposal is not None
    assert not proposal.gap.made_anew


@pytest.mark.parametrize("end", [10, 20])
def test_damage_to_what_was_recorded_last_takes_the_comparison_away(end: int) -> None:
    """It is read once more at each start, to be compared: without it nothing is missing."""
    proposal = proposed(extent=OffsetRange(0, end), damaged_before=True)
    assert span(proposal) == ("unreadable", 10, 10)
    without = StoredBookmark("cluster", "id-1", 10)
    assert proposed(without, OffsetRange(0, end), damaged_before=True) is None


def test_one_damaged_record_of_several_may_be_named() -> None:
    assert span(proposed(to=11, damaged_to=14)) == ("unreadable", 10, 11)


@pytest.mark.parametrize("to", [0, 7, 10])
def test_what_was_read_may_be_read_again(to: int) -> None:
    assert span(proposed(to=to)) == ("asked", 10, to)


@pytest.mark.parametrize(
    ("extent", "to", "damaged_to", "words"),
    [
        (
            OffsetRange(15, 20),
            16,
            None,
            r"partition 3 of acts can be read on from offset 15 \(gone\)",
        ),
        (OffsetRange(15, 20), 12, None, r"from offset 15 \(gone\)"),
        (OffsetRange(5, 20), 4, None, r"from offset 5 to 10 \(asked\)"),
        (OffsetRange(0, 20), 15, 14, r"from offset 11 to 14 \(unreadable\)"),
        (OffsetRange(0, 7), 8, None, r"from offset 0 to 7 \(lost\)"),
    ],
)
def test_nothing_readable_is_passed_over(
    extent: OffsetRange, to: int, damaged_to: int | None, words: str
) -> None:
    with pytest.raises(Misconfigured, match=words):
        proposed(extent=extent, to=to, damaged_to=damaged_to)


def test_a_readable_record_is_not_passed_over_even_when_asked() -> None:
    assert proposed(to=11) is None


FORMER = StoredBookmark("cluster", "id-0", 10)


def test_a_topic_made_anew_is_accepted_only_as_such() -> None:
    with pytest.raises(Misconfigured, match="say that you accept it"):
        proposed(FORMER)
    proposal = proposed(FORMER, new_topic=True)
    assert span(proposal) == ("made-anew", 10, 0)
    assert proposal is not None
    ids = {"former_topic_id": "id-0", "topic_id": "id-1"}
    assert ids.items() <= proposal.gap.facts.items()


def test_a_new_topic_is_not_expected_of_one_that_is_the_same() -> None:
    assert proposed(new_topic=True) is None


def test_another_cluster_is_never_accepted() -> None:
    with pytest.raises(Misconfigured, match="belongs to cluster elsewhere"):
        proposed(StoredBookmark("elsewhere", "id-1", 10), new_topic=True)
