"""The keys' namespace row by row: epochs, the ledger's own keys, the subject index, rows without events."""

from collections.abc import Sequence, Set
from itertools import islice
from typing import Any
from uuid import UUID

from ledger.audit.custody.bound import is_bound
from ledger.audit.custody.custody import Checked, Custody, ProviderKeys
from ledger.audit.custody.journal import JournalLines
from ledger.audit.custody.streams import check_streams
from ledger.audit.feeds import check_feeds
from ledger.audit.findings import FILE, CappedFindings, Findings
from ledger.crypto.places import ledger_key_place, reference_place, wrapped_data_keys
from ledger.crypto.provider import Wrapped
from ledger.crypto.sealing import DataKey, keyed_hash, open_value
from ledger.errors import Halt, UnknownFormat
from ledger.keys.subjects import INDEX_VERSION, kind_of
from ledger.recording.reads import READS, unopened
from ledger.storage.postgres import Session

_BLOCK_SUBJECTS = 2_000


class KeysAudit:
    """The audit of the keys. Made before the moment that is audited; without a custody it does nothing."""

    def __init__(self, custody: Custody | None, findings: Findings) -> None:
        self._custody = custody
        self._notes = CappedFindings(findings)
        self._provider_keys: ProviderKeys | None = None
        self._ended: set[int] = set()
        if custody is None:
            return
        if custody.provider is None or custody.journal is None:
            detail = "no key folder is here, so keys, index and journal were not looked at"
            self._notes.note(None, "keys-not-looked-at", detail)
            return
        self._provider_keys = ProviderKeys(custody.provider, custody.ledger, self._notes)
        self._lines = JournalLines(custody.journal, self._provider_keys.links, self._notes)

    def compare(self, session: Session) -> None:
        """Everything of the moment that is audited, inside the caller's transaction."""
        if self._provider_keys is None or self._custody is None:
            return
        provider_keys, notes = self._provider_keys, self._notes
        self._ended = check_epochs(session.rows("audit_epochs"), provider_keys, notes)
        secrets = check_ledger_keys(session, self._custody, provider_keys, notes)
        unbound = check_index(session, secrets.get("index"), provider_keys, notes)
        check_streams(session, self._custody, provider_keys, self._lines, notes, unbound)
        check_unreferenced(session, provider_keys, notes)
        check_read_notes(session, secrets.get(READS), notes)
        check_feeds(session, self._custody, provider_keys, notes)

    def end(self, session: Session) -> None:
        """After that moment: writes that were on their way then must have arrived."""
        if self._provider_keys is not None:
            check_ended(self._ended, self._provider_keys, self._notes)
            self._lines.end(session, self._notes)
        self._notes.end()


def check_epochs(
    rows: Sequence[Sequence[Any]], provider_keys: ProviderKeys, notes: CappedFindings
) -> set[int]:
    """Epochs are numbered without a gap, the last one runs, and its key is held; those that have ended."""
    for number, (epoch, started_at, retired_at, mac) in enumerate(rows, 1):
        if epoch != number:
            notes.note(None, "epoch-missing", f"expected epoch {number}, found {epoch}")
            break
        provider_keys.check(
            "epochs", [Checked((epoch, started_at, retired_at), mac, f"epoch {epoch}")]
        )
    running = [epoch for epoch, _, retired_at, _ in rows if retired_at is None]
    if not rows or rows[-1][0] not in running:
        notes.note(None, "epoch-missing", "no epoch is running")
    for epoch in running:
        provider_keys.check_epoch(epoch)
    epochs = {row[0] for row in rows}
    _check_provider(epochs, provider_keys, notes)
    return epochs - set(running)


def _check_provider(epochs: set[int], provider_keys: ProviderKeys, notes: CappedFindings) -> None:
    """The key provider holds keys of epochs that the ledger knows, and nothing else."""
    for epoch in provider_keys.provider.epochs():
        # The next epoch may have its key already, and so may an epoch that began meanwhile.
        last = max(epochs, default=0)
        if epoch not in epochs and not last < epoch <= last + 2:
            notes.note(None, "epoch-unknown", f"the provider has a key of epoch {epoch}")
    for fault in provider_keys.provider.faults():
        notes.note(None, FILE, fault)


def check_ended(ended: Set[int], provider_keys: ProviderKeys, notes: CappedFindings) -> None:
    """The keys of epochs that had ended are gone, at last."""
    for epoch in sorted(ended & set(provider_keys.provider.epochs())):
        detail = f"epoch {epoch} has ended, and its key is held: rotate once more"
        notes.note(None, "epoch-held", detail)


