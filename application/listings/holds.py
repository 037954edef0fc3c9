"""Legal holds in force."""

from application.listings.cells import (
    Due,
    Instant,
    Person,
    RegisterWord,
    Said,
    Word,
    Words,
    lines,
)
from application.listings.listing import Column, Listing
from application.queries.keeping.holds import HoldInForce

HOLDS: Listing[HoldInForce] = Listing(
    about="holds",
    columns=(
        Column(
            "hold",
            lambda row: lines(
                row.hold_ref,
                Said("holds", "since", (Instant(row.since),)),
                Said("holds", "void", tone="bad") if row.void else None,
            ),
        ),
        Column("subject", lambda row: Person(row.subject)),
        Column("categories", lambda row: Words("category", row.categories)),
        Column("ground", lambda row: Word("ground", row.ground)),
        Column("owner", lambda row: RegisterWord("owner", row.owner)),
        Column("review", lambda row: Due(row.review_on, "overdue" if row.overdue else "running")),
    ),
)
