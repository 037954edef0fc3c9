"""Checks of the audit at their edges: each condition, with what lies just on either side of it."""

from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from ledger.audit.custody.custody import ProviderKeys
from ledger.audit.custody.namespace import check_epochs
from ledger.audit.findings import CappedFindings, Findings
from ledger.audit.log.promises import Promise, check_promises
from ledger.audit.log.published import Comparison
from ledger.audit.rows import BatchRow
from ledger.audit.vouched import check_chain
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.writing.chain import CopiedRows

BATCHES = [
    BatchRow(n, "t", 0, 0, 0, first, first + 3, 0, 0, "0", names=b"n", rows=b"r", mac=b"m")
    for n, first in enumerate((1, 5, 9), 1)
]
COPIED = CopiedRows(b"n", b"r")


def named(*copied: CopiedRows, pruned: int = 0) -> list[tuple[int | None, str]]:
    findings = Findings()
    check_chain(BATCHES, copied, None, findings, pruned)
    return [(one.position, one.kind) for one in findings.sorted()]


@pytest.mark.parametrize(
    ("pruned", "found"),
    [(0, [1, 5, 9]), (1, [5, 9]), (4, [5, 9]), (5, [9]), (8, [9]), (9, []), (12, [])],
)
def test_the_rows_of_a_batch_are_compared_where_none_of_them_may_be_gone(
    pruned: int, found: list[int]
) -> None:
    changed = CopiedRows(b"n", b"other")
    assert named(changed, changed, changed, pruned=pruned) == [(at, "state") for at in found]
    renamed = CopiedRows(b"other", b"r")
    assert named(renamed, renamed, renamed, pruned=pruned) == [(at, "event-id") for at in found]
    assert named(COPIED, COPIED, COPIED, pruned=pruned) == []


LOG, FORMER, STRANGE = "new", "old", "strange"
ROOTS = {3: b"root-3", 7: b"root-7"}


def promised(*promises: Promise, known: int = 0) -> list[str]:
    """What is found where the log `new`, `old` before, signed seven of nine entries."""
    newest = Checkpoint(LOG, 7, b"root-7")
    signed = SimpleNamespace(
        newest=newest,
        least=7,
        anything=True,
        origins=lambda: {LOG, FORMER},
        size_now=lambda: 7,
        bound=[(newest, b"history")],
    )
    comparison = cast("Comparison", SimpleNamespace(signed=signed, roots=ROOTS, size=9, since=None))
    findings = Findings()
    check_promises(promises, (1, known), comparison, findings, lambda _: None)
    return [one.detail for one in findings.sorted()]


OURS = Promise(LOG, 7, b"root-7", b"history")
OLD = Promise(FORMER, 3, b"root-3", None)


@pytest.mark.parametrize(
    ("promises", "found"),
    [
        ([OURS], None),
        ([OURS, OLD], None),
        ([OURS, msgspec.structs.replace(OLD, root=b"x")], "make up another tree"),
        ([OURS, msgspec.structs.replace(OLD, size=4)], "4 entries were promised"),
        ([OURS, msgspec.structs.replace(OLD, origin=STRANGE)], "whose keys are unknown"),
        ([msgspec.structs.replace(OURS, root=b"x")], "make up another tree"),
        ([OLD], "does not know of the log new"),
        ([msgspec.structs.replace(OURS, size=3, root=b"root-3")], "and 7 are signed"),
    ],
)
def test_each_promise_is_of_a_tree_that_the_entries_make_up(
    promises: list[Promise], found: str | None
) -> None:
    """Also of a log that had another name: its promise must still be kept."""
    told = promised(*promises)
    assert any(found in one for one in told) if found else told == []


@pytest.mark.parametrize(("known", "is_found"), [(6, False), (7, False), (8, True)])
def test_the_largest_promise_is_no_less_than_a_batch_knew(known: int, is_found: bool) -> None:
    assert bool(promised(OURS, known=known)) is is_found


@pytest.mark.parametrize("gone", [None, 1, 299, 300])
def test_of_many_epochs_none_is_missing_but_the_one_that_is(gone: int | None) -> None:
    """A ledger that rotates every day has so many before a year is over."""
    rows = [
        (epoch, "then", None if epoch == 300 else "later", b"mac")
        for epoch in range(1, 301)
        if epoch != gone
    ]
    provider = SimpleNamespace(epochs=lambda: {300}, faults=lambda: [])
    keys = SimpleNamespace(check=lambda *_: None, check_epoch=lambda _: None, provider=provider)
    findings = Findings()
    check_epochs(rows, cast("ProviderKeys", keys), CappedFindings(findings))
    assert {one.kind for one in findings.sorted()} == ({"epoch-missing"} if gone else set())
