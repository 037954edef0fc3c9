"""What the audit says of batches that do not join, and of letters that do not add up."""

import pytest

from ledger.audit.batches import check_batches, check_letters
from ledger.audit.findings import Findings
from ledger.audit.rows import BatchRow


def batch(number: int, first: int, last: int) -> BatchRow:
    return BatchRow(number, "t", 0, 0, 0, first, last, 0, 0, "0")


def details(batches: list[BatchRow], last: int) -> list[tuple[int | None, str]]:
    findings = Findings()
    check_batches(batches, last, findings)
    return [(one.position, one.detail) for one in findings.sorted()]


def test_batches_that_join_are_in_order() -> None:
    assert details([], 0) == []
    assert details([batch(1, 1, 2), batch(2, 3, 2), batch(3, 3, 5)], 5) == []


@pytest.mark.parametrize(
    ("batches", "found"),
    [
        ([batch(1, 1, 3), batch(2, 3, 5)], [(3, "batch 2 begins after position 2")]),
        ([batch(1, 1, 3), batch(2, 5, 5)], [(5, "batch 2 begins after position 4")]),
        (
            [batch(1, 1, 5), batch(2, 6, 4), batch(3, 5, 5)],
            [(6, "batch 2 begins after position 5")],
        ),
        ([batch(1, 1, 3), batch(3, 4, 5)], [(4, "expected batch 2, found 3")]),
        ([batch(1, 1, 4)], [(5, "the batches end at position 4")]),
        ([batch(1, 1, 6)], [(5, "the batches end at position 6")]),
    ],
)
def test_batches_that_overlap_gape_or_end_elsewhere_are_named(
    batches: list[BatchRow], found: list[tuple[int | None, str]]
) -> None:
    assert details(batches, 5) == found


@pytest.mark.parametrize(
    ("balance", "named"),
    [
        ((3, 2, 1), False),
        ((0, 0, 0), False),
        ((3, 2, 0), True),
        ((3, 3, 1), True),
        ((0, 1, 0), True),
        ((0, 0, 1), True),
    ],
)
def test_letters_too_few_and_too_many_are_named(balance: tuple[int, int, int], named: bool) -> None:
    findings = Findings()
    check_letters(balance, findings)
    assert [one.kind for one in findings.sorted()] == ["dead-letter"] * named
