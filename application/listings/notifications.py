"""Recipients who must be told that data which they received was changed, and those who were told."""

from application.answer import given
from application.listings.cells import Cell, Instant, Named, Person, Said, Word, Words, lines
from application.listings.listing import Column, Listing
from application.queries.disclosures.notifications import Notification


def _status(row: Notification) -> Cell:
    if row.open:
        return Said("notify", "open", tone="due")
    return lines(Word("told", row.outcome), Word("told", row.ground), Instant(row.told_at))


NOTIFICATIONS: Listing[Notification] = Listing(
    about="notify",
    columns=(
        Column("recipient", lambda row: Named(row.recipient, row.recipient_name)),
        Column("about", lambda row: lines(Person(row.subject), *(given(row.references) or ()))),
        Column(
            "of", lambda row: lines(Word("right", row.action), Words("category", row.categories))
        ),
        Column("since", lambda row: Instant(row.since)),
        Column("status", _status),
    ),
    left_out={"data_subject": "the reference names the person; the stream is for machines"},
)
