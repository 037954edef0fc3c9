"""Tables about gaps in Kafka."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import table

__all__ = ["gaps_table"]

_WHY = {
    "made-anew": "the topic was deleted and made anew",
    "gone": "records were deleted before they were read",
    "lost": "Kafka has less than was read already",
    "unreadable": "records are damaged",
    "asked": "to be read again",
}


def gaps_table(gaps: Iterable[dict[str, Any]]) -> Table:
    """One line a partition."""
    columns = ("topic", "partition", "would be read next", "is read next", "because", "event at")
    rows = (
        (
            gap["topic"],
            gap["partition"],
            gap["from_offset"],
            gap["to_offset"],
            _WHY[gap["why"]],
            gap["position"],
        )
        for gap in gaps
    )
    return table("Gaps in Kafka", columns, rows)
