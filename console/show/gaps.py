"""Tables about gaps in Kafka."""

from collections.abc import Iterable

from rich.table import Table

from application.queries.intake.gaps import GapRow
from application.words import say
from console.show.text import worded


def gaps_table(gaps: Iterable[GapRow]) -> Table:
    """One line a partition."""
    rows = (
        (
            gap.topic,
            gap.partition,
            gap.from_offset,
            gap.to_offset,
            say("gap-why", gap.why),
            gap.position,
        )
        for gap in gaps
    )
    return worded("gaps", "topic partition would-be is because event", rows)
