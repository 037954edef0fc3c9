"""Tables about the sources of Kafka's topics."""

from collections.abc import Iterable

from rich.table import Table

from application.queries.intake.sources import SourceRow
from application.words import headings, say
from console.show.text import Stack, table

_COLUMNS = "source state recorded duplicates refused quarantined seen resume"


def sources_table(sources: Iterable[SourceRow]) -> Table:
    """One line a source and topic."""
    rows = (
        (
            Stack([_name(row.source), row.topic]),
            Stack(_state(row)),
            row.recorded,
            row.duplicates,
            row.refused,
            row.quarantined,
            row.last_seen,
            row.resume,
        )
        for row in sources
    )
    title = say("sources", "title")
    return table(title, headings("sources", _COLUMNS), rows)


def _name(source: str | None) -> str:
    if source is None:
        return say("sources", "none")
    return say("sources", "others") if source == "*" else source


def _state(row: SourceRow) -> list[str]:
    state, why = say("source-state", row.state), row.reason
    if why is None:
        return [state]
    return [
        say("sources", "since", state, row.since),
        say("sources", "share", why.refused, why.of),
    ]
