"""The first hash of a ledger whose batches had none: over all that is there, once, at the upgrade.

What was recorded before counts as it was at that moment; whatever is changed later is found.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from ledger.crypto.sealing import KeyedHash
from ledger.names import LedgerName
from ledger.storage.postgres import Session
from ledger.writing.append import BatchNotes, Span, append, lock_head
from ledger.writing.chain import Cell, ChainLink, Table, batch_hash, row_hash

# Label of the batch.
BEGIN = "command:chain"
# What a ledger whose batches have hashes has applied.
CHAIN_MIGRATION = "0008_chain"
# Of each table: the statement that reads its rows as they are hashed, and the one for the hashes.
_STATEMENTS: dict[Table, tuple[str, str]] = {
    "bookmarks": ("hash_of_bookmarks", "hash_bookmarks"),
    "intake_windows": ("hash_of_intake_windows", "hash_intake_windows"),
    "dead_letters": ("hash_of_dead_letters", "hash_dead_letters"),
    "tracking": ("hash_of_tracking", "hash_tracking"),
    "intake_sources": ("hash_of_intake_sources", "hash_intake_sources"),
}

# Whose rows are known by two columns.
_TWO_KEYS: tuple[Table, ...] = ("bookmarks", "intake_sources")


def begin_chain(session: Session, ledger: LedgerName, chain: KeyedHash) -> bool:
    """Hash what has none, in a batch of its own; False when there is nothing. Needs the recorder's role.

    No other process records meanwhile. Raises Retry or Halt.
    """
    with session.transaction():
        head = lock_head(session)
        if session.row("hashed_batches") != (0,):
            return False
        link = ChainLink(chain)
        counts = [_hash_rows(session, link, table) for table in _STATEMENTS]
        _hash_answers(session, chain)
        if head.batch == 0 and not any(counts):
            return False
        notes = BatchNotes(before=hash_unhashed(session, chain))
        append(session, [], Span(BEGIN), link, notes=notes, channel=ledger.channel)
        return True


def hash_unhashed(session: Session, chain: KeyedHash) -> bytes:
    """What the batches come to that have no hash themselves, as the hash before the first one that has."""
    batches = session.rows("audit_batches")
    names = _names(session.copied("copy_names"), [row[6] for row in batches])
    before = b""
    for row, hashed in zip(batches, names, strict=True):
        before = batch_hash(chain, before, (*row[:10], hashed), None)
    return before


def _names(rows: Iterable[bytes], ends: Sequence[int]) -> list[bytes]:
    """The hash of the names of each batch. `ends`: their last positions."""
    hashes = [sha256() for _ in ends]
    index = 0
    for row in rows:
        position = int.from_bytes(row[-8:], signed=True)
        while index < len(ends) and ends[index] < position:
            index += 1
        if index < len(ends):
            hashes[index].update(row)
    return [names.digest() for names in hashes]


def _hash_rows(session: Session, link: ChainLink, table: Table) -> int:
    read, write = _STATEMENTS[table]
    rows = session.rows(read)
    if rows:
        macs = [link.comes(table, _cells(row)) for row in rows]
        keys: dict[str, Any] = {"keys": [row[0] for row in rows], "macs": macs}
        if table in _TWO_KEYS:
            keys["seconds"] = [row[1] for row in rows]
        session.run(write, **keys)
    return len(rows)


def _hash_answers(session: Session, chain: KeyedHash) -> None:
    """Answers that wait: no role may change one, so they are put there again, behind each other."""
    rows = session.rows("take_answers")
    if rows:
        payloads = [bytes(payload) for _, payload in sorted(rows)]
        macs = [row_hash(chain, "rejection_answers", [payload]) for payload in payloads]
        session.run("add_answers", payloads=payloads, macs=macs)


def _cells(row: Sequence[Cell]) -> Sequence[Cell]:
    return [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