def check_ledger_keys(
    session: Session, custody: Custody, provider_keys: ProviderKeys, notes: CappedFindings
) -> dict[str, bytes]:
    """The ledger's own keys open, and none is missing; those that open, by purpose."""
    secrets: dict[str, bytes] = {}
    rows = session.rows("audit_ledger_keys")
    purposes = {purpose for purpose, _, _ in rows}
    wrapped = [
        Wrapped(e, ledger_key_place(provider_keys.ledger, purpose, e), w) for purpose, e, w in rows
    ]
    for (purpose, epoch, _), key in zip(rows, provider_keys.unwrap(wrapped), strict=True):
        if isinstance(key, bytes):
            secrets[purpose] = key
        else:
            detail = f"the ledger's key {purpose} does not open under epoch {epoch}"
            provider_keys.note(key, "ledger-key-changed", detail)
    days = [f"letters/{day.isoformat()}" for (day,) in session.rows("days_of_letters")]
    for purpose in sorted({*custody.purposes, *days} - purposes):
        notes.note(None, "ledger-key-missing", f"the ledger's key {purpose} is missing")
    return secrets


def check_index(
    session: Session, key: bytes | None, provider_keys: ProviderKeys, notes: CappedFindings
) -> set[UUID]:
    """Each row of the subject index is authentic, opens, and has the hash and kind of the reference that it
    opens to.

    Returns the data subjects that are not bound to the reference that they have.
    """
    unbound: set[UUID] = set()
    rows = session.stream("audit_index")
    while block := list(islice(rows, _BLOCK_SUBJECTS)):
        keys = _reference_keys(session, [row[0] for row in block], provider_keys)
        authentic = [Checked(tuple(row[:6]), row[6], f"the index row of {row[0]}") for row in block]
        provider_keys.check("subject_index", authentic)
        for row in block:
            reference = _check_reference(row, key, keys.get(row[0]), provider_keys, notes)
            if not is_bound(row[0], reference, keys.get(row[0]), provider_keys.ledger):
                unbound.add(row[0])
    return unbound


def _reference_keys(
    session: Session, subjects: list[UUID], provider_keys: ProviderKeys
) -> dict[UUID, bytes]:
    """Keys of references that open; `check_streams` and `check_unreferenced` name the others."""
    rows = session.rows("reference_keys_of", subjects=subjects)
    opened = zip(
        rows, provider_keys.unwrap(wrapped_data_keys(provider_keys.ledger, rows)), strict=True
    )
    return {row[0]: key for row, key in opened if isinstance(key, bytes)}


def _check_reference(
    row: Sequence[Any],
    index: bytes | None,
    secret: bytes | None,
    provider_keys: ProviderKeys,
    notes: CappedFindings,
) -> str | None:
    """The reference of a row; None where the row has none, or it does not open."""
    subject, hmac, version, kind, _, sealed, _ = row
    if (
        sealed is None
    ):  # after a restore, until the person is seen again: the MAC says that it is ours
        return None
    if secret is None:
        notes.note(None, "key-missing", f"of data subject {subject}, category reference")
        return None
    key = DataKey(secret)
    try:
        place = reference_place(provider_keys.ledger, subject, key.id)
        reference = str(open_value(key.cipher, sealed, place))
    except UnknownFormat as error:
        notes.note(None, "index-format", f"the reference of {subject}: {error}")
        return None
    except (Halt, ValueError):
        detail = f"the reference of {subject} does not open with the key of its data subject"
        notes.note(None, "index-reference", detail)
        return None
    if index is not None and keyed_hash(index, reference.encode()) != bytes(hmac):
        detail = f"the hash of {subject} is not that of the reference of this data subject"
        notes.note(None, "index-hash", detail)
    if kind != kind_of(reference) or version != INDEX_VERSION:
        notes.note(None, "index-changed", f"the index row of {subject} has another kind or version")
    return reference


def check_unreferenced(
    session: Session, provider_keys: ProviderKeys, notes: CappedFindings
) -> None:
    """Check data subjects without events: their keys must open, and nothing may be erased."""
    rows = session.stream("data_keys_without_events")
    while block := list(islice(rows, _BLOCK_SUBJECTS)):
        unwrapped = provider_keys.unwrap(wrapped_data_keys(provider_keys.ledger, block))
        for (subject, category, *_), key in zip(block, unwrapped, strict=True):
            if isinstance(key, Halt):
                detail = f"of data subject {subject}, category {category}: it does not open"
                provider_keys.note(key, "key-changed", detail)
    for table, subject, category in session.rows("erased_without_events"):
        detail = f"data subject {subject}, category {category}: nothing was erased"
        notes.note(None, f"{table}-without-event", detail)


def check_read_notes(session: Session, key: bytes | None, notes: CappedFindings) -> None:
    """Check that each note of a read that has no event yet opens.

    Without the ledger's key for them it checks nothing.
    """
    if key is None:
        return
    for note in unopened(session, key):
        notes.note(None, "read-note", f"note {note} does not open: no process can record it")
