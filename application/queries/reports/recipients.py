"""What the access report says about others: who received data, and what left the EEA.

Point c of GDPR Art. 15(1), and the safeguards of paragraph 2.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from application.answer import Answer
from application.queries.disclosures.feeds import Membership, Run
from application.queries.registers.recipients import RecipientNames
from application.source import Shown
from ledger.event import instant
from projections.reading.transfers import place_of, transfer_of
from projections.views.disclosures import Disclosure
from rulebook.countries import Lack, Region


class Received(Answer, frozen=True):
    """To whom data was given, by name as it was then, when, what and why. A private person stays unnamed.

    `country_derived`: the disclosure does not say the country, but the recipient's entry of the time.
    Files about many that the person was in, day after day, are one row: `until` is when the last was, and
    `membership` how it is known that the person was in them.
    """

    occurred_at: str
    until: str | None
    membership: Membership | None
    recipient: str | None
    name: Shown | None
    kind: str
    country: str | None
    country_derived: bool
    purpose: str
    legal_basis: str | None
    provision: str | None
    categories: list[str]
    fields: list[str] | None
    positions: list[int]


class TransferTold(Answer, frozen=True):
    """A disclosure outside the EEA, with what it rests on. `lacks`: why adequacy does not cover it.

    `document`: the agreement with the recipient.
    """

    occurred_at: str
    recipient: str
    name: str | None
    country: str | None
    region: Region
    mechanism: str | None
    lacks: Lack | None
    document: str | None
    positions: list[int]


def received(
    disclosed: Iterable[Disclosure], feeds: Iterable[Run], names: RecipientNames
) -> list[Received]:
    """Each disclosure, and each run of feeds that the person was in, by when it began."""
    rows = [_received(row, names) for row in disclosed]
    rows += [_feeds(run, names) for run in feeds]
    return sorted(rows, key=lambda row: (row.occurred_at, row.positions))


def _received(row: Disclosure, names: RecipientNames) -> Received:
    # A subscriber who received data is another person, whom the report must not name.
    private = row.recipient_kind == "subscriber"
    place = place_of(row, names.entry(row.recipient))
    return Received(
        occurred_at=instant(row.occurred_at),
        until=None,
        membership=None,
        recipient=None if private else row.recipient,
        name=None if private else names.at(row.recipient, row.occurred_at),
        kind=row.recipient_kind,
        country=place.country,
        country_derived=place.derived,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        provision=row.provision,
        categories=list(row.categories),
        fields=row.fields,
        positions=[row.position],
    )


def _feeds(run: Run, names: RecipientNames) -> Received:
    return replace(
        _received(run.feeds[0], names),
        until=instant(run.feeds[-1].occurred_at),
        membership=run.membership,
        positions=[row.position for row in run.feeds],
    )


def transfers(rows: Iterable[Disclosure], names: RecipientNames) -> Iterator[TransferTold]:
    """Disclosures outside the EEA, with what each rests on."""
    for row in rows:
        entry = names.entry(row.recipient)
        place, transfer = place_of(row, entry), transfer_of(row, entry)
        if transfer and transfer.region != "eea":
            version = names.version(row.recipient, row.occurred_at)
            yield TransferTold(
                occurred_at=instant(row.occurred_at),
                recipient=row.recipient,
                name=names.public(row.recipient, row.occurred_at),
                country=place.country,
                region=transfer.region,
                mechanism=transfer.mechanism,
                lacks=transfer.lacks,
                document=version.agreement_ref if version else None,
                positions=[row.position],
            )
