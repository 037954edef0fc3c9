"""Tables of counts over an archive."""

from rich.table import Table

from application.queries.upkeep.archives import ArchivedCounts
from application.words import headings, say
from console.show.text import table


def counts_table(answer: ArchivedCounts) -> Table:
    """The rows of an answer, and up to which position they count."""
    columns = list(answer.rows[0]) if answer.rows else []
    title = say("counts", answer.question, answer.position)
    rows = [list(row.values()) for row in answer.rows]
    return table(title, headings("counts", " ".join(columns)), rows)
