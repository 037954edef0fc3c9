"""What an erasure leaves behind, written with its MAC: fences, tombstones, index rows that come back.

A row that is there already and is not authentic keeps the MAC that it has: a later erasure does not make a
forged row look like ours. What writes, only inside the caller's transaction, under the lock of the keys.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger.crypto.authentic import RowMacs
from ledger.journal.entries import ErasureEntry
from ledger.storage.postgres import Session

_TOMBSTONE = (
    "subject",
    "reference_hmac",
    "version",
    "kind",
    "valid_from",
    "through",
    "keep_until",
)
"""Columns of a tombstone, in the order of its MAC."""


def fence(
    session: Session, macs: RowMacs, subject: UUID, categories: Sequence[str], through: datetime
) -> None:
    """Let no value up to `through` be sealed for these categories again; a later fence stays."""
    rows = session.rows("fence_state", subject=subject, categories=list(categories))
    generations: list[int] = []
    throughs: list[datetime] = []
    row_macs: list[bytes | None] = []
    for category, latest, generation, known_through, mac in rows:
        # A fence only grows: an older erasure that is applied again must not open it.
        after = (max(latest, generation or 0), max(through, known_through or through))
        generations.append(after[0])
        throughs.append(after[1])
        row = (subject, category, *after)
        if generation is None:
            row_macs.append(macs.of("fences", row))
        else:
            before = (subject, category, generation, known_through)
            row_macs.append(macs.changed("fences", before, mac, row))
    session.run(
        "fence",
        subject=subject,
        categories=[row[0] for row in rows],
        generations=generations,
        throughs=throughs,
        macs=row_macs,
    )


def add_tombstone(
    session: Session, macs: RowMacs, entry: ErasureEntry, hmac: bytes, keep_until: datetime
) -> None:
    """Add the row that answers that a whole person was erased; an existing row gets the later end."""
    row = session.row("tombstone_row", subject=entry.subject)
    if row is None:
        new = (*_index_columns(entry, hmac), entry.through, keep_until)
        mac: bytes | None = macs.of("tombstones", new)
    else:
        *before, known_mac = row
        new = (*before[:5], max(before[5], entry.through), before[6])
        mac = macs.changed("tombstones", before, known_mac, new)
    session.run("add_tombstone", **dict(zip(_TOMBSTONE, new, strict=True)), mac=mac)


def restore_subject(session: Session, macs: RowMacs, entry: ErasureEntry, hmac: bytes) -> None:
    """Put back the index row of a person of whom only a part was erased, if a restore took it away."""
    columns = _index_columns(entry, hmac)
    subject, reference_hmac, version, kind, valid_from = columns
    session.run(
        "restore_subject",
        subject=subject,
        reference_hmac=reference_hmac,
        version=version,
        kind=kind,
        valid_from=valid_from,
        mac=macs.of("subject_index", (*columns, None)),
    )


def mac_of_named(session: Session, macs: RowMacs, subject: UUID, sealed: str) -> bytes | None:
    """The MAC of an index row that came back from the journal, once it has its sealed reference again."""
    row = session.row("index_row", subject=subject)
    if row is None:
        return None
    *before, known_mac = row
    return macs.changed("subject_index", before, known_mac, (*before[:5], sealed))


def _index_columns(
    entry: ErasureEntry, hmac: bytes
) -> tuple[UUID, bytes, int, str, datetime | None]:
    return entry.subject, hmac, entry.index_version, entry.kind, entry.valid_from
