"""Counts of the messages of a batch by source and outcome. Pure. Withheld messages are counted nowhere."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from ledger.writing.append import Span
from ledger.writing.packing import PackedMessage

# The source of messages without a readable one, and of messages not from Kafka: neither is ever quarantined.
NAMELESS = ""
_FILES = "file:"


class Tally(msgspec.Struct):
    """Counts of the outcomes of one source. `held`: refused for nothing but its quarantine."""

    recorded: int = 0
    duplicates: int = 0
    refused: int = 0
    held: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """The sum of both."""
        return Tally(
            self.recorded + other.recorded,
            self.duplicates + other.duplicates,
            self.refused + other.refused,
            self.held + other.held,
        )


def counted_as(span: Span) -> str:
    """The topic under which a batch is counted: all files count as one."""
    return _FILES if span.topic.startswith(_FILES) else span.topic


def names_of(packed: Sequence[PackedMessage]) -> list[str]:
    """The source of each message; the source of a withheld message is not read."""
    return [_name_of(item) for item in packed]


def _name_of(item: PackedMessage) -> str:
    if item.stream:
        return item.source
    return (item.refusal.source if item.refusal else None) or NAMELESS


def tally(
    names: Sequence[str],
    new: Iterable[str],
    refused: Iterable[tuple[int, bool]],
    withheld: Iterable[int],
    tried_again: Iterable[int] = (),
) -> dict[str, Tally]:
    """By source what became of a batch. `new`: sources of the events; `refused`: index, and whether held.

    `tried_again`: indexes of letters that were refused once more, and arrived before.
    """
    left_out = {*withheld, *tried_again}
    arrived = Counter(name for index, name in enumerate(names) if index not in left_out)
    recorded = Counter(new)
    tallies = {name: Tally(recorded[name], count) for name, count in arrived.items()}
    for index, held in refused:
        if index not in left_out:
            counts = tallies[names[index]]
            counts.held, counts.refused = counts.held + held, counts.refused + (not held)
    for counts in tallies.values():
        counts.duplicates -= counts.recorded + counts.refused + counts.held
    return tallies
