"""Destruction of the data that an erasure covers, for the entries of one transaction, under both locks.

Fences first, then keys, searchable hashes, dead letters and index rows. One statement each, for one person or
for many. Only `ledger.erasure.eraser` uses it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from ledger.crypto.held import FINGERPRINT
from ledger.crypto.layouts import BLIND_FIELDS
from ledger.crypto.sealing import month_of
from ledger.erasure.resealing import Reseal, hashes_of
from ledger.journal.entries import ErasureEntry
from ledger.journal.remembering import Fence, add_tombstones, fence, restore_subjects
from ledger.keys.opening import Missing, Opener, field_fence, sealed_group
from ledger.keys.subjects import REFERENCE
from ledger.letters.dead import letters_gone
from ledger.reading import events_but_reads
from ledger.storage.postgres import Session
from ledger.writing.chain import ChainLink
from schemas import PERSONAL_FIELDS, ROLLING_CATEGORIES


def destroy(
    session: Session,
    opener: Opener,
    link: ChainLink,
    entries: Sequence[ErasureEntry],
    accountability: timedelta,
    left: Mapping[UUID, Reseal],
) -> dict[UUID, int]:
    """Destroy what entries erase, of one data subject each; by data subject how many letters went.

    `left`: the result for the persons whose single fields go.
    """
    erasing = [entry for entry in entries if entry.erases]
    letters: dict[UUID, int] = {}
    if erasing:
        fences = [Fence(e.subject, name, e.through) for e in erasing for name in _destroyed(e)]
        fence(session, opener.macs, fences)
        _remove_searchable(session, opener, erasing)
        _destroy_keys(session, opener, erasing)
        if left:
            _remove_searchable_fields(session, erasing, left)
            _exchange_keys(session, opener, left)
        # Remove dead letters about the persons of some entries; by data subject how many.
        hmacs = dict(_hmacs(session, erasing))
        counts = Counter(letters_gone(session, link, list(hmacs.values())) if hmacs else ())
        letters = {subject: counts[hmac] for subject, hmac in hmacs.items()}
    _forget_persons(session, opener, entries, accountability)
    return letters


def restore_index(session: Session, opener: Opener, entry: ErasureEntry) -> None:
    """Put back the index row of a person whose data is erased in part, if a restore took the row away.

    Also of an entry that erases nothing. Nothing is put back when the tombstone is past its date: then the
    journal ties to nobody any more.
    """
    if entry.reference_hmac and not entry.whole:
        restore_subjects(session, opener.macs, [entry])


def _destroyed(entry: ErasureEntry) -> tuple[str, ...]:
    """The names to fence: categories, whose keys go, and single fields.

    The fingerprint goes with any of them, the reference with all.
    """
    fields = map(field_fence, entry.fields or ())
    return (*entry.categories, *fields, FINGERPRINT, *((REFERENCE,) if entry.whole else ()))


def _destroy_keys(session: Session, opener: Opener, entries: Sequence[ErasureEntry]) -> None:
    """Delete keys; where only months expire, the keys of later months stay."""
    going = [
        (entry.subject, category)
        for entry in entries
        for category in (_destroyed(entry) if entry.month is None else (FINGERPRINT,))
    ]
    session.run("destroy_keys", **_pairs(going))
    expired = [
        (entry.subject, category, entry.month + 1)
        for entry in entries
        if entry.month is not None
        for category in entry.categories
    ]
    _expire(session, opener, expired)


def _exchange_keys(session: Session, opener: Opener, left: Mapping[UUID, Reseal]) -> None:
    """Delete the keys under which single fields lie, and add those of the remaining values."""
    gone = [(subject, *key) for subject, one in left.items() for key in one.gone]
    names = ("subjects", "categories", "generations", "months")
    if gone:
        columns = (list(column) for column in zip(*gone, strict=True))
        session.run("destroy_single_keys", **dict(zip(names, columns, strict=True)))
    if new := [key for one in left.values() for key in one.new]:
        session.copy_rows("copy_data_keys", opener.key_rows(new))


def _expire(session: Session, opener: Opener, expired: Sequence[tuple[UUID, str, int]]) -> None:
    """Delete the keys that begin before a month; that of a rolling category becomes the one of that month."""
    if rolling := [one for one in expired if one[1] in ROLLING_CATEGORIES]:
        session.run("ratchet_keys", **opener.ratcheted(rolling))
    if lasting := [one for one in expired if one[1] not in ROLLING_CATEGORIES]:
        subjects, categories, months = (list(column) for column in zip(*lasting, strict=True))
        session.run("destroy_keys_before", subjects=subjects, categories=categories, months=months)


def _remove_searchable(session: Session, opener: Opener, entries: Sequence[ErasureEntry]) -> None:
    """Remove a person's searchable hashes, but for the values of months that stay."""
    gone = [(entry.subject, category) for entry in entries for category in _destroyed(entry)]
    stays = [
        (entry.subject, hmac)
        for entry in entries
        if entry.month is not None
        for hmac in _searchable_after(session, opener, entry, entry.month)
    ]
    subjects, hmacs = [subject for subject, _ in stays], [hmac for _, hmac in stays]
    session.run("remove_blind", **_pairs(gone), kept_subjects=subjects, kept_hmacs=hmacs)


