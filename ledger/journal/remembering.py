"""The traces of erasures, written with a MAC: fences, tombstones, index rows that come back.

A row that is there already and is not authentic keeps the MAC that it has: a later erasure does not make a
forged row look like ours. Functions that write do so only inside the caller's transaction, under the lock of
the keys.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from ledger.crypto.authentic import RowMacs
from ledger.journal.entries import ErasureEntry
from ledger.storage.postgres import Session

_FENCE = ("subjects", "categories", "generations", "throughs")
_INDEX = ("subjects", "hmacs", "versions", "kinds", "starts")
"""Columns of an index row in the order of its MAC; a tombstone has two more."""
_TOMBSTONE = (*_INDEX, "throughs", "keep_until")
_Row = tuple[Any, ...]


class Fence(NamedTuple):
    """Up to when no value of a category may be sealed again."""

    subject: UUID
    category: str
    through: datetime


def fence(session: Session, macs: RowMacs, fences: Sequence[Fence]) -> None:
    """Let no value up to `through` be sealed for these categories again; a later fence stays."""
    asked = [[one.subject for one in fences], [one.category for one in fences]]
    known = session.rows("fence_state", **dict(zip(_FENCE, asked, strict=False)))
    throughs = {(one.subject, one.category): one.through for one in fences}
    before: list[_Row | None] = []
    after: list[_Row] = []
    for subject, category, latest, generation, known_through, _ in known:
        # A fence only grows: an older erasure that is applied again must not open it.
        through = throughs[subject, category]
        row = (max(latest, generation or 0), max(through, known_through or through))
        after.append((subject, category, *row))
        before.append(
            None if generation is None else (subject, category, generation, known_through)
        )
    row_macs = _macs(macs, "fences", before, [row[5] for row in known], after)
    session.run("fence", **_columns(_FENCE, after), macs=row_macs)


def add_tombstones(
    session: Session, macs: RowMacs, entries: Sequence[ErasureEntry], accountability: timedelta
) -> None:
    """Add rows that answer that whole persons were erased; an existing row gets the later end."""
    if not entries:
        return
    rows = session.rows("tombstones_of", subjects=[entry.subject for entry in entries])
    known: dict[UUID, _Row] = {row[0]: row for row in rows}
    before = [known[e.subject][:-1] if e.subject in known else None for e in entries]
    after = [
        (*_index_columns(entry), entry.through, entry.time + accountability)
        if old is None
        else (*old[:5], max(old[5], entry.through), old[6])
        for entry, old in zip(entries, before, strict=True)
    ]
    old_macs = [known[e.subject][-1] if e.subject in known else None for e in entries]
    row_macs = _macs(macs, "tombstones", before, old_macs, after)
    session.run("add_tombstones", **_columns(_TOMBSTONE, after), macs=row_macs)


def restore_subjects(session: Session, macs: RowMacs, entries: Sequence[ErasureEntry]) -> None:
    """Put back index rows of persons who were erased only in part, if a restore took them away."""
    if not entries:
        return
    rows = [_index_columns(entry) for entry in entries]
    row_macs = macs.of_each("subject_index", [(*row, None) for row in rows])
    session.run("restore_subjects", **_columns(_INDEX, rows), macs=list(row_macs))


def mac_of_named(session: Session, macs: RowMacs, subject: UUID, sealed: str) -> bytes | None:
    """The MAC of an index row that came back from the journal, once it has its sealed reference again."""
    row = session.row("index_row", subject=subject)
    if row is None:
        return None
    *before, known_mac = row
    return macs.changed("subject_index", before, known_mac, (*before[:5], sealed))


def _macs(
    macs: RowMacs,
    table: str,
    before: Sequence[_Row | None],
    known: Sequence[bytes | None],
    after: Sequence[_Row],
) -> list[bytes | None]:
    """MACs of new and of changed rows, in two calls of the provider; None before: it is new."""
    there = [(row, mac) for row, mac in zip(before, known, strict=True) if row is not None]
    ours = iter(macs.belong(table, there) if there else ())
    new = macs.of_each(table, after)
    return [
        fresh if old is None or next(ours) else mac
        for old, mac, fresh in zip(before, known, new, strict=True)
    ]


def _columns(names: Sequence[str], rows: Sequence[_Row]) -> dict[str, list[Any]]:
    columns: Iterable[_Row] = zip(*rows, strict=True)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _index_columns(entry: ErasureEntry) -> tuple[UUID, bytes, int, str, datetime | None]:
    hmac = bytes.fromhex(entry.reference_hmac or "")
    return entry.subject, hmac, entry.index_version, entry.kind, entry.valid_from
