"""Codes that nobody declared ordinary, and those that this ledger declared."""

from application.listings.cells import Cell, Instant, Named, Said, Word, lines
from application.listings.listing import Column, Listing
from application.queries.registers.codes import DeclaredCode, UndeclaredCode


def _recorded(at: str, position: int) -> Cell:
    return lines(Instant(at), Said("codes", "position", (position,)))


UNDECLARED: Listing[UndeclaredCode] = Listing(
    about="codes",
    columns=(
        Column("code", lambda row: Named(row.code, None)),
        Column("members", lambda row: ", ".join(row.members)),
        Column("events", lambda row: row.events, is_number=True),
        Column("first", lambda row: _recorded(row.first, row.first_position)),
        Column("last", lambda row: _recorded(row.last, row.last_position)),
    ),
)
DECLARED: Listing[DeclaredCode] = Listing(
    about="codes",
    title="declared",
    columns=(
        Column("code", lambda row: Named(row.code, None)),
        Column("by", lambda row: Word("codes-by", row.by)),
    ),
)
