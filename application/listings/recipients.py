"""The parties that may receive personal data, and the frameworks under which each is certified."""

from collections.abc import Sequence
from datetime import timedelta

from application.language import spoken
from application.listings.cells import Cell, Day, Lines, Named, RegisterWord, Said, Word, lines
from application.listings.listing import Column, Listing
from application.queries.registers.recipients import RecipientRow
from projections.views.recipients import Certification
from schemas.texts import country_name


def certified(certifications: Sequence[Certification]) -> Lines:
    """Each framework with the days of its certification."""
    return Lines([_certification(one) for one in certifications])


def _certification(one: Certification) -> Cell:
    since = Day(one.valid_from.isoformat())
    if one.valid_to is None:
        return Said("recipients", "certified-since", (one.framework, since))
    last = Day((one.valid_to - timedelta(days=1)).isoformat())
    return Said("recipients", "certified-until", (one.framework, since, last))


RECIPIENTS: Listing[RecipientRow] = Listing(
    about="recipients",
    columns=(
        Column("recipient", lambda row: Named(row.recipient, row.name)),
        Column("kind", lambda row: lines(Word("kind", row.kind), Word("role", row.role))),
        Column("country", lambda row: row.country and country_name(row.country, spoken())),
        Column(
            "agreed",
            lambda row: lines(RegisterWord("mechanism", row.transfer_mechanism), row.agreement_ref),
        ),
        Column("certified", lambda row: certified(row.certifications)),
        Column("since", lambda row: Day(row.valid_from)),
        Column(
            "ended",
            lambda row: (
                lines(Day(row.ended.valid_to), Word("reason", row.ended.reason))
                if row.ended
                else None
            ),
        ),
    ),
)
