"""`ledger recipients`: every party that may receive personal data, as it was at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from application.answer import Answer
from application.source import Shown, Source, shown, states_at
from projections.folds.timetravel import NOW, Moment
from projections.reading.known import known_rows
from projections.reading.views import recipients_by_id
from projections.views.recipients import (
    VIEW,
    Certification,
    Recipient,
    Version,
    ended_at,
    known_at,
    recipient_at,
)


class Ended(Answer, frozen=True):
    """When and why nothing is given to a recipient any more."""

    valid_to: str
    reason: str


class RecipientRow(Answer, frozen=True):
    """A party that may receive personal data, as it was at a time; all None: its entry came later.

    `name`: of a private person who was erased it is gone. `transfer_mechanism`: as its entry says.
    `certifications`: what it is certified under.
    """

    recipient: str
    name: Shown | None
    kind: str | None
    role: str | None
    country: str | None
    valid_from: str | None
    agreement_ref: str | None
    transfer_mechanism: str | None
    certifications: list[Certification]
    ended: Ended | None


class Recipients(Answer, frozen=True):
    """Every recipient that was known by a time, by its id."""

    recipients: list[RecipientRow]


def recipients(source: Source, as_of: datetime | None, known: Moment = NOW) -> Recipients:
    """Every recipient that was known by then, sorted by its id. `known`: as it was recorded by a moment."""
    rows = recipients_then(source, as_of)
    if known != NOW:
        rows = recipients_known(source, replace(known, as_of=as_of))
    names, time = RecipientNames(source, rows), as_of or source.now
    names.note((name, time) for name in rows)
    return Recipients([_recipient(names, row, time) for row in rows.values()])


def recipients_then(source: Source, as_of: datetime | None) -> dict[str, Recipient]:
    """Every recipient as it was known by a time, None: now; by its bare id."""
    everybody = recipients_by_id(source.session)
    if as_of is None:
        return everybody
    by_then = {name: known_at(row, as_of) for name, row in everybody.items()}
    return {name: row for name, row in by_then.items() if row}


def recipients_known(source: Source, moment: Moment) -> dict[str, Recipient]:
    """Every recipient as it was known at a moment, by its bare id."""
    if moment == NOW:
        rows = states_at(source, VIEW, moment)
    else:
        known = known_rows(source.session, VIEW, moment, source.privacy_office)
        rows = [row for _, row in known]
    return {row.recipient: row for row in sorted(rows, key=lambda row: row.recipient)}


def _recipient(names: "RecipientNames", row: Recipient, time: datetime) -> RecipientRow:
    version, ending = recipient_at(row, time), ended_at(row)
    return RecipientRow(
        recipient=row.recipient,
        name=names.of(row.recipient, version),
        kind=version.kind if version else None,
        role=version.role if version else None,
        country=version.country if version else None,
        valid_from=version.valid_from.isoformat() if version else None,
        agreement_ref=version.agreement_ref if version else None,
        transfer_mechanism=version.transfer_mechanism if version else None,
        certifications=certifications_of(version),
        ended=Ended(ending.valid_to.isoformat(), ending.reason) if ending else None,
    )


def certifications_of(version: Version | None) -> list[Certification]:
    """What a recipient is certified under, in the words of its entry."""
    return list(version.certifications) if version else []


class RecipientNames:
    """Names of recipients as they were when a disclosure occurred; each is opened once."""

    def __init__(self, source: Source, rows: Mapping[str, Recipient]) -> None:
        self._source = source
        self._rows = rows
        self._names: dict[tuple[str, Version], Shown | None] = {}
        self._noted: set[str] = set()

    def note(self, pairs: Iterable[tuple[str, datetime]]) -> None:
        """Note whose sealed names will be asked for at these times: of private persons."""
        private = {
            recipient
            for recipient, version in ((name, self.version(name, time)) for name, time in pairs)
            if version and version.sealed_name
        } - self._noted
        self._noted |= private
        self._source.reads.note((f"recipient/{name}" for name in sorted(private)), ["identity"])

    def at(self, recipient: str, time: datetime) -> Shown | None:
        """The name at a time; None for an unregistered recipient."""
        return self.of(recipient, self.version(recipient, time))

    def public(self, recipient: str, time: datetime) -> str | None:
        """The name at a time, None for a private person: this opens no sealed value."""
        version = self.version(recipient, time)
        return version.name if version else None

    def of(self, recipient: str, version: Version | None) -> Shown | None:
        """The name in a version; that of a private person is opened with the recipient's own key."""
        if version is None:
            return None
        key = recipient, version
        if key not in self._names:
            self._names[key] = _name(self._source, recipient, version)
        return self._names[key]

    def version(self, recipient: str, time: datetime) -> Version | None:
        """The entry of a recipient that holds at a time."""
        row = self.entry(recipient)
        return recipient_at(row, time) if row else None

    def entry(self, recipient: str) -> Recipient | None:
        """All that is known of a recipient."""
        return self._rows.get(recipient)


def _name(source: Source, recipient: str, version: Version) -> Shown | None:
    if version.sealed_name is None:
        return version.name
    stream = source.ledger.registry_stream(f"recipient/{recipient}")
    return shown(source.open(stream, "identity", "name", version.sealed_name))
