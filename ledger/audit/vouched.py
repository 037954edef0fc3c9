"""The recorder's keyed hashes, computed again: the chain of batches, and the tables beside the events.

A batch that is changed, removed or put back does not fit the next batch. A row of a table that is changed
does not fit its own hash; a row that is removed, or put back as it once was, leaves a sum that does not fit
the last batch.
"""

from collections.abc import Sequence
from typing import Any

from ledger.audit.findings import Findings
from ledger.audit.rows import BatchRow
from ledger.crypto.sealing import KeyedHash
from ledger.storage.postgres import Session
from ledger.writing.chain import (
    NO_SUMS,
    TABLES,
    CopiedRows,
    SideState,
    Table,
    all_sums,
    batch_hash,
    row_hash,
    sum_of,
)

# For each table: the word for its rows in a finding, and the statement that reads them as they are hashed.
_KINDS: dict[Table, tuple[str, str]] = {
    "bookmarks": ("bookmark", "audit_bookmarks"),
    "intake_windows": ("intake-window", "audit_intake_windows"),
    "dead_letters": ("dead-letter", "audit_dead_letters"),
    "tracking": ("tracking", "audit_tracking"),
    "intake_sources": ("intake-source", "audit_intake_sources"),
    "rejection_answers": ("answer", "audit_rejection_answers"),
}
_SHOWN = 12


def check_chain(
    batches: Sequence[BatchRow],
    copied: Sequence[CopiedRows],
    chain: KeyedHash | None,
    findings: Findings,
    pruned: int = 0,
    before: bytes = b"",
) -> None:
    """Compare each batch with its hash and those before it. `copied`: hashes of each one's rows now.

    `pruned`: up to which position rows may be gone. Those that are left there have a hash of their own.
    `before`: the hash of the batch before the first.
    """
    for batch, now in zip(batches, copied, strict=True):
        if batch.mac is None:
            findings.note(batch.first, "batch", f"batch {batch.batch} has no hash")
            before = b""  # the next batch was made with another one before it, so it is named, too
            continue
        if batch.first > pruned:
            _check_copied(batch, now, findings)
        if chain and _hash_of(batch, chain, before) != batch.mac:
            detail = f"batch {batch.batch} is not as it was written, or does not follow the batch before it"
            findings.note(batch.first, "batch", detail)
        before = batch.mac


def _check_copied(batch: BatchRow, now: CopiedRows, findings: Findings) -> None:
    """Compare the rows of a batch with the hashes that the batch recorded."""
    if batch.names != now.names:
        detail = f"the names of positions {batch.first} to {batch.last} are not the recorded names"
        findings.note(batch.first, "event-id", detail)
    # A row that another check already names gets no second finding.
    if batch.rows != now.rows and not findings.names_one_of(batch.first, batch.last):
        detail = f"the rows of positions {batch.first} to {batch.last} are not the recorded rows"
        findings.note(batch.first, "state", detail)


def _hash_of(batch: BatchRow, chain: KeyedHash, before: bytes) -> bytes | None:
    if batch.erasures is None or batch.promised is None or batch.sums is None:
        return None
    side = SideState(batch.erasures, batch.promised, batch.sums)
    return batch_hash(chain, before, (*batch.cells, batch.names, batch.rows), side)


def check_rows(
    session: Session, batches: Sequence[BatchRow], chain: KeyedHash, findings: Findings
) -> None:
    """The rows beside the events against their hashes, and their sums against the last batch."""
    last = next((batch for batch in reversed(batches) if batch.sums), None)
    sums = all_sums(last.sums if last and last.sums else NO_SUMS)
    for table in _KINDS:
        with findings.guarded(session, f"the table {table}"):
            _check_table(session, table, sums, chain, findings)


def _check_table(
    session: Session, table: Table, sums: bytes, chain: KeyedHash, findings: Findings
) -> None:
    hashes, sound = [], True
    kind, rows = _KINDS[table]
    for *cells, mac in session.rows(rows):
        hashed = row_hash(chain, table, cells)
        hashes.append(hashed)
        if mac is None or bytes(mac) != hashed:
            sound = False
            detail = f"{_place(table, cells)} is not what was written"
            findings.note(None, kind, detail)
    if table not in TABLES or not sound:
        return
    size = len(NO_SUMS) // len(TABLES)
    start = TABLES.index(table) * size
    if sum_of(hashes) != sums[start : start + size]:
        detail = f"rows of {table} were removed, added, or put back as they once were"
        findings.note(None, kind, detail)


def _place(table: Table, cells: Sequence[Any]) -> str:
    if table == "bookmarks":
        return f"the bookmark of {cells[0]}/{cells[1]}"
    if table == "intake_sources":
        return f"the row of {cells[1] or 'no source'} on {cells[0]}"
    if table == "dead_letters":
        name = bytes(cells[0]).hex() if cells[0] is not None else "without a name"
        return f"letter {name[:_SHOWN]}"
    if table == "rejection_answers":
        return "an answer that waits"
    return f"the row of {cells[0]}"
