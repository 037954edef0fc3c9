"""`ledger disclosures`: who received what about whom, when, why and how."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from console.answers.period import ALWAYS, Period, latest
from console.answers.recipients import RecipientNames, recipients_then
from console.answers.source import ERASED, Source
from console.answers.subjects import known_streams, note_read
from ledger.event import instant
from projections.disclosures import Disclosure
from projections.read import disclosed
from projections.transfers import Place, place_of
from rulebook import provision

__all__ = ["Wanted", "disclosures"]

# References are looked up for so many disclosures at a time.
_BLOCK_ROWS = 1_000


class Wanted(msgspec.Struct, frozen=True):
    """Which disclosures: of a period, `recipient` is a bare id. `limit`: at most so many, the latest.

    `provision`: in any spelling that the rulebook knows.
    """

    subject: str | None = None
    recipient: str | None = None
    kind: str | None = None
    provision: str | None = None
    period: Period = ALWAYS
    limit: int | None = None


def disclosures(source: Source, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Disclosures by (occurred_at, source, id). The subject of an erased person is None, as of a feed.

    Where a disclosure does not say in which country its recipient is, the recipient's entry of the time does
    (`country_derived`). Raises UnknownSubject when `wanted.subject` has never named anybody.
    """
    streams = known_streams(source, wanted.subject) if wanted.subject else None
    note_read(source, wanted.subject)
    rows = disclosed(
        source.session,
        streams=streams,
        recipient=wanted.recipient,
        kind=wanted.kind,
        since=wanted.period.since,
        until=wanted.period.last,
    )
    if wanted.provision is not None:
        same = article_of(wanted.provision)
        rows = (row for row in rows if row.provision and article_of(row.provision) == same)
    names = RecipientNames(source, recipients_then(source, wanted.period.as_of))
    return _all_shown(source, latest(rows, wanted.limit), names)


def article_of(spelled: str) -> str:
    """The provision that a text names, so that two spellings of one are equal."""
    known = provision(spelled)
    return known.id if known else spelled.lower()


def _all_shown(
    source: Source, rows: Iterator[Disclosure], names: RecipientNames
) -> Iterator[dict[str, Any]]:
    while block := list(islice(rows, _BLOCK_ROWS)):
        names.note((row.recipient, row.occurred_at) for row in block)
        references = source.names(row.stream for row in block if row.subject is None)
        for row in block:
            reference = references.get(row.stream)  # none for a feed, which is about many
            subject = None if reference == ERASED else reference
            name = names.at(row.recipient, row.occurred_at)
            yield _shown(row, subject, name, place_of(row, names.entry(row.recipient)))


def _shown(row: Disclosure, subject: Any, recipient_name: Any, place: Place) -> dict[str, Any]:
    return {
        "position": row.position,
        "occurred_at": instant(row.occurred_at),
        "type": row.name,
        "source": row.source,
        "id": row.id,
        "subject": subject,
        "recipient": row.recipient,
        "recipient_name": recipient_name,
        "recipient_kind": row.recipient_kind,
        "purpose": row.purpose,
        "activity": row.activity,
        "legal_basis": row.legal_basis,
        "provision": row.provision,
        "categories": list(row.categories),
        "fields": list(row.fields or ()),  # of some kinds it is not told
        "country": place.country,
        "country_derived": place.derived,
        "method": row.method,
        "case_ref": row.case_ref,
        "record_count": row.record_count,
    }