def _remove_searchable_fields(
    session: Session, entries: Sequence[ErasureEntry], left: Mapping[UUID, Reseal]
) -> None:
    """Remove a person's searchable hashes of single fields, but for the values that stay."""
    gone = [(entry.subject, field) for entry in entries for field in entry.fields or ()]
    stays = [(subject, hmac) for subject, one in left.items() for hmac in one.kept_hashes]
    session.run(
        "remove_blind_of_fields",
        subjects=[subject for subject, _ in gone],
        fields=[field for _, field in gone],
        kept_subjects=[subject for subject, _ in stays],
        kept_hmacs=[hmac for _, hmac in stays],
    )


def _searchable_after(
    session: Session, opener: Opener, entry: ErasureEntry, month: int
) -> Iterator[bytes]:
    """The searchable hashes of a person's values, in some categories, that are later than a month."""
    searchable = {field for field in BLIND_FIELDS if PERSONAL_FIELDS[field] in entry.categories}
    if not searchable:
        return
    opener.forget(entry.subject)
    for event in events_but_reads(session, [entry.subject]):
        for category in event.sealed.keys() & set(entry.categories):
            group = sealed_group(event, category)
            opened = opener.group(group) if month_of(event.time) > month else {}
            if not isinstance(opened, Missing):
                yield from hashes_of(opener, opened, searchable)
    opener.forget(entry.subject)


def _pairs(pairs: Iterable[tuple[UUID, str]]) -> dict[str, list[object]]:
    both = list(pairs)
    return {"subjects": [pair[0] for pair in both], "categories": [pair[1] for pair in both]}


def _hmacs(session: Session, entries: Sequence[ErasureEntry]) -> Iterator[tuple[UUID, bytes]]:
    """The hashes by which persons are found: the journal's, or the index's where the journal forgot it."""
    forgotten = [entry.subject for entry in entries if not entry.reference_hmac]
    rows = session.rows("indexed_subjects", subjects=forgotten) if forgotten else []
    yield from ((subject, bytes(hmac)) for subject, hmac, *_ in rows)
    for entry in entries:
        if entry.reference_hmac:
            yield entry.subject, bytes.fromhex(entry.reference_hmac)


def _forget_persons(
    session: Session, opener: Opener, entries: Sequence[ErasureEntry], accountability: timedelta
) -> None:
    """Tombstones in place of index rows of wholly erased persons; none once the journal ties to nobody."""
    whole = [entry for entry in entries if entry.whole]
    if whole:
        session.run("remove_subjects", subjects=[entry.subject for entry in whole])
    tied = [entry for entry in whole if entry.reference_hmac]
    add_tombstones(session, opener.macs, tied, accountability)
