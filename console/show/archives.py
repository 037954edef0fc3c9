"""Tables of counts over an archive."""

import msgspec
from rich.table import Table

from application.queries.upkeep.archives import ArchivedCounts
from application.words import counted, headings, in_words, say
from console.show.text import Stack, table
from schemas.encoding import JsonValue


def counts_table(answer: ArchivedCounts) -> Table:
    """The rows of an answer, and up to which position they count."""
    title = say("counts", answer.question, answer.position)
    if answer.question == "register":
        columns, rows = "activity observed basis recipients", [*map(_activity, answer.rows)]
    else:
        columns = " ".join(answer.rows[0] if answer.rows else [])
        rows = [tuple(row.values()) for row in answer.rows]
    return table(title, headings("counts", columns), rows)


class _Observed(msgspec.Struct):
    activity: str
    events: int
    data_subjects: int
    first: str
    last: str
    legal_bases: list[str]
    categories: list[str]
    recipients: list[str]
    recipient_kinds: list[str]
    countries: list[str]


def _activity(answered: dict[str, JsonValue]) -> tuple[object, ...]:
    """Ten columns do not fit a terminal: what belongs together is in one cell, a line each."""
    row = msgspec.convert(answered, _Observed)
    counts = counted("event", row.events), counted("data-subject", row.data_subjects)
    return (
        row.activity,
        Stack([*counts, row.first, row.last]),
        Stack([", ".join(row.legal_bases), in_words("category", row.categories)]),
        Stack([*row.recipients, ", ".join(row.recipient_kinds), ", ".join(row.countries)]),
    )
