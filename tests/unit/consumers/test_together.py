"""What posts at once share, and what each event of a batch gets to know."""

from collections.abc import Sequence
from threading import Event
from typing import Any

import pytest

import consumers.post_batcher
from consumers.pipeline import BatchLimits
from consumers.post_batcher import UNOBSERVED, PostBatcher, PostResult, fates_of
from consumers.posts import Post
from ledger.errors import Busy
from ledger.recording.batch import Outcome
from schemas import AdmissionRules, Code, Rejection
from schemas.rejection import WITHHELD
from tests.fixtures.ledger import NOW

REFUSED = Rejection(Code.NOT_JSON)


def outcome(recorded: int, last: int, **more: Any) -> Outcome:
    return Outcome(
        recorded, len(more.get("repeated", ())), more.pop("rejections", ()), last, **more
    )


@pytest.mark.parametrize("place", range(4))
def test_a_withheld_message_takes_no_position_wherever_it_stands(place: int) -> None:
    results = fates_of(outcome(3, 12, withheld=((place, WITHHELD),)), 4)
    assert [result.position for result in results if result.position] == [10, 11, 12]
    assert results[place] == PostResult(refusal=WITHHELD)
    assert not results[place].is_duplicate


def test_each_message_of_a_batch_has_its_own_fate() -> None:
    told = outcome(2, 9, rejections=((0, REFUSED),), withheld=((2, WITHHELD),), repeated=(3,))
    assert list(fates_of(told, 5)) == [
        PostResult(refusal=REFUSED),
        PostResult(position=8),
        PostResult(refusal=WITHHELD),
        PostResult(),
        PostResult(position=9),
    ]
    assert list(fates_of(outcome(0, 9), 0)) == []


class Grouping(PostBatcher):
    """Notes who waits together, and holds the first post until all others wait."""

    def __init__(self, limits: BatchLimits) -> None:
        super().__init__(
            lambda: pytest.fail("no ledger"), AdmissionRules(), lambda: NOW, limits, UNOBSERVED
        )
        self.groups: list[list[tuple[str, int]]] = []
        self.begun, self.all_wait = Event(), Event()

    def _record(self, group: Sequence[Any]) -> list[PostResult]:
        self.groups.append([(each.client, len(each.posts)) for each in group])
        self.begun.set()
        assert self.all_wait.wait(30)
        return [PostResult(position=1) for each in group for _ in each.posts]


def groups_of(
    waiting: Sequence[tuple[str, int]], limits: BatchLimits
) -> list[list[tuple[str, int]]]:
    """Who shares a transaction, of posts (client, events) that wait behind one of `first`."""
    together = Grouping(limits)
    try:
        first = together.submit("first", [Post(b"{}")])
        assert together.begun.wait(30)
        answers = [together.submit(who, [Post(b"{}")] * count) for who, count in waiting]
        together.all_wait.set()
        assert len(first.result(30)) == 1
        assert [len(answer.result(30)) for answer in answers] == [count for _, count in waiting]
    finally:
        together.all_wait.set()
        together.close()
    return together.groups[1:]


def test_one_transaction_is_of_one_client() -> None:
    """Each client has sources of its own, and a label that every event of a batch gets."""
    assert groups_of([("a", 1), ("b", 1), ("a", 2), ("b", 3)], BatchLimits()) == [
        [("a", 1), ("a", 2)],
        [("b", 1), ("b", 3)],
    ]


def test_what_waits_together_fits_a_batch() -> None:
    limits = BatchLimits(messages=3)
    assert groups_of([("a", 2), ("a", 1), ("a", 1)], limits) == [[("a", 2), ("a", 1)], [("a", 1)]]
    assert groups_of([("a", 2), ("a", 2), ("a", 1)], limits) == [[("a", 2), ("a", 1)], [("a", 2)]]
    assert groups_of([("a", 4), ("a", 1)], limits) == [[("a", 4)], [("a", 1)]], (
        "one alone always may"
    )
    of_bytes = BatchLimits(size_bytes=4)
    assert groups_of([("a", 1), ("a", 1), ("a", 1)], of_bytes) == [[("a", 1), ("a", 1)], [("a", 1)]]


def test_what_waits_has_a_bound_and_one_post_alone_always_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers.post_batcher, "MOST_WAITING", 3)
    together = Grouping(BatchLimits())
    try:
        first = together.submit("a", [Post(b"{}")])
        assert together.begun.wait(30)
        alone = together.submit("a", [Post(b"{}")] * 2)
        third = together.submit("a", [Post(b"{}")])
        for count in (1, 2, 4):
            with pytest.raises(Busy):
                together.submit("b", [Post(b"{}")] * count)
        together.all_wait.set()
        assert [len(answer.result(30)) for answer in (first, alone, third)] == [1, 2, 1]
        assert len(together.submit("b", [Post(b"{}")] * 4).result(30)) == 4
    finally:
        together.all_wait.set()
        together.close()
